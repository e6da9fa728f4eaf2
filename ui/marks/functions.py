"""Functions: environments that are there, at work and starting cold."""

from __future__ import annotations

from collections.abc import Iterator

from engine.behaviours import Function
from engine.plan import Plan
from ui.marks.base import Facts, Mark, Measured


def marks(run: Measured) -> Iterator[Mark]:
    plan, series = run.plan, run.series
    for f, n in enumerate(plan.functions()):
        node = plan.nodes[n]
        yield Mark(node.id, "environments", series.inst_environments[:, f])
        yield Mark(node.id, "busy", series.inst_busy_s[:, list(plan.instances_of(n))].sum(axis=1), "mean")
        yield Mark(node.id, "cold_per_s", series.inst_cold[:, f], "mean")


def facts(plan: Plan) -> Facts:
    found: Facts = {}
    for n in plan.functions():
        function = plan.nodes[n].behaviour
        assert isinstance(function, Function)
        found[plan.nodes[n].id] = {"most": function.concurrency, "provisioned": function.provisioned}
    return found
