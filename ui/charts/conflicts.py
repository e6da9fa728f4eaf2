"""Writes that met in two Regions, of which the earlier is lost."""

from __future__ import annotations

from engine.plan import Plan
from ui.charts import nodelines


def _written_everywhere(plan: Plan) -> list[int]:
    return [n for n in plan.stores() if plan.store(n).many_writers and plan.store(n).write_quorum == 1]


CHART = nodelines.chart(
    id="conflicts",
    title="Conflicting writes",
    help="Writes per second whose Region did not know the latest write of that key in another: the later wins, the earlier is lost.",
    order=62,
    axis="conflicting writes per second",
    lines=nodelines.Lines("conflicting_writes_per_s", "mean", "%{y:,.1f}", nodes=_written_everywhere),
    least=1,
)
