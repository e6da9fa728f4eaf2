"""Random plans in which instances come and go: withdrawn from the lists of targets, launched, drained, replaced."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

from engine.behaviours import Station
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import fault, random_plan
from engine.validation.plans_elastic import random_elastic_plan
from engine.validation.plans_queues import random_queue_plan


def withdrawal(r: random.Random, plan: Plan) -> PlanFault:
    """Some instances of a station, or all of them, are no registered targets for a while."""
    node = r.choice([n for n in plan.nodes if isinstance(n.behaviour, Station)])
    mine = range(node.first, node.first + node.count)
    some = r.sample(mine, r.choice([1, 1, node.count, (node.count + 1) // 2]))
    start = round(r.uniform(0.05, 0.7) * plan.duration_s, 3) + 0.00005

    def apply(live: Live) -> None:
        live.withdrawn[some] = True

    return fault("withdrawal", start, start + round(r.uniform(0.05, 0.4) * plan.duration_s, 3), apply)


def random_withdrawn_plan(seed: int) -> Plan:
    """Any of the random systems, with one to four withdrawals besides its own faults."""
    r = random.Random(seed)
    some: list[Callable[[int], Plan]] = [random_plan, random_elastic_plan, random_queue_plan]
    plan = some[seed % 3](seed)
    return dataclasses.replace(plan, faults=(*plan.faults, *(withdrawal(r, plan) for _ in range(r.choice([1, 2, 4])))))
