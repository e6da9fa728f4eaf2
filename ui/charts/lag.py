"""How far the replicas of each store are behind."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _copied(plan: Plan) -> list[int]:
    return sorted({plan.instances[i].node for i in plan.copies()})


CHART = nodelines.chart(
    id="lag",
    title="Replication lag",
    help="Age of the oldest acknowledged write that the replica furthest behind has not applied: how old what it answers may be.",
    order=60,
    axis="seconds behind",
    lines=nodelines.Lines("replication_lag_s", "max", "%{y:,.2f} s", nodes=_copied),
    least=0.1,
)
