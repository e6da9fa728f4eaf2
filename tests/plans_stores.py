"""Random systems whose clients send classes of requests about popular things, to stores that are partitioned and replicated."""

from __future__ import annotations

import dataclasses
import random

from engine.behaviours import Keys, Source
from engine.plan import Plan, PlanFault, PlanNode
from tests.plans import fault, random_plan


def random_source(r: random.Random, source: Source) -> Source:
    """The same traffic, about something."""
    keys = r.choice([None, Keys(5, 0.0), Keys(1_000, 1.0), Keys(100_000, 0.7), Keys(40, 1.3)])
    classes = r.choice([(), (("read", 0.8), ("write", 0.2)), (("write", 0.3), ("read", 0.5), ("browse", 0.2)), (("read", 1.0),)])
    return dataclasses.replace(source, classes=classes, keys=keys)


def about_something(plan: Plan, r: random.Random, faults: int = 1) -> Plan:
    """The plan with classes and keys, and now and then a hot key."""
    nodes = tuple(n if not isinstance(n.behaviour, Source) else _with(n, random_source(r, n.behaviour)) for n in plan.nodes)
    hot = tuple(random_hot_key(r, plan) for _ in range(r.choice([0, faults])))
    return dataclasses.replace(plan, nodes=nodes, faults=(*plan.faults, *hot))


def _with(node: PlanNode, behaviour: Source) -> PlanNode:
    return dataclasses.replace(node, behaviour=behaviour)


def random_hot_key(r: random.Random, plan: Plan) -> PlanFault:
    """Half of somebody's requests are about one key for a while."""
    start = round(r.uniform(0.1, 0.7) * plan.duration_s, 3) + 0.00005
    client = plan.nodes[r.choice(plan.sources())].first
    return fault("hot key", start, start + r.uniform(0.05, 0.5) * plan.duration_s, lambda live: live.heat([client], 0.5))


def random_plan_of_subjects(seed: int, duration_s: float = 30.0) -> Plan:
    """The systems of `random_plan` with classes and keys."""
    return about_something(random_plan(seed, duration_s), random.Random(seed + 1_000_000))
