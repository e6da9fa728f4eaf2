"""Random plans with streams: shards, several readers, write limits, batches cut in half, functions that read."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from engine.behaviours import CallPolicy, Keys, Pollers, Queue, Source, Store
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, make_plan, random_fault, random_policy
from engine.validation.plans_mappings import some_function
from engine.validation.plans_queues import differing, random_queue_fault, random_worker


def random_stream_plan(seed: int, duration_s: float = 25.0) -> Plan:
    """Clients and a service write to a stream that a service reads, and often a function and another service too, each on its own."""
    r = random.Random(seed)
    stream = Queue(
        visibility_timeout_s=r.choice([0.3003, 1.5007]), max_receives=r.choice([None, 2, 4]), dead_letter=r.choice([None, "dead"]),
        batch=r.choice([1, 3, 10]), retention_s=r.choice([float("inf"), 2.5011, 9.0013]), shards=r.choice([1, 2, 5]),
        records_per_s=r.choice([float("inf"), 7.3, 30.1]), kb_per_s=r.choice([float("inf"), 50.7]), bisect=r.random() < 0.5,
    )  # fmt: skip
    nodes: dict[str, Any] = {
        "users": Source(((0.0, r.choice([20.371, 61.133])),), keys=r.choice([None, Keys(5, 0.0), Keys(300, 1.0)])),
        "robots": Source(((0.0, 10.171),)),
        "api": random_worker(r, 0.01),
        "jobs": stream,
        "dead": Queue(visibility_timeout_s=1.5007, max_receives=3),
        "workers": random_worker(r, r.choice([0.01, 0.05])),
        "db": Store(("a", "b") if r.random() < 0.5 else ("a",), r.choice([2, 8]), None, differing(r, 0.004), None),
    }
    edges: Edges = {
        ("users", "api"): random_policy(r),
        ("api", "jobs"): random_policy(r),
        ("robots", "jobs"): random_policy(r),
        ("jobs", "workers"): CallPolicy(1.0),
        ("workers", "db"): random_policy(r),
    }
    if r.random() < 0.5:
        nodes["lambda"] = some_function(r, 0.02)
        edges[("jobs", "lambda")] = CallPolicy(1.0)
    if r.random() < 0.5:
        nodes["others"] = random_worker(r, 0.03)
        edges[("jobs", "others")] = CallPolicy(1.0)
    if r.random() < 0.4:
        edges[("dead", "workers")] = CallPolicy(1.0)
    bare = make_plan(nodes, edges)
    faults = tuple(stream_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4])))
    network: dict[str, Any] = {"same_az_s": 0.00101, "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": r.choice([0.0203, 0.0407])}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=faults, **network)
    pollers = Pollers(stream.shards, 0.0, stream.shards)
    return replace(plan, edges=tuple(replace(e, pollers=pollers, request_kb=r.choice([1.0, 3.0])) for e in plan.edges))


def stream_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Any fault at all, those of queues among them."""
    return r.choice([random_fault, random_queue_fault])(r, plan, duration_s)
