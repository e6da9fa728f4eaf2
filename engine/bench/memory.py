"""Peak memory of a run above what the imports take, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.bench.measure import Row


def size(name: str) -> int:
    """Bytes of this process: ``VmRSS`` now, ``VmHWM`` at most so far.

    Linux tells both; elsewhere the highest so far stands for the present. `ru_maxrss` alone would do on neither: it outlives exec, so a
    program started by a larger one begins with the size of that.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split(name + ":")[1].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


PROGRAM = """
import engine.run, engine.results, engine.bench.systems as systems
from engine.bench.memory import size
before = size("VmRSS")
run = engine.run.Run(systems.three_tier(duration_s={duration}))
run.advance()
run.result().summary
print(size("VmHWM") - before)
"""


def peak() -> list[Row]:
    """Peak memory of the three-tier document, above imports, with a warm cache."""
    rows = []
    for duration, aim in ((600, "at most 150"), (60, "")):
        root = Path(__file__).resolve().parents[2]
        done = subprocess.run([sys.executable, "-c", PROGRAM.format(duration=duration)], cwd=root, capture_output=True, text=True)
        if done.returncode == 0:
            rows.append(Row(f"memory for {duration} s, above the imports", float(done.stdout) / 2**20, "MB", aim))
    return rows
