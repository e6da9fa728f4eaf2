"""Sessions that were lost: with their instance, or because the balancer sent their user elsewhere."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _keeping(plan: Plan) -> list[int]:
    return sorted({plan.instances[i].node for i in plan.keepers()})


CHART = nodelines.chart(
    id="sessions",
    title="Lost sessions",
    help="Sessions per second that died with their instance, or were left behind when their user was sent to another one.",
    order=62,
    axis="sessions lost per second",
    lines=nodelines.Lines("lost_sessions_per_s", "mean", "%{y:,.1f}", nodes=_keeping),
    least=1,
)
