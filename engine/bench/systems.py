"""The systems that are raced."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Balancer, Behaviour, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.document import Scenario, parse
from engine.plan import UNLIMITED, Place, Plan, PlanEdge, PlanInstance, PlanNode

THREE_TIER = {
    "faultline": 1, "title": "Three tiers, 1000 requests a second", "seed": 7, "duration_s": 600,
    "regions": [{"id": "us-east-1", "azs": ["us-east-1a", "us-east-1b"]}],
    "nodes": [
        {"id": "shoppers", "kind": "clients", "rate_per_s": 1000},
        {"id": "front", "kind": "alb"},
        {"id": "web", "kind": "ec2_asg", "azs": ["us-east-1a", "us-east-1b"], "instances": 10, "concurrency": 8,
         "service": {"exponential": 0.024}, "queue_capacity": 100},
        {"id": "orders", "kind": "rds", "multi_az": True, "primary_az": "us-east-1a", "concurrency": 24, "service": {"exponential": 0.012}},
    ],
    "edges": [
        {"from": "shoppers", "to": "front", "timeout_s": 2, "attempts": 3, "backoff": {"exponential": 0.1, "cap_s": 2, "jitter": "full"}},
        {"from": "front", "to": "web"},
        {"from": "web", "to": "orders", "timeout_s": 1},
    ],
}  # fmt: skip


def three_tier(**changes: object) -> Scenario:
    """The three-tier document with some top-level fields replaced."""
    return parse(THREE_TIER | changes, "three tiers")


def chain(rate: float, servers: int, utilisation: float, stations: int, duration_s: float) -> Plan:
    """Clients → M/M/c → M/M/c → …, as bare as it gets: no network delay, one instance each, slots freed before the next is called."""
    mean_s = servers * utilisation / rate
    station = Station(("a",), servers, None, Distribution("exponential", mean_s), holds_slot=False)
    behaviours: list[Behaviour] = [Source(((0.0, rate),)), *[station] * stations]
    nodes = tuple(
        PlanNode(f"n{k}", b.behaviour, f"n{k}", b, k, 1, (k,) if k < stations else ()) for k, b in enumerate(behaviours)
    )  # fmt: skip
    instances = tuple(PlanInstance(k, 0, 0, UNLIMITED if k == 0 else servers, UNLIMITED) for k in range(stations + 1))
    edges = tuple(PlanEdge(f"n{k}->n{k + 1}", k, k + 1, CallPolicy(1000.0)) for k in range(stations))
    return Plan("chain", 1, duration_s, 0.0, (Place("outside", "outside", None),), np.zeros((1, 1)), nodes, edges, instances, ())


def balanced(check: bool) -> Plan:
    """Clients → balancer → four instances, with or without health checks: what a feature costs those who use it."""
    station = Station(("a",) * 4, 8, None, Distribution("exponential", 0.024))
    health = HealthCheck(30, 5, 2, 5) if check else None
    behaviours: list[Behaviour] = [Source(((0.0, 1000.0),)), Balancer("least_outstanding", health), station]
    nodes = tuple(
        PlanNode(name, b.behaviour, name, b, first, count, calls)
        for name, b, first, count, calls in zip("cbs", behaviours, (0, 1, 2), (1, 1, 4), ((0,), (1,), ()), strict=True)
    )
    instances = (
        PlanInstance(0, 0, 0, UNLIMITED, UNLIMITED), PlanInstance(1, 0, 0, UNLIMITED, UNLIMITED),
        *(PlanInstance(2, k, 0, 8, UNLIMITED) for k in range(4)),
    )  # fmt: skip
    edges = (PlanEdge("c->b", 0, 1, CallPolicy(10.0)), PlanEdge("b->s", 1, 2, CallPolicy(10.0)))
    return Plan("balanced", 1, 200.0, 0.0, (Place("outside", "outside", None),), np.zeros((1, 1)), nodes, edges, instances, ())
