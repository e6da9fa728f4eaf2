"""Random plans with resolvers: clients and a service that ask for names, every policy, checks of services and of balancers."""

from __future__ import annotations

import dataclasses
import random
from typing import Any, Literal

from engine.behaviours import Balancer, Behaviour, HealthCheck, Resolver, Source, Store
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, fault, make_plan, random_failover, random_fault, random_policy, random_service, random_station
from engine.validation.plans_edges import more_policy
from engine.validation.plans_lifecycle import withdrawal
from engine.validation.plans_network import network_fault

Policy = Literal["simple", "weighted", "latency", "failover", "geolocation", "multivalue"]
POLICIES: tuple[Policy, ...] = ("simple", "weighted", "latency", "failover", "geolocation", "multivalue")


def some_resolver(r: random.Random) -> Resolver:
    """Any policy, with quick checks, and answers that expire within a short run."""
    check = HealthCheck(r.choice([1.0, 2.5]), r.choice([0.2, 0.7]), r.choice([1, 3]), r.choice([1, 2]))
    return Resolver(r.choice(POLICIES), r.choice([0.0, 1.0, 5.0]), check if r.random() < 0.8 else None, r.choice([0.0, 0.2]), 17.0)


def empty_answer(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """A resolver answers with nothing for a while."""
    start = round(r.uniform(0.05, 0.7) * duration_s, 3) + 0.00005
    instance = plan.nodes[r.choice(plan.resolvers())].first

    def apply(live: Live) -> None:
        live.dns_empty[instance] = True

    return fault("dns_empty", start, start + r.uniform(0.05, 0.4) * duration_s, apply)


def random_many_plan(seed: int, duration_s: float = 20.0) -> Plan:
    """users → dns → one of up to twelve services, more than one answer holds; some of them fail, some are withdrawn."""
    r = random.Random(9000 + seed)
    names = [f"s{k}" for k in range(r.choice([8, 9, 12]))]
    check = HealthCheck(1.0, 0.3, r.choice([1, 3]), 2)
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, 80.3),)),
        "dns": Resolver("multivalue", r.choice([0.0, 1.0, 5.0]), check, r.choice([0.0, 0.2]), 17.0),
        **{name: random_station(r, 0.02) for name in names},
    }
    edges: Edges = {("users", "dns"): random_policy(r), **{("dns", name): random_policy(r) for name in names}}
    bare = make_plan(nodes, edges)
    faults = [random_fault(r, bare, duration_s, store=False) for _ in range(r.choice([1, 2, 4]))]
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, cross_az_s=0.0011, client_s=0.0203)
    return dataclasses.replace(plan, faults=(*faults, withdrawal(r, plan)))


def random_resolver_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """users and robots → dns → (front → web) or web or far; web → names → api or far; far → db."""
    r = random.Random(seed)
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, r.choice([31.7, 80.3])),), location=r.choice(["", "eu", "us"])),
        "robots": Source(((0.0, 10.0),), location="eu"),
        "dns": some_resolver(r),
        "front": Balancer("round_robin", HealthCheck(1.0, 0.3, 2, 2)),
        "web": random_station(r, 0.02),
        "names": some_resolver(r),
        "api": random_station(r, 0.01),
        "far": random_station(r, 0.015),
        "db": Store(("a", "b"), 4, None, random_service(r, 0.008), random_failover(r)),
    }
    edges: Edges = {
        ("users", "dns"): random_policy(r),
        ("robots", "dns"): random_policy(r),
        ("dns", "front"): random_policy(r),
        ("dns", "web"): random_policy(r),
        ("dns", "far"): random_policy(r),
        ("front", "web"): random_policy(r, attempts=1),
        ("web", "names"): random_policy(r),
        ("names", "api"): random_policy(r),
        ("names", "far"): random_policy(r),
        ("far", "db"): random_policy(r),
    }
    places = [("eu",), ("us",), ()]
    bare = make_plan(nodes, edges)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4]))]
    faults += [empty_answer(r, bare, duration_s) for _ in range(r.choice([0, 1]))]
    within = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047])}
    network: dict[str, Any] = {**within, "client_s": r.choice([0.0203, 0.0407])}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network)
    if seed % 2:  # with everything else an edge can say
        plan = dataclasses.replace(plan, faults=(*plan.faults, network_fault(r, plan, duration_s), withdrawal(r, plan)))
        richer = tuple(
            dataclasses.replace(e, policy=more_policy(r, e.policy, isinstance(plan.nodes[e.caller].behaviour, Balancer), False))
            for e in plan.edges
        )
        plan = dataclasses.replace(plan, edges=richer)
    records = tuple(
        dataclasses.replace(e, weight=r.choice([0.0, 1.0, 3.0]), locations=r.choice(places)) if e.caller in plan.resolvers() else e
        for e in plan.edges
    )
    return dataclasses.replace(plan, edges=records)
