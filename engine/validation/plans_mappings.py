"""Random plans in which functions consume message queues, call, are called, and share the environments of an account."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from engine.behaviours import CallPolicy, Function, Keys, Pollers, Queue, Source, Store
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, make_plan, random_fault, random_policy
from engine.validation.plans_network import network_fault
from engine.validation.plans_queues import differing, random_queue, random_queue_fault, random_worker


def some_function(r: random.Random, mean_s: float) -> Function:
    """Short of environments now and then, and never two things at once."""
    return Function(
        differing(r, mean_s), differing(r, 0.2), r.choice([0.0, 0.3, 5.0]), r.choice([2, 6, 200]), r.choice([0, 0, 2]),
        r.choice([20.0, 40.0, 1000.0]),
    )  # fmt: skip


def random_mapping_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """A queue that a function consumes, beside a service sometimes; another function is called and shares the account."""
    r = random.Random(seed)
    queue = random_queue(r, "dead")
    nodes: dict[str, Any] = {
        "users": Source(((0.0, r.choice([20.371, 61.133])),), keys=r.choice([None, Keys(5, 0.0), Keys(300, 1.0)])),
        "robots": Source(((0.0, 10.171),)),
        "workers": some_function(r, r.choice([0.01, 0.05, 0.3])),
        "api": some_function(r, 0.03),
        "jobs": queue,
        "dead": Queue(visibility_timeout_s=1.5007, max_receives=3),
        "db": Store(("a", "b") if r.random() < 0.5 else ("a",), r.choice([2, 8]), None, differing(r, 0.004), None),
    }
    edges: Edges = {
        ("users", "jobs"): random_policy(r),
        ("robots", "api"): random_policy(r),
        ("api", "db"): random_policy(r),  # not jobs: its answer and the delivery would come in one tick, and both count for the account
        ("robots", "jobs"): random_policy(r),
        ("jobs", "workers"): CallPolicy(1.0),
        ("workers", "db"): random_policy(r),
    }
    if r.random() < 0.3:
        nodes["others"] = random_worker(r, 0.03)
        edges[("jobs", "others")] = CallPolicy(1.0)
    if r.random() < 0.4:
        edges[("dead", "workers")] = CallPolicy(1.0)
    if r.random() < 0.3:
        edges[("robots", "workers")] = random_policy(r)
    bare = make_plan(nodes, edges)
    faults = tuple(mapping_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4])))
    network: dict[str, Any] = {"same_az_s": 0.00101, "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": r.choice([0.0203, 0.0407])}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=faults, **network)
    pollers = Pollers(r.choice([1, 5]), 60.0, r.choice([2, 10, 1250]))  # one more at a time: several would leave in one tick
    shared = ((r.choice([3, 8, 1000]), (plan.node_index("workers"), plan.node_index("api"))),) if r.random() < 0.6 else ()
    return replace(plan, edges=tuple(replace(e, pollers=pollers) for e in plan.edges), accounts=shared)


def mapping_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Any fault at all, those of queues and of the network among them."""
    return r.choice([random_fault, random_queue_fault, network_fault])(r, plan, duration_s)
