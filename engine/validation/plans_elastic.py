"""Random plans of what makes demand and capacity move: shapes and users, distributions, disciplines, shedding, parallel calls, limiters."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from engine.behaviours import Balancer, Behaviour, Distribution, Function, HealthCheck, Limiter, Source, Station, Store
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, fault, make_plan, random_failover, random_fault, random_policy, random_service


def some_service(r: random.Random, mean_s: float) -> Distribution:
    """Any distribution with about this mean."""
    samples = tuple(round(mean_s * r.expovariate(1.0), 9) for _ in range(200))
    return r.choice([
        random_service(r, mean_s), Distribution("erlang", mean_s, shape=r.choice([1, 2, 4, 20])),
        Distribution("pareto", mean_s * 0.6, shape=2.5), Distribution("empirical", mean_s, samples_s=samples),
    ])  # fmt: skip


def some_source(r: random.Random, duration_s: float) -> Source:
    """An open loop that repeats, or users who think."""
    if r.random() < 0.4:
        return Source(((0.0, 0.0),), users=r.choice([1, 7, 60]), think_s=r.choice([0.2, 0.61]))
    rate = r.choice([20.371, 61.133])
    waves = tuple((k * duration_s / 17, rate * f) for k, f in enumerate((1.0, 2.3, 0.0, 0.4)))
    return Source(waves, r.choice(["poisson", "even"]), repeat_s=r.choice([0.0, duration_s / 4]))


def some_station(r: random.Random, mean_s: float) -> Station:
    """A station with every discipline."""
    azs = tuple(r.choice("ab") for _ in range(r.choice([1, 2, 3])))
    return Station(
        azs, r.choice([1, 2, 4]), r.choice([None, 3, 20]), some_service(r, mean_s), r.random() < 0.7, lifo=r.random() < 0.5,
        shed_above=r.choice([None, None, 0.8, 1.5, 4.0]), parallel=r.random() < 0.7,
    )  # fmt: skip


def some_function(r: random.Random) -> Function:
    """An on-demand pool that is short of something."""
    limit = r.choice([3, 20, 200])
    return Function(
        some_service(r, 0.03), some_service(r, 0.4), r.choice([0.0, 0.3, 5.0]), limit, r.choice([0, 0, 2]), r.choice([5.0, 40.0, 1000.0]),
    )  # fmt: skip


def surge(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Some source's rate is multiplied for a while."""
    start = round(r.uniform(0.05, 0.6) * duration_s, 3) + 0.00005
    source, factor = plan.nodes[r.choice(plan.sources())].first, r.choice([0.25, 1.7, 3.0])

    def apply(live: Live) -> None:
        live.surge[source] *= factor

    return fault("surge", start, start + r.uniform(0.1, 0.6) * duration_s, apply)


def random_elastic_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients → limiter → balancer → web, which calls api, quota and db, in parallel or in order; robots straight at web."""
    r = random.Random(seed)
    nodes: dict[str, Behaviour] = {
        "users": some_source(r, duration_s),
        "gate": Limiter(r.choice([31.7, 90.3, 500.1]), r.choice([1.0, 5.0, 50.0])),
        "front": Balancer(r.choice(["round_robin", "least_outstanding", "random"]), HealthCheck(1.0, 0.3, 2, 2)),
        "web": some_station(r, 0.02),
        "api": some_station(r, 0.01),
        "quota": Limiter(r.choice([20.3, 200.7]), r.choice([1.0, 20.0])),
        "last": some_station(r, 0.01),
        "db": Store(("a", "b"), r.choice([1, 2, 8]), r.choice([None, 5]), some_service(r, 0.008), random_failover(r)),
        "robots": some_source(r, duration_s),
        "lambda": some_function(r),
    }  # fmt: skip
    edges: Edges = {
        ("users", "gate"): random_policy(r), ("gate", "front"): random_policy(r, attempts=1),
        ("front", "web"): random_policy(r, attempts=1),
        ("web", "api"): random_policy(r), ("web", "quota"): random_policy(r), ("web", "db"): random_policy(r),
        ("quota", "last"): random_policy(r), ("api", "db"): random_policy(r), ("robots", "web"): random_policy(r),
        ("front", "lambda"): random_policy(r, attempts=1),
        ("lambda", "last"): random_policy(r),
    }  # fmt: skip
    bare = make_plan(nodes, edges)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4]))]
    faults += [surge(r, bare, duration_s) for _ in range(r.choice([0, 1, 3]))]
    within = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047])}
    network: dict[str, Any] = {**within, "client_s": r.choice([0.0203, 0.0407])}
    return make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network)


def quiet_after(plan: Plan, at_s: float, duration_s: float) -> Plan:
    """The same without new requests from then on: rates fall to nothing, users think for ever."""

    def calm(behaviour: Behaviour) -> Behaviour:
        if not isinstance(behaviour, Source):
            return behaviour
        if behaviour.users:
            return dataclasses.replace(behaviour, users=0, think_s=0.0)
        segments = tuple((t, rate) for t, rate in behaviour.segments if t < at_s)
        return dataclasses.replace(behaviour, segments=(*segments, (at_s, 0.0)), repeat_s=0.0)

    nodes = tuple(dataclasses.replace(n, behaviour=calm(n.behaviour)) for n in plan.nodes)
    faults = tuple(dataclasses.replace(f, end_s=min(f.end_s, at_s + 8.0)) for f in plan.faults)
    return dataclasses.replace(plan, nodes=nodes, faults=faults, duration_s=duration_s)
