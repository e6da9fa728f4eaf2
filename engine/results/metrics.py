"""Every metric `expect:` can name: totals and per-second series of requests, nodes, edges and faults, over any window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.events import PHASES
from engine.outcomes import CAUSES
from engine.plan import Plan
from engine.results import totals
from engine.results.columns import CACHE_SERIES, GROUP_SERIES, QUEUE_SERIES, SESSION_SERIES, Columns, PerSecond
from engine.results.numbers import number, ratio
from engine.results.percentiles import PERCENTILES, extremes_s, percentiles_s
from engine.series import CACHE_COUNTS, EXTRAS, QUEUE_COUNTS, SESSION_COUNTS, TOPIC_COUNTS, Series

REQUEST_TOTALS = (
    "availability", "error_ratio", "started", "ok", "degraded", "failed", *(f"failed.{c}" for c in CAUSES), "in_flight", "mean_s",
    *PERCENTILES,
)  # fmt: skip
OF_CALLERS = ("availability", "error_ratio", "ok", "failed", *(f"failed.{c}" for c in CAUSES))  # of the attempts sent to a node
NODE_TOTALS = (
    *OF_CALLERS, "arrived", "completed", "rejected", "killed", "cancelled", "wasted", "wasted_s", "duplicates", "present",
    "utilisation", "load", "peak_queue",
    "acknowledged_writes", "lost_writes", "stale_reads", "conflicting_writes", "hits", "misses",
    "instance_s", "launching_s", "environment_s",
)  # fmt: skip
EDGE_TOTALS = (
    "availability", "error_ratio", "calls", "attempts", "retries", "ok", "failed", *(f"failed.{c}" for c in CAUSES), "abandoned",
    "in_flight", "amplification", *PERCENTILES, *EXTRAS,
)  # fmt: skip
FAULT_TOTALS = (
    "rto_s", "rpo_s", "lost_requests", *(f"lost_requests.{c}" for c in CAUSES), "lost_writes", *(f"phases.{p}" for p in PHASES),
)  # fmt: skip

FAILED_PER_S = tuple(f"failed.{c}_per_s" for c in CAUSES)
REQUEST_SERIES = (
    "started_per_s", "ok_per_s", "degraded_per_s", "failed_per_s", *FAILED_PER_S, *REQUEST_TOTALS[:2], "in_flight", "mean_s", *PERCENTILES,
)  # fmt: skip
NODE_SERIES = (
    "arrived_per_s", "completed_per_s", "rejected_per_s", "killed_per_s", "cancelled_per_s", "wasted_per_s", "ok_per_s", "failed_per_s",
    "error_ratio",
    "utilisation", "load", "queue", "queue_peak", "present", "instances_up", "believed_healthy",
    "cold_starts_per_s", "environments", "p99_s", "health",
    "replication_lag_s", "replication_lag_writes", "stale_reads_per_s", "conflicting_writes_per_s", "hit_ratio",
)  # fmt: skip
EDGE_SERIES = (
    "calls_per_s", "attempts_per_s", "retries_per_s", "ok_per_s", "failed_per_s", *FAILED_PER_S, "error_ratio", "amplification",
    "breakers_open", "breakers_half_open", "in_flight", "answer_share", *PERCENTILES, *(f"{name}_per_s" for name in EXTRAS),
)  # fmt: skip

QUEUE_TOTALS = (*dict.fromkeys([*QUEUE_COUNTS, *TOPIC_COUNTS]), "oldest_s")  # of message queues and topics only
CACHE_TOTALS = CACHE_COUNTS  # of caches only
SESSION_TOTALS = SESSION_COUNTS  # of nodes with sessions on their instances only
TOTALS = {"requests": REQUEST_TOTALS, "node": NODE_TOTALS, "edge": EDGE_TOTALS, "fault": FAULT_TOTALS}
SERIES = {"requests": REQUEST_SERIES, "node": NODE_SERIES, "edge": EDGE_SERIES, "fault": ()}
FOLDS: dict[str, Callable[[np.ndarray], float]] = {"min": np.min, "mean": np.mean, "max": np.max, "last": lambda v: v[-1]}
USUAL_FOLD = {  # of a bare name; else the mean
    "queue": "max", "queue_peak": "max", "health": "max", "instances_up": "min", "environments": "max",
    "replication_lag_s": "max", "replication_lag_writes": "max",
}  # fmt: skip


def names(scope: str) -> list[str]:
    """What can be asked of ``requests``, a ``node``, an ``edge`` or a ``fault``, for messages and documentation."""
    folded = [f"{name}_{{min,mean,max,last}}" for name in SERIES[scope] if not name.startswith("failed.")]
    return [n for n in TOTALS[scope] if not n.startswith(("failed.", "lost_requests."))] + [
        *(["failed.CAUSE"] if "failed" in TOTALS[scope] else []),
        *(["lost_requests.CAUSE"] if scope == "fault" else []),
        *folded,
        *(["failed.CAUSE_per_s"] if "failed_per_s" in SERIES[scope] and scope != "node" else []),
    ]


def known(scope: str, name: str) -> bool:
    """Whether a metric of this name exists there."""
    some = (*QUEUE_TOTALS, *CACHE_TOTALS, *SESSION_TOTALS) if scope == "node" else ()
    return name in TOTALS[scope] or name in some or _fold(scope, name) is not None


def _fold(scope: str, name: str) -> tuple[str, str] | None:
    """Column and way of folding its seconds: ``queue_max`` → ("queue", "max"), ``ok_per_s`` → ("ok_per_s", "mean")."""
    base, _, fold = name.rpartition("_")
    series = (*SERIES[scope], *QUEUE_SERIES, *CACHE_SERIES, *GROUP_SERIES, *SESSION_SERIES) if scope == "node" else SERIES[scope]
    if fold in FOLDS and base in series:
        return base, fold
    return (name, USUAL_FOLD.get(name, "mean")) if name in series else None


class Metrics:
    """The values of one run's metrics. ``rows`` is a window of seconds, None the totals as the summary has them."""

    def __init__(self, plan: Plan, series: Series, per_second: PerSecond, faults: list[dict[str, Any]]) -> None:
        self.plan, self.series, self.per_second, self.faults = plan, series, per_second, faults

    def of_requests(self, name: str, source: int | None, rows: slice | None) -> float | None:
        """Requests by the second they started in; ``source`` is one clients node (index into `Plan.sources`) or all."""
        if name not in REQUEST_TOTALS:
            columns = self.per_second.all_requests if source is None else self.per_second.requests
            return self._folded("requests", name, columns, source or 0, rows)
        begun, ends, latency_s, hist, within_s = self._requests(slice(None) if source is None else slice(source, source + 1), rows)
        ok, failed = ends[0], ends[1:].sum()
        if name in PERCENTILES:
            return number(float(percentiles_s(hist, [PERCENTILES[name]], within_s)[0]))
        if name == "degraded":
            which = slice(None) if source is None else slice(source, source + 1)
            return int(self.series.total_degraded[which].sum() if rows is None else self.series.start_degraded[rows, which].sum())
        simple = {"started": begun, "in_flight": begun - ok - failed, "mean_s": ratio(latency_s, ok)}
        return simple[name] if name in simple else _outcome(name, ends)

    def _requests(self, sources: slice, rows: slice | None) -> tuple[float, np.ndarray, float, np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Started, ended by outcome, summed latency, its histogram and extremes."""
        s = self.series
        if rows is None:
            begun, ends, latency_s, hist = s.total_begun, s.total_ends, s.total_latency_s, s.total_hist
            within_s = extremes_s(s.total_fastest_s[sources], s.total_slowest_s[sources], 0)
            return begun[sources].sum(), ends[sources].sum(axis=0), latency_s[sources].sum(), hist[sources].sum(axis=0), within_s
        bins = slice(rows.start // s.hist_bin_s, -(-rows.stop // s.hist_bin_s))
        return (
            s.start_begun[rows, sources].sum(),
            s.start_ends[rows, sources].sum(axis=(0, 1)),
            s.start_latency_s[rows, sources].sum(),
            s.start_hist[bins, sources].sum(axis=(0, 1)),
            extremes_s(s.start_fastest_s[bins, sources], s.start_slowest_s[bins, sources], (0, 1)),
        )

    def of_node(self, name: str, node: int, rows: slice | None) -> float | None:
        """A node by the seconds things happened in; outcomes are those of the attempts its callers sent it."""
        if name in OF_CALLERS:
            into = [i for i, e in enumerate(self.plan.edges) if e.callee == node]
            return _outcome(name, self.series.edge_attempt_ends[self._rows(rows)][:, into].sum(axis=(0, 1)))
        if name in NODE_TOTALS:
            return totals.nodes(self.plan, self.series, rows)[self.plan.nodes[node].id].get(name, 0)
        if name in (*QUEUE_TOTALS, *CACHE_TOTALS, *SESSION_TOTALS):
            return totals.nodes(self.plan, self.series, rows)[self.plan.nodes[node].id].get(name)
        return self._folded("node", name, self.per_second.nodes, node, rows)

    def of_edge(self, name: str, edge: int, rows: slice | None) -> float | None:
        """An edge. Its percentiles over a window are the mean of those of its seconds, weighted by ok calls."""
        if name not in EDGE_TOTALS:
            return self._folded("edge", name, self.per_second.edges, edge, rows)
        seconds = self._rows(rows)
        if name in PERCENTILES:
            return _weighted(self.per_second.edges[name][seconds, edge], self.series.edge_call_ends[seconds, edge, 0])
        row = totals.edges(self.plan, self.series, rows)[self.plan.edges[edge].id]
        if name == "retries":
            return row["attempts"] - row["calls"]
        failed = [row["failed"].get(cause, 0) for cause in CAUSES]
        return row[name] if name in totals.OF_EDGE else _outcome(name, np.array([row["ok"], *failed]))

    def of_faults(self, name: str, which: list[str] | None) -> float | None:
        """The worst of the faults with these ids (all when None) that began; None when there is none, or one was never restored."""
        entries = [f for f in self.faults if which is None or f["id"] in which]
        values = [_of_fault(name, entry) for entry in entries]
        return None if not values or None in values else max(v for v in values if v is not None)

    def _folded(self, scope: str, name: str, columns: Columns, item: int, rows: slice | None) -> float | None:
        found = _fold(scope, name)
        if found is None or found[0] not in columns:
            return None
        values = columns[found[0]][self._rows(rows), item]
        values = values[~np.isnan(values)]
        return float(FOLDS[found[1]](values)) if len(values) else None

    def _rows(self, rows: slice | None) -> slice:
        return rows if rows is not None else totals.window(self.plan, self.series)


def _outcome(name: str, ends: np.ndarray) -> float | None:
    """ok, failed, failed.<cause>, availability or error_ratio of outcome counts [N_OUT]."""
    ok, failed = int(ends[0]), int(ends[1:].sum())
    if name.startswith("failed."):
        return int(ends[1 + CAUSES.index(name.removeprefix("failed."))])
    return {"ok": ok, "failed": failed, "availability": ratio(ok, ok + failed), "error_ratio": ratio(failed, ok + failed)}[name]


def _weighted(values: np.ndarray, weights: np.ndarray) -> float | None:
    said = ~np.isnan(values)
    return ratio(float((values[said] * weights[said]).sum()), float(weights[said].sum()))


def _of_fault(name: str, entry: dict[str, Any]) -> float | None:
    group, _, part = name.partition(".")
    if part:
        return entry[group].get(part, 0)
    return sum(entry[name].values()) if name == "lost_requests" else entry[name]
