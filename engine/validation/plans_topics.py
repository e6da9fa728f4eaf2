"""Random plans with topics: fan-out to queues, services and other topics, filters, retries, dead letters, redrive and replay."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from engine.behaviours import Backoff, CallPolicy, Keys, Source, Store, Topic
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.plan import Plan, PlanFault, Redrive, Replay
from engine.validation.plans import Edges, down, fault, make_plan, random_fault, random_policy
from engine.validation.plans_network import network_fault
from engine.validation.plans_queues import differing, random_queue, random_worker


def random_topic_plan(seed: int, duration_s: float = 25.0) -> Plan:
    """Clients of two classes and a service publish to a topic with up to five subscriptions, one of them another topic's."""
    r = random.Random(seed)
    classes = (("read", 0.5), ("write", 0.3), ("other", 0.2))
    nodes: dict[str, Any] = {
        "users": Source(((0.0, r.choice([10.371, 41.133])),), classes=classes, keys=r.choice([None, Keys(20, 1.0)])),
        "robots": Source(((0.0, 5.171),)),
        "api": random_worker(r, 0.01),
        "news": Topic(r.choice([0.0, 6.0011])),
        "jobs": random_queue(r, "dead"),
        "dead": replace(random_queue(r, None), fifo=r.random() < 0.2),
        "workers": random_worker(r, 0.03),
        "mailer": random_worker(r, 0.02),
        "db": Store(("a", "b") if r.random() < 0.5 else ("a",), r.choice([2, 8]), None, differing(r, 0.004), None),
    }
    edges: Edges = {
        ("users", "api"): random_policy(r),
        ("api", "news"): random_policy(r),
        ("robots", "news"): random_policy(r),
        ("jobs", "workers"): CallPolicy(1.0),
        ("workers", "db"): random_policy(r),
        ("mailer", "db"): random_policy(r),
        ("news", "jobs"): subscription(r),
        ("news", "mailer"): subscription(r),
    }
    if r.random() < 0.5:
        nodes["more"], nodes["last"] = Topic(r.choice([0.0, 3.0013])), random_worker(r, 0.01)
        edges[("news", "more")] = subscription(r)
        edges[("more", "last")] = subscription(r)
        if r.random() < 0.5:
            edges[("more", "jobs")] = subscription(r)
    if r.random() < 0.3:
        edges[("dead", "workers")] = CallPolicy(1.0)
    bare = make_plan(nodes, edges)
    wishes = [(), (), ("read",), ("write", "other")]
    with_wishes = tuple(
        replace(e, only=r.choice(wishes), dead_letter=r.choice([None, "dead"])) if isinstance(bare.nodes[e.caller].behaviour, Topic) else e
        for e in bare.edges
    )  # fmt: skip
    faults = tuple(topic_fault(r, bare, duration_s) for _ in range(r.choice([1, 2, 4])))
    network: dict[str, Any] = {"same_az_s": 0.00101, "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": r.choice([0.0203, 0.0407])}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=faults, **network)
    return replace(plan, edges=with_wishes)


def subscription(r: random.Random) -> CallPolicy:
    """Deliveries that are tried again, each at an instant of its own, so that no two of those that left together meet again in one tick."""
    return replace(random_policy(r), attempts=r.choice([1, 2, 200]), backoff=Backoff("exponential", 0.1, 2.0, "full"))


def topic_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Any fault at all, the outage of a topic, a redrive or a replay."""
    kind = r.choice(["any", "network", "away", "away", "redrive", "replay", "replay"])
    if kind == "any":
        return random_fault(r, plan, duration_s)
    if kind == "network":
        return network_fault(r, plan, duration_s)
    start = round(r.uniform(0.1, 0.7) * duration_s, 3) + 0.00005
    end = start + round(r.uniform(0.05, 0.5) * duration_s, 3)
    topic = plan.node_index("news")
    if kind == "away":
        return down(start, end, [plan.nodes[topic].first], r.choice([BLACK_HOLE, REFUSED]))
    per_s = r.choice([3.0, 37.0, 1000.0])
    calm = fault(kind, start, end, nothing)
    if kind == "redrive":
        return replace(calm, action=Redrive(plan.node_index("dead"), plan.node_index("jobs"), per_s))
    if not plan.nodes[topic].behaviour.archive_s:  # type: ignore[union-attr]
        return calm
    return replace(calm, action=Replay(topic, start - r.choice([1.0, 4.0, 9.0]), start, per_s))


def nothing(live: Live) -> None:
    """What an operator does changes no configuration."""
