"""How many messages each queue keeps."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _queues(plan: Plan) -> list[int]:
    return plan.queues()


CHART = nodelines.chart(
    id="backlog",
    title="Messages waiting",
    help="Messages in each queue that nobody has taken, at the end of each second. A consumer that is down shows as a slope.",
    order=50,
    axis="messages waiting",
    lines=nodelines.Lines("queue", "max", "%{y:,.0f}", nodes=_queues),
    least=10,
)
