"""Reads that were answered from the past."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _copied(plan: Plan) -> list[int]:
    return sorted({plan.instances[i].node for i in plan.copies()})


CHART = nodelines.chart(
    id="stale",
    title="Stale reads",
    help="Reads per second that a replica answered with a value older than the last acknowledged write of that key.",
    order=61,
    axis="stale reads per second",
    lines=nodelines.Lines("stale_reads_per_s", "mean", "%{y:,.1f}", nodes=_copied),
    least=1,
)
