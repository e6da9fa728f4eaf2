"""The same source run by Python and compiled, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def assert_same_when_interpreted(program: str) -> None:
    """A program prints the same, and something, whether the kernel is compiled or not."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    one, other = (
        subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env | {"NUMBA_DISABLE_JIT": n}, capture_output=True, text=True)
        for n in "01"
    )
    assert one.returncode == 0, one.stderr[-2000:]
    assert other.returncode == 0, other.stderr[-2000:]
    assert one.stdout == other.stdout != ""
