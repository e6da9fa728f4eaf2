"""A run as the canvas plays it: one row per simulated second, float32, row-major [row, item, field].

Pure and vectorised: a ten-minute run of sixty nodes is turned in a few milliseconds, because a click on a fault waits for it.
Very long or very large runs get rows of several seconds (``dt``), so that a message to the browser stays below 8 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.behaviours import HealthCheck
from engine.events import Event
from engine.outcomes import CAUSES
from engine.plan import Plan
from engine.results.columns import PerSecond
from engine.series import Series
from ui.bins import binned
from ui.marks import facts, marks, packed
from ui.marks.base import Mark, Measured

NODE_FIELDS = ("rate", "ok", "failed", "utilisation", "load", "queue", "health", "p99_s")
EDGE_FIELDS = ("rate", "ok", "failed", "retries", "p50_s", "p99_s", "cause")
INST_FIELDS = ("state", "utilisation", "queue", "role")
TARGET_FIELDS = ("healthy", "streak", "decides_s")
MAX_ROWS = 3600
MAX_NUMBERS = 2_000_000  # float32


@dataclass(frozen=True)
class Frames:
    """``meta`` is plain JSON; the arrays are float32 [rows, items, fields] in the order of the FIELDS constants."""

    meta: dict[str, Any]
    nodes: np.ndarray
    edges: np.ndarray
    insts: np.ndarray
    targets: np.ndarray
    marks: np.ndarray  # [rows, marks]; `ui.marks` says which


ARRAYS = ("nodes", "edges", "insts", "targets", "marks")


def frames(plan: Plan, series: Series, columns: PerSecond, log: Sequence[Event], run_id: str, rev: int) -> Frames:
    """Frames of a series cut to its filled rows; ``columns`` are its per-second columns, ``log`` what was decided."""
    measured = Measured(plan, series, columns, log)
    found = marks(measured)
    dt = seconds_per_row(plan, len(found))
    edges = _edges(series, columns, dt)
    return Frames(
        meta=_meta(measured, found, run_id, rev, dt, edges),
        nodes=_nodes(columns, dt),
        edges=edges,
        insts=_instances(columns, dt),
        targets=_pack(*(binned(x, dt, "last") for x in (series.target_healthy, series.target_streak, series.target_decides_s))),
        marks=packed(found, measured.rows, dt),
    )


def seconds_per_row(plan: Plan, n_marks: int = 0) -> int:
    """Simulated seconds one row stands for: 1 unless the run is longer or larger than the browser should be sent."""
    width = (
        len(plan.nodes) * len(NODE_FIELDS)
        + len(plan.edges) * len(EDGE_FIELDS)
        + len(plan.instances) * len(INST_FIELDS)
        + len(plan.targets()) * len(TARGET_FIELDS)
        + n_marks
    )
    return max(1, -(-int(plan.duration_s) // MAX_ROWS), -(-int(plan.duration_s) * width // MAX_NUMBERS))


def _nodes(columns: PerSecond, dt: int) -> np.ndarray:
    """What the callers of each node see, how busy it is and, at its worst, how it is."""
    c = columns.nodes
    mean = (binned(c[name], dt) for name in ("arrived_per_s", "ok_per_s", "failed_per_s", "utilisation", "load"))
    return _pack(*mean, binned(c["queue"], dt, "last"), binned(c["health"], dt, "max"), binned(c["p99_s"], dt, "max"))


def _edges(series: Series, columns: PerSecond, dt: int) -> np.ndarray:
    """Attempts, because a particle is an attempt: what was tried again shows up twice, once as a retry."""
    c, ends = columns.edges, binned(series.edge_attempt_ends, dt)
    failures = ends[:, :, 1:]
    failed = failures.sum(axis=2)
    cause = np.where(failed > 0, failures.argmax(axis=2), -1)
    rate, retries = binned(c["attempts_per_s"], dt), binned(c["retries_per_s"], dt)
    return _pack(rate, ends[:, :, 0], failed, retries, binned(c["p50_s"], dt, "max"), binned(c["p99_s"], dt, "max"), cause)


def _instances(columns: PerSecond, dt: int) -> np.ndarray:
    """Truth about each instance at the end of the row, and how busy it was."""
    c = columns.instances
    return _pack(*(binned(c[name], dt, "mean" if name == "utilisation" else "last") for name in INST_FIELDS))


def _pack(*columns: np.ndarray) -> np.ndarray:
    """Columns [rows, items] as one contiguous float32 [rows, items, fields]; NaN stays where a second says nothing about a latency."""
    return np.ascontiguousarray(np.stack(columns, axis=-1), np.float32)


def _meta(run: Measured, found: list[Mark], run_id: str, rev: int, dt: int, edges: np.ndarray) -> dict[str, Any]:
    plan = run.plan
    return {
        "id": run_id,
        "rev": rev,
        "n": len(edges),
        "dt": dt,
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
        "marks": [[mark.item, mark.field] for mark in found],
        "facts": facts(run),
        "places": [{"id": p.id, "kind": p.kind, "region": p.region} for p in plan.places],
        "max_edge_rate": float(edges[:, :, EDGE_FIELDS.index("rate")].max(initial=0)),
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
