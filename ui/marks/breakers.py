"""Circuit breakers: at how many callers they are open or half open, and when the first of the open ones probes again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from engine.plan import Plan
from ui.marks.base import Facts, Mark, Measured


def marks(run: Measured) -> Iterator[Mark]:
    plan, counts = run.plan, run.series.edge_breakers
    for e, edge in enumerate(plan.edges):
        if edge.policy.breaker is None:
            continue
        yield Mark(edge.id, "open", counts[:, e, 0], "max")
        yield Mark(edge.id, "half_open", counts[:, e, 1], "max")
        yield Mark(edge.id, "callers", run.columns.nodes["instances_up"][:, edge.caller])
        yield Mark(edge.id, "probes_in_s", probes_in_s(counts[:, e, 0], edge.policy.breaker.open_s))


def facts(plan: Plan) -> Facts:
    return {edge.id: {"breaker_open_s": edge.policy.breaker.open_s} for edge in plan.edges if edge.policy.breaker}


def probes_in_s(opened: np.ndarray, open_s: float) -> np.ndarray:
    """Seconds until the breaker that opened first lets a probe through; NaN while none is open.

    From the number of open ones alone, to a second: whichever opened first is the first that is open no more.
    """
    since: deque[float] = deque()
    left = np.full(len(opened), np.nan)
    for t, count in enumerate(opened.tolist()):
        while len(since) > count:
            since.popleft()
        since.extend([float(t)] * (int(count) - len(since)))
        while since and t - since[0] > open_s:  # it probed, failed and opened again within a second
            since.popleft()
            since.append(float(t))
        if since:
            left[t] = open_s - (t - since[0])
    return left
