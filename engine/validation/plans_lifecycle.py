"""Random plans in which instances come and go: withdrawn from the lists of targets, launched, drained, replaced."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.behaviours import (
    Autoscaling,
    Balancer,
    Behaviour,
    Cache,
    CallPolicy,
    Distribution,
    HealthCheck,
    Queue,
    Resolver,
    Source,
    Station,
    Store,
    Topic,
)  # fmt: skip
from engine.faults.bad_deployment import BadDeployment
from engine.faults.base import Reach
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import Edges, fault, make_plan, random_failover, random_fault, random_plan, random_policy, random_service
from engine.validation.plans_edges import random_edge_plan
from engine.validation.plans_elastic import random_elastic_plan
from engine.validation.plans_queues import random_queue_plan


def withdrawal(r: random.Random, plan: Plan) -> PlanFault:
    """Some instances of a station, or all of them, are no registered targets for a while."""
    node = r.choice([n for n in plan.nodes if isinstance(n.behaviour, Station)])
    mine = range(node.first, node.first + node.count)
    some = r.sample(mine, r.choice([1, 1, node.count, (node.count + 1) // 2]))
    start = round(r.uniform(0.05, 0.7) * plan.duration_s, 3) + 0.00005

    def apply(live: Live) -> None:
        live.withdrawn[some] = True

    return fault("withdrawal", start, start + round(r.uniform(0.05, 0.4) * plan.duration_s, 3), apply)


def random_withdrawn_plan(seed: int) -> Plan:
    """Any of the random systems, with one to four withdrawals besides its own faults."""
    r = random.Random(seed)
    some: list[Callable[[int], Plan]] = [random_plan, random_elastic_plan, random_queue_plan]
    plan = some[seed % 3](seed)
    return dataclasses.replace(plan, faults=(*plan.faults, *(withdrawal(r, plan) for _ in range(r.choice([1, 2, 4])))))


def random_autoscaling(r: random.Random, metric: str | None, target: float) -> Autoscaling:
    """A quick one, so that a short run sees all of it. Odd numbers keep control events out of each other's ticks."""
    least = r.choice([1, 2])
    most = least + r.choice([1, 2, 4])
    return Autoscaling(
        initial=r.randint(least, most), least=least, most=most, metric=metric, target=target,  # type: ignore[arg-type]
        queue="jobs" if metric == "backlog_per_worker" else None, period_s=r.choice([1.0, 2.0, 3.0]),
        metric_delay_s=r.choice([0.0513, 0.7017, 2.0519]), points_out=r.choice([1, 2]), points_in=r.choice([1, 2, 4]),
        launch_s=r.choice([0.2503, 1.3009, 3.7021]), warmup_s=r.choice([0.0, 0.9031, 2.1037]),
        drain_s=r.choice([0.0, 0.0107, 0.4043, 9.1049]), health=r.choice(["ec2", "elb", "elb"]), check_s=r.choice([1.1057, 2.3063]),
        unhealthy=r.choice([1, 2]), grace_s=r.choice([0.0, 3.1]), rebalance=r.random() < 0.7,
    )  # fmt: skip


def random_group(r: random.Random, mean_s: float, metric: str | None, target: float) -> Station:
    """A station that changes its size, over one AZ or two."""
    azs = r.choice([("a",), ("a", "b"), ("b", "a")])
    rules = random_autoscaling(r, metric, target)
    places = tuple(azs[i % len(azs)] for i in range((rules.most + 1) * len(azs)))
    service = r.choice([Distribution("exponential", mean_s), Distribution("lognormal", mean_s * 0.8, 0.6)])
    return Station(places, r.choice([1, 2, 4]), r.choice([None, 3, 20]), service, r.random() < 0.7, autoscaling=rules)


def random_group_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients → balancer → web (CPU) → api (requests, or of fixed size) → db; the api publishes jobs that workers (backlog) take."""
    r = random.Random(seed)
    wave = tuple((k * duration_s / 7, rate) for k, rate in enumerate(r.choices([7.31, 31.71, 90.13, 130.07], k=7)))
    check = HealthCheck(r.choice([1.0, 3.0]), r.choice([0.2, 0.7]), r.choice([1, 2, 3]), r.choice([1, 2, 5]), deep=r.random() < 0.3)
    nodes: dict[str, Behaviour] = {
        "users": Source(wave, r.choice(["poisson", "even"])),
        "front": Balancer(
            r.choice(["round_robin", "least_outstanding", "random", "power_of_two", "flow_hash", "weighted"]),
            check if r.random() < 0.8 else None, slow_start_s=r.choice([0.0, 0.0, 3.003]),
        ),
        "web": random_group(r, 0.05, "cpu", r.choice([0.3, 0.6])),
        "api": random_group(r, 0.02, r.choice([None, "requests_per_target"]), r.choice([9.7, 31.3])),
        "db": Store(("a", "b"), r.choice([2, 8]), None, random_service(r, 0.005), random_failover(r)),
        "jobs": Queue(r.choice([1.5007, 4.0009]), batch=r.choice([1, 3])),
        "workers": random_group(r, 0.05, "backlog_per_worker", r.choice([3.0, 17.0])),
    }
    edges: Edges = {
        ("users", "front"): random_policy(r), ("front", "web"): random_policy(r, attempts=1), ("web", "api"): random_policy(r),
        ("web", "db"): random_policy(r), ("api", "jobs"): random_policy(r), ("jobs", "workers"): CallPolicy(1.0),
    }  # fmt: skip
    if r.random() < 0.5:  # a name for some of it, whose checks come to whoever is registered
        nodes["robots"], nodes["names"] = Source(((0.0, 9.07),)), Resolver("multivalue", 1.0, check, 0.1, 17.0)
        edges |= {("robots", "names"): random_policy(r), ("names", "web"): random_policy(r), ("names", "api"): random_policy(r)}
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_group_fault(r, bare) for _ in range(r.choice([1, 2, 4]))]
    network: dict[str, Any] = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": 0.0203}
    return make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network)


def random_group_fault(r: random.Random, plan: Plan) -> PlanFault:
    """Any fault; or no launches in an AZ, a control plane that is down, an AZ without power, or targets withdrawn."""
    kind = r.choice(["any", "any", "no launch", "uncontrolled", "uncontrolled", "power", "withdrawal", "change", "change"])
    if kind == "any":
        return random_fault(r, plan, plan.duration_s)
    if kind == "change":
        return random_change(r, plan)
    if kind == "withdrawal":
        return withdrawal(r, plan)
    start = round(r.uniform(0.05, 0.6) * plan.duration_s, 3) + 0.00005
    az = r.choice([2, 3])
    there = [i for i, x in enumerate(plan.instances) if x.place == az]

    def apply(live: Live) -> None:
        if kind == "uncontrolled":
            live.uncontrolled[:] = True
            return
        live.no_launch[there[::2]] = True
        live.fail_launches(there, 0.5)
        if kind == "power":
            live.take_down(there, 2)

    return fault(kind, start, start + round(r.uniform(0.1, 0.6) * plan.duration_s, 3), apply)


CHANGES = ("hang", "deployment", "retries")


def random_change(r: random.Random, plan: Plan, kinds: Sequence[str] = CHANGES) -> PlanFault:
    """A process hangs, a version goes out in batches, or a caller's retry policy changes."""
    start = round(r.uniform(0.05, 0.6) * plan.duration_s, 3) + 0.00005
    end = start + round(r.uniform(0.1, 0.5) * plan.duration_s, 3)
    stations = [n for n in plan.nodes if isinstance(n.behaviour, Station) and not isinstance(n.behaviour, Cache)]
    node, kind = r.choice(stations), r.choice(kinds)
    instances = list(range(node.first, node.first + node.count))
    if kind == "hang":
        some = r.sample(instances, r.choice([1, 1, len(instances)]))
        return fault("hang", start, end, lambda live: live.hung.__setitem__(some, True))
    if kind == "deployment":
        bad = BadDeployment(
            target=node.id, at_s=start, for_s=end - start, share=r.choice([0.4, 1.0]), error_share=r.choice([0.0, 0.5]),
            factor=r.choice([1.0, 2.3]), batches=r.choice([1, 3, 4]), over_s=(end - start) * r.choice([0.0, 0.5, 0.9]),
            out_s=r.choice([0.0, 0.7011, 3.0023]),
        )  # fmt: skip
        made = fault("deployment", start, end, lambda live: bad.apply(live, Reach(instances)))
        return dataclasses.replace(made, moments_s=bad.moments_s())
    calling = [e for e, edge in enumerate(plan.edges) if not isinstance(plan.nodes[edge.caller].behaviour, Queue | Resolver | Topic)]
    some, attempts, hasty = r.sample(calling, 2), r.choice([1, 2, 4]), r.random() < 0.5
    timeout_s = r.choice([math.inf, 0.0311, 0.7507, 3.0511])

    def apply(live: Live) -> None:
        live.edge_attempts[some] = np.maximum(live.edge_attempts[some], attempts)
        live.edge_hasty[some] |= hasty
        live.edge_timeout_s[some] = np.minimum(live.edge_timeout_s[some], timeout_s)

    return fault("retries", start, end, apply)


def random_changed_plan(seed: int, duration_s: float = 30.0, kinds: Sequence[str] = CHANGES) -> Plan:
    """Any of the random systems, with one to three changes besides its own faults."""
    r = random.Random(seed)
    some: list[Callable[[int, float], Plan]] = [random_plan, random_elastic_plan, random_queue_plan, random_edge_plan]
    plan = some[seed % 4](seed, duration_s)
    return dataclasses.replace(plan, faults=(*plan.faults, *(random_change(r, plan, kinds) for _ in range(r.choice([1, 2, 3])))))
