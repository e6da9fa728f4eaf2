"""The totals of a run: requests exactly from the warm-up on, nodes and edges from the full seconds after it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.outcomes import CAUSES
from engine.plan import Plan
from engine.results.columns import PERCENTILES, by_node, capacity_s, percentiles_s
from engine.results.numbers import counts, number, ratio
from engine.series import Series


def requests(series: Series) -> dict[str, Any]:
    """Requests started at or after the warm-up, all clients together: started, ok, failed by first cause, still open."""
    ends = series.total_ends.sum(axis=0)
    started = int(series.total_begun.sum())
    return {
        "started": started,
        "ok": int(ends[0]),
        "failed": counts(CAUSES, ends[1:]),
        "in_flight": started - int(ends.sum()),
    }


def by_class(plan: Plan, series: Series) -> dict[str, dict[str, Any]]:
    """The same by class of request; empty when no client names classes."""
    names = plan.classes()
    found = {}
    for k, name in enumerate(names):
        started, ends = int(series.total_class_begun[k]), series.total_class_ends[k]
        if started and len(names) > 1:
            failed = counts(CAUSES, ends[1:])
            found[name or "(none)"] = {"started": started, "ok": int(ends[0]), "failed": failed, "in_flight": started - int(ends.sum())}
    return found


def failed_at(plan: Plan, series: Series) -> dict[str, dict[str, int]]:
    """Where the failed requests failed first: edge id → cause → count; edges nothing failed at are left out."""
    blame = {edge.id: counts(CAUSES, series.total_blame[index, 1:]) for index, edge in enumerate(plan.edges)}
    return {edge: causes for edge, causes in blame.items() if causes}


def availability(series: Series) -> float | None:
    """ok / (ok + failed) of the requests in the totals; None when none has ended."""
    ends = series.total_ends.sum(axis=0)
    return ratio(ends[0], ends.sum())


def latency_s(series: Series) -> dict[str, float | None]:
    """Mean and percentiles of the ok requests in the totals, seconds from the first attempt to the answer."""
    ok = int(series.total_ends[:, 0].sum())
    values = percentiles_s(series.total_hist.sum(axis=0), list(PERCENTILES.values()))
    mean = ratio(series.total_latency_s.sum(), ok)
    return {"mean": mean} | {name.removesuffix("_s"): number(float(value)) for name, value in zip(PERCENTILES, values)}


def nodes(plan: Plan, series: Series, rows: slice | None = None) -> dict[str, dict[str, Any]]:
    """Totals by node over full seconds, by default those after the warm-up.

    ``utilisation`` and ``load`` are shares of the capacity in service (0 where that has no bound).
    ``peak_queue`` adds up the instances' peaks of the same second, so with several instances it can lie a little high.
    For clients ``arrived`` counts the requests they started and ``completed`` those that were answered.
    """
    chosen, rows = rows is not None, rows or window(plan, series)

    def total(name: str) -> np.ndarray:
        return by_node(plan, getattr(series, name)[rows].sum(axis=0, dtype=np.float64)[None, :])[0]

    capacity = by_node(plan, capacity_s(plan, series.inst_up_s[rows].sum(axis=0)[None, :]))[0]
    peaks = by_node(plan, series.inst_queue_peak[rows])
    columns = {name: total(f"inst_{name}") for name in ("arrived", "completed", "rejected", "killed", "busy_s", "offered_s")}
    for source, node in enumerate(plan.sources()):
        columns["arrived"][node] = series.start_begun[rows, source].sum() if chosen else series.total_begun[source]
        columns["completed"][node] = series.start_ends[rows, source, 0].sum() if chosen else series.total_ends[source, 0]
    return {
        node.id: {
            "arrived": int(columns["arrived"][n]),
            "completed": int(columns["completed"][n]),
            "utilisation": _share(columns["busy_s"][n], capacity[n], most=1.0),
            "load": _share(columns["offered_s"][n], capacity[n]),
            "peak_queue": int(peaks[:, n].max(initial=0)),
            "killed": int(columns["killed"][n]),
            "rejected": int(columns["rejected"][n]),
        }
        for n, node in enumerate(plan.nodes)
    }


def _share(part_s: float, whole_s: float, most: float = math.inf) -> float | None:
    share = ratio(part_s, whole_s)
    return None if share is None else min(share, most)


def edges(plan: Plan, series: Series, rows: slice | None = None) -> dict[str, dict[str, Any]]:
    """Totals by edge over full seconds: calls and attempts begun, calls ended by outcome, attempts per call."""
    rows = rows or window(plan, series)
    calls, attempts = series.edge_calls[rows].sum(axis=0), series.edge_attempts[rows].sum(axis=0)
    ends = series.edge_call_ends[rows].sum(axis=0)
    return {
        edge.id: {
            "calls": int(calls[e]),
            "attempts": int(attempts[e]),
            "ok": int(ends[e, 0]),
            "failed": counts(CAUSES, ends[e, 1:]),
            "amplification": ratio(attempts[e], calls[e]),
        }
        for e, edge in enumerate(plan.edges)
    }


def window(plan: Plan, series: Series, from_s: float | None = None, to_s: float | None = None) -> slice:
    """The full seconds inside [from_s, to_s], by default from the end of the warm-up to where the run has come."""
    first = math.ceil(plan.warmup_s if from_s is None else from_s)
    last = series.reached_s if to_s is None else min(math.floor(to_s), series.reached_s)
    return slice(min(first, series.reached_s), max(min(first, series.reached_s), last))
