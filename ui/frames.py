"""A run as the canvas plays it: one row per simulated second, float32, row-major [second, item, field].

Pure and vectorised: a ten-minute run of sixty nodes is turned in a few milliseconds, because a click on a fault waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.behaviours import HealthCheck
from engine.outcomes import CAUSES
from engine.plan import Plan
from engine.results.columns import PerSecond
from engine.series import Series

NODE_FIELDS = ("rate", "ok", "failed", "utilisation", "load", "queue", "health", "p99_s")
EDGE_FIELDS = ("rate", "ok", "failed", "retries", "p50_s", "p99_s", "cause")
INST_FIELDS = ("state", "utilisation", "queue", "role")
TARGET_FIELDS = ("healthy", "streak", "decides_s")


@dataclass(frozen=True)
class Frames:
    """``meta`` is plain JSON; the arrays are float32 [rows, items, fields] in the order of the FIELDS constants."""

    meta: dict[str, Any]
    nodes: np.ndarray
    edges: np.ndarray
    insts: np.ndarray
    targets: np.ndarray


def frames(plan: Plan, series: Series, columns: PerSecond, run_id: str, rev: int) -> Frames:
    """Frames of a series cut to its filled rows; ``columns`` are its per-second columns."""
    return Frames(
        meta=_meta(plan, series, run_id, rev),
        nodes=_nodes(columns),
        edges=_edges(series, columns),
        insts=_pack(*(columns.instances[name] for name in INST_FIELDS)),
        targets=_pack(series.target_healthy, series.target_streak, series.target_decides_s),
    )


def _nodes(columns: PerSecond) -> np.ndarray:
    """What the callers of each node see, how busy it is and how it is."""
    c = columns.nodes
    names = ("arrived_per_s", "ok_per_s", "failed_per_s", "utilisation", "load", "queue", "health", "p99_s")
    return _pack(*(c[name] for name in names))


def _edges(series: Series, columns: PerSecond) -> np.ndarray:
    """Attempts, because a particle is an attempt: what was tried again shows up twice, once as a retry."""
    c, failures = columns.edges, series.edge_attempt_ends[:, :, 1:]
    failed = failures.sum(axis=2)
    cause = np.where(failed > 0, failures.argmax(axis=2), -1)
    return _pack(c["attempts_per_s"], series.edge_attempt_ends[:, :, 0], failed, c["retries_per_s"], c["p50_s"], c["p99_s"], cause)


def _pack(*columns: np.ndarray) -> np.ndarray:
    """Columns [rows, items] as one contiguous float32 [rows, items, fields]; NaN stays where a second says nothing about a latency."""
    return np.ascontiguousarray(np.stack(columns, axis=-1), np.float32)


def _meta(plan: Plan, series: Series, run_id: str, rev: int) -> dict[str, Any]:
    return {
        "id": run_id,
        "rev": rev,
        "n": int(series.reached_s),
        "dt": 1,
        "node_ids": [n.id for n in plan.nodes],
        "node_fields": list(NODE_FIELDS),
        "edge_ids": [e.id for e in plan.edges],
        "edge_fields": list(EDGE_FIELDS),
        "causes": list(CAUSES),
        "instances": [
            {"node": plan.nodes[i.node].id, "index": i.index, "place": plan.places[i.place].id, "slots": i.slots} for i in plan.instances
        ],
        "inst_fields": list(INST_FIELDS),
        "targets": [_target(plan, *t) for t in plan.targets()],
        "target_fields": list(TARGET_FIELDS),
        "places": [{"id": p.id, "kind": p.kind, "region": p.region} for p in plan.places],
        "max_edge_rate": float(series.edge_attempts.max(initial=0)),
    }


def _target(plan: Plan, balancer: int, edge: int, instance: int) -> dict[str, Any]:
    check: HealthCheck | None = getattr(plan.nodes[balancer].behaviour, "health_check", None)
    return {
        "node": plan.nodes[balancer].id,
        "edge": plan.edges[edge].id,
        "instance": instance,
        "unhealthy": check.unhealthy if check else 0,
        "healthy": check.healthy if check else 0,
    }
