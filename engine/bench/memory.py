"""Peak memory of a run above what the imports take, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from engine.bench.measure import Row

PROGRAM = """
import resource, sys
from pathlib import Path
import engine.run, engine.results, engine.bench.systems as systems
status = Path("/proc/self/status")
if status.exists():
    before = int(status.read_text().split("VmRSS:")[1].split()[0]) * 1024
else:  # no way to ask for the present size: the imports' own peak counts as theirs
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run = engine.run.Run(systems.three_tier(duration_s={duration}))
run.advance()
run.result().summary
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024) - before)
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
