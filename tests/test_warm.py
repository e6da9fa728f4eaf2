"""Compiling ahead covers everything Python calls in the kernel, so that nobody's run waits for a compiler in its middle."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.kernel.jit import COMPILED

LEFT_OUT = """
import importlib, pkgutil
import engine.kernel as kernel
from numba.core.dispatcher import Dispatcher
from engine import warm
warm.{how}()
for module in pkgutil.iter_modules(kernel.__path__):
    for name, made in vars(importlib.import_module(f"engine.kernel.{{module.name}}")).items():
        made = made if isinstance(made, Dispatcher) else getattr(made, "__wrapped__", None)
        if isinstance(made, Dispatcher) and made.targetoptions.get("nogil") and not made.signatures:
            print(name)
"""


def left_out(how: str) -> set[str]:
    """Names of entries that have no compiled code after this way of warming, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", LEFT_OUT.format(how=how)], stdout=subprocess.PIPE, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled here")
def test_every_entry_of_the_kernel_is_rehearsed() -> None:
    assert left_out("rehearse") == set()


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled here")
def test_the_second_process_compiles_everything_but_the_loop() -> None:
    assert left_out("_help") == set()  # the loop has given its place to something that is not compiled
