"""Replication: how far each copy is behind, whether it is paused, and the stale reads that come of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.plan import Plan
from ui.marks.base import Facts, Mark, Measured, instance_name


def marks(run: Measured) -> Iterator[Mark]:
    plan, series = run.plan, run.series
    pauses = _pauses(plan)
    for r, i in enumerate(plan.copies()):
        name = instance_name(plan, i)
        yield Mark(name, "lag_s", series.copy_lag_s[:, r], "max")
        yield Mark(name, "lag_writes", series.copy_lag_writes[:, r], "max")
        if any(i in paused for _, paused in pauses):
            yield Mark(name, "paused", _paused(pauses, i, run.rows))
    for node in dict.fromkeys(plan.instances[i].node for i in plan.copies()):
        yield Mark(plan.nodes[node].id, "stale_per_s", run.columns.nodes["stale_reads_per_s"][:, node], "mean")


def facts(plan: Plan) -> Facts:
    """How many members a partition has: copies follow the primary of their own."""
    return {plan.nodes[n].id: {"partitions": plan.store(n).partitions} for n in plan.stores()}


def _pauses(plan: Plan) -> list[tuple[float, set[int]]]:
    """From when on which instances neither send nor get what is replicated."""
    instants = sorted({t for f in plan.faults for t in (f.start_s, f.over_s, *f.moments_s)})
    found = [(t, set(np.flatnonzero(plan.live(t).paused).tolist())) for t in instants if t <= plan.duration_s]
    return found if any(paused for _, paused in found) else []


def _paused(pauses: list[tuple[float, set[int]]], i: int, rows: int) -> np.ndarray:
    values = np.zeros(rows)
    for t, paused in pauses:
        values[int(t) :] = i in paused
    return values
