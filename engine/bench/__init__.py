"""``python -m engine bench``: the engine against its reference points, all in one run, so that the ratios hold on any machine.

CPU seconds of this thread, medians of several repeats. Nothing here passes or fails: the aims stand beside the numbers.
"""

from __future__ import annotations

import json
import sys

from engine.bench import ablation, branching, memory, races, scaling
from engine.bench.measure import Row
from engine.warm import warm

CASES = (
    races.against_simpy, races.against_c, races.cost_of_features, ablation.unused_features, memory.peak, branching.at_half_time,
    scaling.a_large_system, scaling.cost_by_nodes, scaling.cost_by_rate, scaling.memory_by_requests, scaling.runs_at_once,
    scaling.first_compile,
)  # fmt: skip


def measure() -> list[Row]:
    """Every case, in the order of the report."""
    warm()  # compiling is measured nowhere: every process below finds the kernel in its cache
    rows: list[Row] = []
    for case in CASES:
        print(f"measuring: {(case.__doc__ or case.__name__).splitlines()[0]}", file=sys.stderr)
        rows += case()
    return rows


def main(as_json: bool = False) -> int:
    """Measure and print a table, or JSON."""
    rows = measure()
    if as_json:
        print(json.dumps([row.to_dict() for row in rows], indent=1))
        return 0
    width = max(len(row.what) for row in rows)
    for row in rows:
        print(f"{row.what:{width}}  {row.text:>12}  {row.aim}")
    return 0
