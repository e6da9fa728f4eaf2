"""Random plans with users who come back: any of the other systems, with sticky balancers and services that keep their sessions."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

from engine.behaviours import Balancer, Behaviour, Cache, Keys, Source, Station
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import fault
from engine.validation.plans_balancers import random_balancer_plan, random_zonal_plan
from engine.validation.plans_elastic import random_elastic_plan
from engine.validation.plans_lifecycle import random_changed_plan, random_group_plan, random_withdrawn_plan
from engine.validation.plans_resolver import random_resolver_plan


def with_sessions(r: random.Random, behaviour: Behaviour) -> Behaviour:
    """The same behaviour in a world of users who come back."""
    if isinstance(behaviour, Source) and not behaviour.users:
        sessions = Keys(r.choice([1, 9, 40, 3000]), r.choice([0.0, 0.8, 1.2]))
        return dataclasses.replace(behaviour, sessions=sessions if r.random() < 0.8 else None)
    if isinstance(behaviour, Balancer):
        return dataclasses.replace(behaviour, stickiness_s=r.choice([0.0, 0.3, 2.5, 1000.0, float("inf")]))
    if isinstance(behaviour, Station) and not isinstance(behaviour, Cache):
        return dataclasses.replace(behaviour, keeps_sessions=r.random() < 0.6)
    return behaviour


def restart(r: random.Random, plan: Plan) -> PlanFault:
    """Some instances start anew."""
    stations = [i for i, x in enumerate(plan.instances) if isinstance(plan.nodes[x.node].behaviour, Station)]
    some = r.sample(stations, min(len(stations), r.choice([1, 2])))
    start = round(r.uniform(0.05, 0.9) * plan.duration_s, 3) + 0.00005

    def apply(live: Live) -> None:
        live.flushes[some] += 1

    return fault("restart", start, start + 1.0, apply)


def random_session_plan(seed: int) -> Plan:
    """Any of the systems with balancers, resolvers or groups, with its faults and up to two restarts."""
    r = random.Random(9000 + seed)
    some: list[Callable[[int], Plan]] = [
        random_balancer_plan, random_zonal_plan, random_group_plan, random_elastic_plan, random_changed_plan, random_withdrawn_plan,
        random_resolver_plan,
    ]  # fmt: skip
    plan = some[seed % len(some)](seed)
    nodes = tuple(dataclasses.replace(node, behaviour=with_sessions(r, node.behaviour)) for node in plan.nodes)
    faults = (*plan.faults, *(restart(r, plan) for _ in range(r.choice([0, 0, 1, 2]))))
    return dataclasses.replace(plan, nodes=nodes, faults=faults)
