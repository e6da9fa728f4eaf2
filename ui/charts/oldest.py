"""How long the oldest message of each queue has been there."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _queues(plan: Plan) -> list[int]:
    return plan.queues()


CHART = nodelines.chart(
    id="oldest",
    title="Age of the oldest message",
    help="Seconds since the oldest message still in the queue was published: what a late consumer means to whoever waits for the result.",
    order=51,
    axis="seconds",
    lines=nodelines.Lines("oldest_s", "max", "%{y:,.1f} s", nodes=_queues),
    least=1,
)
