"""Queues, streams and topics: what is under way, how old the oldest is, what was given up, and how long a backlog takes to drain."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.plan import Plan
from ui.marks.base import Facts, Mark, Measured

TREND_S = 10  # a backlog shrinks as fast as it did over so many seconds


def marks(run: Measured) -> Iterator[Mark]:
    plan, columns = run.plan, run.columns.nodes
    for n in plan.queues():
        name = plan.nodes[n].id
        yield Mark(name, "in_flight", columns["in_flight"][:, n])
        yield Mark(name, "oldest_s", columns["oldest_s"][:, n], "max")
        yield Mark(name, "drain_s", drain_s(columns["queue"][:, n]))
        yield Mark(name, "dead", np.cumsum(np.nan_to_num(columns["dead_lettered_per_s"][:, n])))
    for n in plan.topics():
        name = plan.nodes[n].id
        yield Mark(name, "in_flight", columns["in_flight"][:, n])
        yield Mark(name, "dead", np.cumsum(np.nan_to_num(columns["dead_lettered_per_s"][:, n] + columns["dropped_per_s"][:, n])))


def facts(plan: Plan) -> Facts:
    found: Facts = {}
    for n in plan.queues():
        queue = plan.queue(n)
        entry = {"retention_s": queue.retention_s if math.isfinite(queue.retention_s) else None, "dead_letter": queue.dead_letter}
        found[plan.nodes[n].id] = {**entry, **({"shards": queue.shards} if queue.shards else {})}
    return found


def drain_s(waiting: np.ndarray) -> np.ndarray:
    """Seconds until nothing waits, if it goes on as in the last `TREND_S` seconds; NaN while it does not shrink."""
    before = np.concatenate([np.full(min(TREND_S, len(waiting)), np.nan), waiting[:-TREND_S]])
    per_s = (before - waiting) / TREND_S
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((per_s > 0) & (waiting > 0), waiting / per_s, np.nan)
