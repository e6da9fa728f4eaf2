"""A shorter way through Numba's compiler for functions as plain as the kernel's: half the time, and the same machine code runs.

The kernel is a few hundred small functions that call one another. Numba's own pipeline searches each for closures, `with` blocks,
literals, overloads to inline and array expressions, of which the kernel has none; and it optimises and translates every function by
itself, although most are only ever linked into the few that Python calls. Here those are left as they are until they are linked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numba.core.types
from numba.core import typed_passes as typed
from numba.core import untyped_passes as untyped
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass

inside: Any = numba  # of its inner life Numba declares a part only
types = inside.core.types
BEFORE = (untyped.TranslateByteCode, untyped.FixupArgs, untyped.IRProcessing, untyped.ReconstructSSA)
TYPED = (typed.NopythonTypeInference, typed.PreLowerStripPhis, typed.IRLegalization)


class InnerLibrary(JITCodeLibrary):
    """Code that only compiled code calls: neither optimised nor translated before it is linked into an entry's."""

    def _optimize_final_module(self) -> None:
        """Left to the library it is linked into."""

    def _finalize_final_module(self) -> None:
        """As the base class does, but the module never comes before the translator to machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class InnerLowering(typed.NativeLowering):
    """To LLVM's language and no further; callers find the function by a handle that nobody can call."""

    _name = "kernel_inner_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = InnerLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)
        description, environment = state.cr.fndesc, state.cr.env
        name = description.qualname.split(".")[-1]
        handle = inside._dynfunc.make_function(description.lookup_module(), name, "", 0, environment, (state.library,))
        state.targetctx.insert_user_function(handle, description, [state.library])
        state.cr = state.cr._replace(cfunc=handle)
        return True


class Arguments(tuple[Any, ...]):
    """Types of a function's arguments. Every pass asks for their text, and the world's is a hundred thousand characters."""

    def __repr__(self) -> str:
        return f"{len(self)} arguments"


_known: dict[tuple[int, tuple[int, ...]], tuple[Any, Any]] = {}
_ask = types.Function.get_call_type


def _remembered(function: Any, context: Any, arguments: tuple[Any, ...], keywords: Any) -> Any:
    """What an operator makes of these types, asked for once: otherwise each of its hundred candidates is tried at every place."""
    if keywords:
        return _ask(function, context, arguments, keywords)
    key = (id(function), tuple(a._code for a in arguments))
    if key not in _known:
        _known[key] = (function, _ask(function, context, arguments, keywords))  # kept, so that its identity stays its own
    return _known[key][1]


def _short(record: Any) -> str:
    return f"Record of {len(record)}"


@contextlib.contextmanager
def remembering() -> Iterator[None]:
    """Meanwhile signatures of operators are remembered, and records short of words: every look for an implementation writes down the types
    it looked for. Numba compiles under a lock, so nobody else meets this."""
    before = types.Function.get_call_type, types.Record.__repr__
    types.Function.get_call_type, types.Record.__repr__ = _remembered, _short
    try:
        yield
    finally:
        types.Function.get_call_type, types.Record.__repr__ = before


class Kernel(CompilerBase):
    """The passes the kernel's functions need."""

    lowering = typed.NativeLowering

    def compile_extra(self, func: Any) -> Any:
        with remembering():
            return super().compile_extra(func)

    def define_pipelines(self) -> list[PassManager]:
        self.state.args = Arguments(self.state.args)
        manager = PassManager("kernel")
        for step in (*BEFORE, *TYPED, self.lowering, typed.NoPythonBackend):
            manager.add_pass(step, step.__name__)
        manager.finalize()
        return [manager]


class InnerKernel(Kernel):
    """The same for what only compiled code calls."""

    lowering = InnerLowering
