"""How many execution environments each function has."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _functions(plan: Plan) -> list[int]:
    return plan.functions()


CHART = nodelines.chart(
    id="environments",
    title="Function environments",
    help="Execution environments that exist at the end of each second, busy or kept warm. A steep rise is a burst of cold starts.",
    order=80,
    axis="environments",
    lines=nodelines.Lines("environments", "max", "%{y:,.0f}", nodes=_functions),
    least=4,
)
