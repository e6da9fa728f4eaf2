"""Table indices without Python's negative ones.

Numba translates ``s.frames[f]`` into a test for a negative f, because Python counts those from the end. No index of ours is ever negative,
and the tests cost a tenth of the kernel's time. So every function is rewritten on its way to the compiler: an index into a table of the
world ``s``, or into the heap, is taken as unsigned. The source stays as it is read, and so do line numbers; interpreted code is untouched.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.extending import intrinsic


@intrinsic
def unsigned(typing_context: Any, x: Any) -> Any:
    """The same 64 bits, taken as unsigned: no instruction at all."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arguments[0]

    return types.uint64(types.int64), generate


def is_table(node: ast.expr) -> bool:
    """Whether a subscript's value is ``s.<table>`` or ``heap``."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "s"
    return isinstance(node, ast.Name) and node.id == "heap"


class _Rewrite(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if is_table(node.value):
            index = node.slice
            node.slice = ast.Tuple([_cast(i) for i in index.elts], ast.Load()) if isinstance(index, ast.Tuple) else _cast(index)
        return node


def _cast(index: ast.expr) -> ast.expr:
    if isinstance(index, ast.Constant | ast.Slice):
        return index
    return ast.Call(ast.Name("_unsigned", ast.Load()), [index], [])


REWRITERS: list[Callable[[ast.Module, str], ast.Module]] = [lambda tree, path: _Rewrite().visit(tree)]
"""What every function passes on its way to the compiler, with the path of its file; line numbers are those of the file."""


def with_unsigned_indices(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled anew from its own source with the rewritten indices, in its own module."""
    lines, first = inspect.getsourcelines(function)
    tree = ast.increment_lineno(ast.parse(textwrap.dedent("".join(lines))), first - 1)
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    path = function.__code__.co_filename
    for rewrite in REWRITERS:
        tree = ast.fix_missing_locations(rewrite(tree, path))
    names: dict[str, Any] = {}
    function.__globals__["_unsigned"] = unsigned
    exec(compile(tree, path, "exec", dont_inherit=True), function.__globals__, names)
    rewritten: Callable[..., Any] = names[function.__name__]
    rewritten.__module__, rewritten.__doc__ = function.__module__, function.__doc__
    return rewritten
