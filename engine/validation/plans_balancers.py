"""Random plans of what balancers can do besides choosing among the healthy: weights, flows, slow start, a node in each AZ, zonal shifts."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from engine.behaviours import Autoshift, Balancer, Behaviour, HealthCheck, Keys, Resolver, Source, Store
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, fault, make_plan, random_failover, random_fault, random_policy, random_service, random_station
from engine.validation.plans_lifecycle import random_group, withdrawal
from engine.validation.plans_network import network_fault


def some_balancer(r: random.Random, **fields: Any) -> Balancer:
    """Any algorithm, with quick checks and, where it fits, a slow start that a short run sees all of."""
    check = HealthCheck(r.choice([1.0, 2.5]), r.choice([0.2, 0.7]), r.choice([1, 2, 3]), r.choice([1, 2]), r.random() < 0.4)
    ramping = ("weighted", "round_robin", "random")
    algorithm: Any = r.choice(["flow_hash", "least_outstanding", "power_of_two", *ramping, *ramping])
    ramp = r.choice([0.0, 3.0, 12.5]) if algorithm in ramping else 0.0
    auto = Autoshift(1.0037, r.choice([0.02, 0.1]), r.choice([1, 5]), r.choice([1, 2]), 5.0713) if r.random() < 0.4 else None
    return Balancer(algorithm, check if r.random() < 0.85 else None, ramp, r.choice([1, 3, 10]), autoshift=auto, **fields)


def flapping(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """A share of the health checks of some instances fails."""
    start, share = round(r.uniform(0.05, 0.5) * duration_s, 3) + 0.00005, r.choice([0.2, 0.6])
    some = r.sample(range(len(plan.instances)), 3)
    return fault("flapping", start, start + round(r.uniform(0.2, 0.5) * duration_s, 3), lambda live: live.flap(some, share))


def random_balancer_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """users and robots → front → web or more; web → inner → api; api → db."""
    r = random.Random(7000 + seed)
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, r.choice([41.7, 97.3])),), keys=Keys(50, 1.0) if r.random() < 0.5 else None),
        "robots": Source(((0.0, 10.0),)),
        "front": some_balancer(r),
        "web": random_station(r, 0.02),
        "more": random_station(r, 0.015),
        "inner": some_balancer(r),
        "api": random_station(r, 0.01),
        "db": Store(("a", "b"), 4, None, random_service(r, 0.008), random_failover(r)),
    }
    edges: Edges = {
        ("users", "front"): random_policy(r),
        ("robots", "front"): random_policy(r),
        ("front", "web"): random_policy(r, attempts=r.choice([1, 1, 2])),
        ("front", "more"): random_policy(r, attempts=1),
        ("web", "inner"): random_policy(r),
        ("inner", "api"): random_policy(r, attempts=1),
        ("api", "db"): random_policy(r),
    }
    bare = make_plan(nodes, edges)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4]))]
    faults += [withdrawal(r, bare) for _ in range(r.choice([0, 1, 2]))]
    faults += [network_fault(r, bare, duration_s)] if r.random() < 0.3 else []
    faults += [flapping(r, bare, duration_s)] if r.random() < 0.3 else []
    within = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047])}
    network: dict[str, Any] = {**within, "client_s": r.choice([0.0217, 0.0407])}
    plan = make_plan(nodes, edges, seed=7000 + seed, duration_s=duration_s, faults=tuple(faults), **network)
    weighed = tuple(dataclasses.replace(e, weight=r.choice([0.0, 1.0, 3.0])) for e in plan.edges)
    return dataclasses.replace(plan, edges=weighed)


def shift(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Traffic of all balancers is shifted away from an AZ for a while."""
    start, place = round(r.uniform(0.05, 0.7) * duration_s, 3) + 0.00005, r.choice([2, 3])
    there = [i for i, x in enumerate(plan.instances) if x.place == place]

    def apply(live: Live) -> None:
        live.shifted[there] = True

    return fault("shift", start, start + round(r.uniform(0.1, 0.4) * duration_s, 3), apply)


def random_zonal_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """users and robots → front → web; users and web → dns → (inner → api), or api; front and inner with a node in each AZ."""
    r = random.Random(8000 + seed)
    checks = HealthCheck(r.choice([1.0, 2.5]), 0.3, r.choice([1, 3]), r.choice([1, 2]))

    def zonal() -> Balancer:
        return some_balancer(r, cross_zone=r.random() < 0.4, ttl_s=r.choice([0.0, 1.0, 5.0]), node_check=checks)

    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, r.choice([41.7, 97.3])),), keys=Keys(50, 1.0) if r.random() < 0.5 else None),
        "robots": Source(((0.0, 10.0),)),
        "front": zonal(),
        "web": random_station(r, 0.02) if r.random() < 0.6 else random_group(r, 0.05, "cpu", 0.5),
        "dns": Resolver(r.choice(["simple", "failover", "multivalue"]), r.choice([0.0, 2.0]), checks if r.random() < 0.7 else None),
        "inner": zonal(),
        "api": random_station(r, 0.01),
    }
    edges: Edges = {
        ("users", "front"): random_policy(r),
        ("robots", "dns"): random_policy(r),
        ("front", "web"): random_policy(r, attempts=1),
        ("web", "dns"): random_policy(r),
        ("dns", "inner"): random_policy(r),
        ("dns", "api"): random_policy(r),
        ("inner", "api"): random_policy(r, attempts=1),
    }
    bare = make_plan(nodes, edges, zones={"front": "ab", "inner": "ab"})
    faults = [random_fault(r, bare, duration_s, store=False) for _ in range(r.choice([0, 1, 2, 4]))]
    faults += [shift(r, bare, duration_s) for _ in range(r.choice([0, 1, 2]))]
    faults += [withdrawal(r, bare)] if r.random() < 0.4 else []
    faults += [network_fault(r, bare, duration_s)] if r.random() < 0.3 else []
    faults += [flapping(r, bare, duration_s)] if r.random() < 0.3 else []
    network: dict[str, Any] = {"same_az_s": 0.00101, "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": r.choice([0.0217, 0.0407])}
    plan = make_plan(
        nodes, edges, seed=8000 + seed, duration_s=duration_s, faults=tuple(faults), zones={"front": "ab", "inner": "ab"}, **network
    )
    return dataclasses.replace(plan, edges=tuple(dataclasses.replace(e, weight=r.choice([0.0, 1.0, 3.0])) for e in plan.edges))
