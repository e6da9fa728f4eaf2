"""Random plans with message queues: competing consumers, dead letters, batches, order, retention, and what goes wrong."""

from __future__ import annotations

import random
from typing import Any

from engine.behaviours import CallPolicy, Distribution, Keys, Queue, Source, Station, Store
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, down, fault, make_plan, random_fault, random_policy


def random_worker(r: random.Random, mean_s: float) -> Station:
    """A station whose service times differ, so that two requests do not end in the same tick."""
    azs = tuple(r.choice("ab") for _ in range(r.choice([1, 2, 3, 4])))
    return Station(azs, r.choice([1, 1, 2, 4]), r.choice([None, 0, 3, 20]), differing(r, mean_s), r.random() < 0.8)


def differing(r: random.Random, mean_s: float) -> Distribution:
    """A service time that is never the same twice."""
    return r.choice([Distribution("exponential", mean_s), Distribution("lognormal", mean_s * 0.8, 0.6)])


def random_queue(r: random.Random, dead_letter: str | None) -> Queue:
    """Short times, so that a short run sees all of it."""
    return Queue(
        visibility_timeout_s=r.choice([0.3003, 1.5007, 4.0009]), max_receives=r.choice([None, 1, 2, 4]), dead_letter=dead_letter,
        batch=r.choice([1, 1, 3, 10]), retention_s=r.choice([float("inf"), 2.5011, 9.0013]), fifo=r.random() < 0.3,
    )  # fmt: skip


def random_queue_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients and a service publish to a queue that one or two services consume; sometimes somebody reads the dead letters."""
    r = random.Random(seed)
    dead = r.random() < 0.6
    fast = r.random() < 0.4
    nodes: dict[str, object] = {
        "users": Source(
            ((0.0, r.choice([20.371, 61.133])),), r.choice(["poisson", "even"]), keys=r.choice([None, Keys(5, 0.0), Keys(300, 1.0)])
        ),
        "robots": Source(((0.0, 10.171),)),
        "api": random_worker(r, 0.01),
        "jobs": random_queue(r, "dead" if dead else None),
        "workers": random_worker(r, 0.01 if fast else 0.05),
        "db": Store(("a", "b") if r.random() < 0.5 else ("a",), r.choice([2, 8]), None, differing(r, 0.004), None),
    }
    edges: Edges = {
        ("users", "api"): random_policy(r),
        ("api", "jobs"): random_policy(r),
        ("robots", "jobs"): random_policy(r),
        ("jobs", "workers"): CallPolicy(1.0),
        ("workers", "db"): random_policy(r),
    }
    if dead:
        nodes["dead"] = random_queue(r, None)
        if r.random() < 0.6:
            edges[("dead", "workers")] = CallPolicy(1.0)
    if r.random() < 0.5:
        nodes["others"] = random_worker(r, 0.03)
        edges[("jobs", "others")] = CallPolicy(1.0)
        if r.random() < 0.5:
            edges[("api", "others")] = random_policy(r)  # a consumer that is also called
    if r.random() < 0.4:
        nodes["second"] = random_queue(r, "dead" if dead else None)
        edges[("workers", "second")] = random_policy(r)
        nodes["last"] = random_worker(r, 0.02)  # not those before it: a circle of messages soon runs in step, and then there are ties
        edges[("second", "last")] = CallPolicy(1.0)
    bare = make_plan(nodes, edges)
    faults = tuple(random_queue_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2, 4])))
    within = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047])}
    network: dict[str, Any] = {**within, "client_s": r.choice([0.0203, 0.0407])}
    return make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=faults, **network)


def random_queue_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Any fault at all, half of them those of queues."""
    kind = r.choice(["any", "any", "stop", "stop one", "poison", "queue down"])
    if kind == "any":
        return random_fault(r, plan, duration_s)
    start = round(r.uniform(0.1, 0.7) * duration_s, 3) + 0.00005
    end = start + round(r.uniform(0.05, 0.5) * duration_s, 3)
    workers = list(plan.instances_of(plan.node_index("workers")))
    queues = [plan.nodes[n].first for n in plan.queues()]
    queue = r.choice(queues)

    def apply(live: Live) -> None:
        if kind == "stop":
            live.stopped[workers] = True
        elif kind == "stop one":
            live.stopped[workers[0]] = True
        else:
            live.add_poison([queue], 0.3)

    if kind == "queue down":
        return down(start, end, [queue], r.choice([BLACK_HOLE, REFUSED]))
    return fault(kind, start, end, apply)
