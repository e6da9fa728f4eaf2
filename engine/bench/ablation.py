"""What features cost a document that does not use them: the kernel against itself with everything cut out that this document never runs.

A first process plays the document interpreted and writes down which lines of the kernel ran. A second compiles the kernel without the
rest: branches never taken, loops never entered. It must yield the same run, byte for byte, and
what it saves is all that the unused features cost together.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from engine.bench.measure import Row

ROOT = Path(__file__).resolve().parents[2]
KERNEL = ROOT / "engine" / "kernel"
PROGRAM = "from engine.bench.ablation import {what}; {what}()"
TRACED_S, RACED_S, REPEATS = 1.0, 60.0, 9  # interpreted and traced, a request takes some 20 ms


def unused_features() -> list[Row]:
    """The three-tier document in the whole kernel and in one that holds only what it uses."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"PYTHONPATH": str(ROOT), "FAULTLINE_LINES": str(Path(folder) / "lines.json")}
        _ask("write_lines", env | {"NUMBA_DISABLE_JIT": "1"})
        cut_down = _ask("race_cut_down", env | {"FAULTLINE_CACHE_DIR": folder})
        whole = _ask("race", env)
    if not (whole and cut_down) or whole["digest"] != cut_down["digest"]:
        return [Row("features not used / cut out", float("nan"), "×", "the kernel that was cut down did something else")]
    return [Row("features not used / cut out", whole["cpu_s"] / cut_down["cpu_s"], "×", "at most 1.1 for all together")]


def _ask(what: str, env: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(what=what)], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout or "{}") if done.returncode == 0 else {}


def _play(duration_s: float = RACED_S, **web: object) -> Any:
    from engine.bench.races import play
    from engine.bench.systems import THREE_TIER, three_tier
    from engine.lowering import lower

    nodes = [node | web if node["id"] == "web" else node for node in THREE_TIER["nodes"]]  # type: ignore[attr-defined]
    return play(lower(three_tier(duration_s=duration_s, warmup_s=0, nodes=nodes)))


def write_lines() -> None:
    """Play the document interpreted; leave the lines of the kernel that ran in the file ``FAULTLINE_LINES``."""
    ran: dict[str, set[int]] = {}

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        name = frame.f_code.co_filename
        if Path(name).parent != KERNEL:
            return None
        lines = ran.setdefault(Path(name).name, set())

        def line(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
            lines.add(frame.f_lineno)
            return line

        return line

    sys.settrace(trace)
    _play(TRACED_S, instances=4)  # fewer servers: in a second somebody must have waited
    sys.settrace(None)
    Path(os.environ["FAULTLINE_LINES"]).write_text(json.dumps({name: sorted(lines) for name, lines in ran.items()}))


def race() -> None:
    """Print the CPU seconds of the document and a digest of what it yielded."""
    import hashlib

    import numpy as np

    from engine.bench.measure import cpu_s

    arrays = [a for a in vars(_play().series).values() if isinstance(a, np.ndarray)]
    digest = hashlib.blake2b(b"".join(a.tobytes() for a in arrays)).hexdigest()
    print(json.dumps({"cpu_s": cpu_s(_play, REPEATS), "digest": digest}))


def race_cut_down() -> None:
    """The same with a kernel that holds only the lines in the file ``FAULTLINE_LINES``."""
    from engine.kernel import unsigned

    ran = {name: set(lines) for name, lines in json.loads(Path(os.environ["FAULTLINE_LINES"]).read_text()).items()}

    def cut(tree: ast.Module, path: str) -> ast.Module:
        cutter = Cut(ran.get(Path(path).name, set()))
        function = tree.body[0]
        assert isinstance(function, ast.FunctionDef)
        if cutter.ran_any(function.body):  # what is never called is never compiled
            cutter.generic_visit(function)
        return tree

    unsigned.REWRITERS.append(cut)
    race()


@dataclass
class Cut(ast.NodeTransformer):
    """Takes out of a function what did not run. A test that calls something is kept for what the call does."""

    ran: set[int]

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        yes, no = self.ran_any(node.body), self.ran_any(node.orelse)
        plain = not any(isinstance(part, ast.Call) for part in ast.walk(node.test))
        if not yes:
            if plain:
                return node.orelse if no else ast.Pass()
            node.body = [ast.Pass()]
        if yes and node.orelse and not no and plain:
            return node.body
        return node

    def visit_For(self, node: ast.For) -> Any:
        self.generic_visit(node)
        return node if self.ran_any(node.body) else ast.Pass()

    def ran_any(self, body: list[ast.stmt]) -> bool:
        """Whether a line of these statements ran."""
        return any(line in self.ran for part in body if hasattr(part, "lineno") for line in range(part.lineno, (part.end_lineno or 0) + 1))
