"""Plans made by hand or at random, for everything that looks at the engine below the document."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.behaviours import (
    Backoff, Balancer, Behaviour, Breaker, CallPolicy, Distribution, Failover, Function, HealthCheck, Resolver, Source, Station, Store,
)  # fmt: skip
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.plan import UNLIMITED, Place, Plan, PlanEdge, PlanFault, PlanInstance, PlanNode

PLACES = (Place("outside", "outside", None), Place("r", "region", "r"), Place("a", "az", "r"), Place("b", "az", "r"))
Edges = dict[tuple[str, str], CallPolicy]


def make_plan(
    nodes: Mapping[str, Any], edges: Edges, *, seed: int = 1, duration_s: float = 60.0, warmup_s: float = 0.0,
    faults: tuple[PlanFault, ...] = (), lookups: Mapping[str, str] = {},
    zones: Mapping[str, str] = {},
    same_az_s: float = 0.0, cross_az_s: float = 0.0, client_s: float = 0.0,
) -> Plan:  # fmt: skip
    """A plan over one Region with AZs a and b. Network values are round trips; ``lookups``: edge → edge to the cache asked first;
    ``zones``: balancer → AZs in each of which it has a node."""
    one_way = np.array(
        [[0, client_s, client_s, client_s], [client_s, cross_az_s, cross_az_s, cross_az_s],
         [client_s, cross_az_s, same_az_s, cross_az_s], [client_s, cross_az_s, cross_az_s, same_az_s]]
    ) / 2  # fmt: skip
    number = {name: n for n, name in enumerate(nodes)}
    order = {f"{a}->{b}": e for e, (a, b) in enumerate(edges)}
    plan_edges = tuple(
        PlanEdge(f"{a}->{b}", number[a], number[b], policy, order.get(lookups.get(f"{a}->{b}", ""), -1)) for (a, b), policy in edges.items()
    )
    plan_nodes: list[PlanNode] = []
    instances: list[PlanInstance] = []
    for n, (name, behaviour) in enumerate(nodes.items()):
        made = [PlanInstance(n, k, 2 if az == "a" else 3, UNLIMITED, UNLIMITED) for k, az in enumerate(zones.get(name, ""))]
        made = made or _instances(n, behaviour)
        calls = tuple(e for e, edge in enumerate(plan_edges) if edge.caller == n)
        plan_nodes.append(PlanNode(name, behaviour.behaviour, name, behaviour, len(instances), len(made), calls))
        instances += made
    return Plan("by hand", seed, duration_s, warmup_s, PLACES, one_way, tuple(plan_nodes), plan_edges, tuple(instances), faults)


def _instances(n: int, behaviour: Behaviour) -> list[PlanInstance]:
    if isinstance(behaviour, Resolver):
        return [PlanInstance(n, 0, 0, UNLIMITED, UNLIMITED)]
    if isinstance(behaviour, Function):
        return [PlanInstance(n, 0, 2, behaviour.concurrency, 0)]
    if not isinstance(behaviour, Station | Store):
        return [PlanInstance(n, 0, 0 if isinstance(behaviour, Source) else 1, UNLIMITED, UNLIMITED)]
    room = UNLIMITED if behaviour.queue_capacity is None else behaviour.queue_capacity
    azs = behaviour.azs * (behaviour.partitions if isinstance(behaviour, Store) else 1)
    return [PlanInstance(n, k, 2 if az == "a" else 3, behaviour.concurrency, room) for k, az in enumerate(azs)]


def fault(kind: str, start_s: float, end_s: float, apply: Callable[[Live], Any]) -> PlanFault:
    """A fault that changes the live configuration by ``apply``."""
    return PlanFault(f"{kind}@{start_s:g}", kind, "somewhere", start_s, end_s, f"{kind} for a test", apply)


def down(start_s: float, end_s: float, instances: list[int], how: int = BLACK_HOLE) -> PlanFault:
    """Instances die and come back."""
    return fault("down", start_s, end_s, lambda live: live.take_down(instances, how))


def mm(rate: float, servers: int, service: Distribution, *, capacity: int | None = None, **keywords: object) -> Plan:
    """Clients straight at one station: M/G/c or M/G/c/K."""
    nodes: dict[str, Behaviour] = {"clients": Source(((0.0, rate),)), "station": Station(("a",), servers, capacity, service)}
    return make_plan(nodes, {("clients", "station"): CallPolicy(80_000.0)}, **keywords)  # type: ignore[arg-type]


def random_policy(r: random.Random, to_store: bool = False, attempts: int | None = None) -> CallPolicy:
    """Any mixture of timeout, retries, backoff, breaker, bulkhead and budget."""
    backoff = r.choice([
        None, Backoff("fixed", 0.0310007), Backoff("exponential", 0.0110003, 0.3), Backoff("exponential", 0.02, 0.5, "full"),
        Backoff("exponential", 0.02, 0.5, "equal"), Backoff("exponential", 0.02, 0.5, "decorrelated"),
    ])  # fmt: skip
    return CallPolicy(
        timeout_s=r.choice([0.0203, 0.0507, 0.211, 0.503, 2.017]),
        attempts=attempts or r.choice([1, 1, 2, 3]),
        backoff=backoff,
        breaker=Breaker(r.choice([0.3, 0.5]), r.choice([2.0, 10.0]), r.choice([5, 20]), r.choice([1.003, 5.007]), 3)
        if r.random() < 0.4 else None,
        bulkhead=r.choice([1, 4, 16]) if r.random() < 0.3 else None,
        retry_budget=r.choice([0.1, 0.5]) if r.random() < 0.3 else None,
    )


def random_service(r: random.Random, mean_s: float) -> Distribution:
    """A service time with about this mean."""
    some = [Distribution("exponential", mean_s), Distribution("lognormal", mean_s * 0.8, 0.6), Distribution("constant", mean_s * 1.000013)]
    return r.choice(some)


def random_station(r: random.Random, mean_s: float) -> Station:
    """A station of one to four instances."""
    azs = tuple(r.choice("ab") for _ in range(r.choice([1, 2, 3, 4])))
    return Station(azs, r.choice([1, 1, 2, 4]), r.choice([None, 0, 3, 20]), random_service(r, mean_s), r.random() < 0.7)


def random_failover(r: random.Random) -> Failover:
    """A quick one, so that a short run sees all of it."""
    return Failover(
        r.choice([0.5, 1.0]), 0.303, r.choice([1, 2, 3]), r.choice([0.2, 1.1]), r.choice([1.0, 3.3]), r.choice([0.1, 2.0]),
        r.choice([0.5, 3.0]),
    )  # fmt: skip


def random_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients (one or two) → balancer → two tiers → store, with random policies and up to four overlapping faults."""
    r = random.Random(seed)
    check = HealthCheck(r.choice([1.0, 3.0]), r.choice([0.2, 0.7]), r.choice([1, 2, 3]), r.choice([1, 2, 5]))
    rate = r.choice([20.371, 61.133, 119.917])
    segments = ((0.0, rate),) if r.random() < 0.5 else ((0.0, rate), (duration_s * 0.3, rate * 2.5), (duration_s * 0.5, rate * 0.4))
    users = Source(segments, r.choice(["poisson", "even"]))
    nodes: dict[str, Behaviour] = {
        "users": users,
        "front": Balancer(r.choice(["round_robin", "least_outstanding", "random", "power_of_two"]), check if r.random() < 0.8 else None),
        "web": random_station(r, 0.02),
        "api": random_station(r, 0.01),
        "db": Store(("a", "b") if r.random() < 0.8 else ("a",), r.choice([1, 2, 8]), r.choice([None, 5]), random_service(r, 0.008),
                    random_failover(r) if r.random() < 0.8 else None),
    }  # fmt: skip
    edges: Edges = {
        ("users", "front"): random_policy(r),
        ("front", "web"): random_policy(r, attempts=1),
        ("web", "api"): random_policy(r),
        ("web", "db"): random_policy(r),
        ("api", "db"): random_policy(r),
    }
    if r.random() < 0.4:
        nodes["more"] = random_station(r, 0.015)
        edges[("front", "more")] = random_policy(r, attempts=1)
    if r.random() < 0.4:
        nodes["robots"] = Source(((0.0, 10.0),))
        edges[("robots", "api")] = random_policy(r)
    bare = make_plan(nodes, edges)
    faults = tuple(random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4])))
    within = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047])}
    network: dict[str, Any] = {**within, "client_s": r.choice([0.0203, 0.0407])}
    return make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=faults, **network)


def random_fault(r: random.Random, plan: Plan, duration_s: float, store: bool = True) -> PlanFault:
    """Any kind of fault on any target, between a tenth and the end of the run."""
    start = round(r.uniform(0.1, 0.7) * duration_s, 3) + 0.00005
    end = start + round(r.uniform(0.05, 0.5) * duration_s, 3)
    servers = [i for i, x in enumerate(plan.instances) if x.place > 1]
    some = r.sample(servers, min(len(servers), r.choice([1, 1, 2, 4])))
    edge, direction = r.randrange(len(plan.edges)), r.choice([[0], [1], [0, 1]])
    kinds = ["black hole", "refused", "az", "slow", "errors", "latency", "edge cut", "path cut", "blip"]
    kind = r.choice(kinds if store else kinds[:-1])
    if kind in ("black hole", "refused"):
        return down(start, end, some, BLACK_HOLE if kind == "black hole" else REFUSED)
    if kind == "blip":  # the primary is away just long enough to be replaced, and comes back fenced
        primary = plan.nodes[plan.node_index("db")].first
        return down(start, start + r.choice([1.5, 3.3, 4.9]), [primary], REFUSED)
    if kind == "az":
        return down(start, end, [i for i in servers if plan.instances[i].place == 2])

    def apply(live: Live) -> None:
        if kind == "slow":
            live.slow[some] *= 5.03
            live.extra_s[some] += 0.0137
            live.add_spikes(some, 0.1, 0.2003)
        elif kind == "errors":
            live.add_errors(some, 0.4)
        elif kind == "latency":
            live.edge_add_s[edge] += 0.0371
        elif kind == "edge cut":
            live.edge_cut[edge, direction] = True
        else:
            live.path_cut[2, 3] = True
            live.path_cut[3, 2] |= len(direction) == 2

    return fault(kind, start, end, apply)
