"""What share of look-ups each cache could answer."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _caches(plan: Plan) -> list[int]:
    return sorted({plan.instances[i].node for i in plan.memories()})


CHART = nodelines.chart(
    id="hits",
    title="Cache hits",
    help="Share of look-ups that found a fresh value. A cold cache sends the rest to what stands behind it.",
    order=70,
    axis="% of look-ups",
    lines=nodelines.Lines("hit_ratio", "mean", "%{y:.1f} %", scale=100, nodes=_caches),
    least=100,
)
