"""Random systems with caches: asked first by a service, or reading through, in front of a store; small, short-lived, killed and flushed."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from engine.behaviours import Cache, CallPolicy, Distribution, Keys, Source, Store
from engine.live import BLACK_HOLE, REFUSED
from engine.plan import Plan, PlanFault
from engine.validation.plans import down, fault, make_plan, random_failover, random_fault, random_policy, random_station
from engine.validation.plans_stores import VARIED, about_something

QUICK = [Distribution("exponential", 0.0007), Distribution("lognormal", 0.0006, 0.5)]


def random_cache(r: random.Random) -> Cache:
    """One to three instances, small or short-lived enough that it matters."""
    azs = tuple(r.choice("ab") for _ in range(r.choice([1, 1, 2, 3])))
    if r.random() < 0.15:
        return Cache(azs, r.choice([1, 50]), None, r.choice(QUICK), hit_ratio=r.choice([0.0, 0.5, 0.9]))
    return Cache(
        azs, r.choice([1, 4, 50]), r.choice([None, 5]), r.choice(QUICK), capacity=r.choice([None, 3, 40]),
        ttl_s=r.choice([None, 0.5003, 4.0007]), writes=r.choice(["through", "around", "back"]),
        flush_interval_s=r.choice([0.0503, 1.1003]), stale_if_error_s=r.choice([0.0, 0.0, 3.0001]),
        coalesce=r.random() < 0.5, stale_while_revalidate_s=r.choice([0.0, 0.0, 1.5003]),
    )  # fmt: skip


def random_plan_of_caches(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients → service → (cache) → store; other clients → cache that reads through → the same store."""
    r = random.Random(seed)
    web = random_station(r, 0.008)
    nodes = {
        "users": Source(((0.0, r.choice([31.371, 83.917])),)), "robots": Source(((0.0, 20.03),), "even"),
        "web": dataclasses.replace(web, service=r.choice(VARIED)), "near": random_cache(r), "through": random_cache(r),
        "db": Store(
            ("a", "b") if r.random() < 0.5 else ("a",), r.choice([1, 4]), r.choice([None, 5]), r.choice(VARIED), random_failover(r)
        ),
    }  # fmt: skip
    edges = {
        ("users", "web"): random_policy(r), ("web", "near"): CallPolicy(r.choice([0.0107, 0.1009]), r.choice([1, 2])),
        ("web", "db"): random_policy(r), ("robots", "through"): dataclasses.replace(random_policy(r), cancel=r.random() < 0.5),
        ("through", "db"): random_policy(r),
    }  # fmt: skip
    if r.random() < 0.4:
        nodes["log"] = Store(("b",), 4, None, r.choice(VARIED), None)
        edges[("web", "log")] = random_policy(r)
    lookups = {"web->db": "web->near"} | ({"web->log": "web->near"} if r.random() < 0.3 else {})
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2]))]
    faults += [random_cache_fault(r, bare) for _ in range(r.choice([0, 1, 2, 3]))]
    network: dict[str, Any] = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": 0.0203}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), lookups=lookups, **network)
    return about_something(plan, r)


SLOW = [Distribution("exponential", 0.08), Distribution("lognormal", 0.05, 0.7)]


def random_plan_of_herds(seed: int, duration_s: float = 30.0) -> Plan:
    """Many clients who want the same few things from one cache, which fetches them from a slow store that now and then is away."""
    r = random.Random(seed)
    given = random_cache(r)
    cache = dataclasses.replace(
        given, capacity=r.choice([None, 3]), ttl_s=r.choice([0.3001, 1.5003]), hit_ratio=None, coalesce=r.random() < 0.8,
        concurrency=r.choice([4, 50]), flush_interval_s=r.choice([0.5003, 3.0007]),
    )  # fmt: skip
    writes = r.choice([0.1, 0.4])
    keys, classes = Keys(r.choice([2, 5, 40]), 1.0), (("read", 1 - writes), ("write", writes))
    nodes = {
        "users": Source(((0.0, r.choice([61.371, 183.917])),), keys=keys, classes=classes), "through": cache,
        "db": Store(("a",), r.choice([4, 50]), r.choice([None, 5]), r.choice(SLOW), None),
    }  # fmt: skip
    patience = dataclasses.replace(random_policy(r, attempts=1), cancel=r.random() < 0.5)
    edges = {("users", "through"): patience, ("through", "db"): random_policy(r)}
    if cache.writes == "back":  # flushes that an open breaker turned away come back together, in one tick
        edges["through", "db"] = dataclasses.replace(edges["through", "db"], breaker=None, bulkhead=None)
    faults = []
    for _ in range(r.choice([1, 2, 3])):
        start = round(r.uniform(0.1, 0.7) * duration_s, 3) + 0.00005
        members = 1 + len(cache.azs)
        target = r.choice([members, 1])
        if r.random() < 0.2:
            faults.append(fault("flush", start, start + 1.0, lambda live: live.flushes.__setitem__(1, live.flushes[1] + 1)))
            continue
        # refused flushes would be tried again together, in one tick, for ever
        how = r.choice([REFUSED, BLACK_HOLE]) if cache.writes != "back" or target == 1 else BLACK_HOLE
        faults.append(down(start, start + r.choice([0.7, 2.3, 4.9]), [target], how))
    return make_plan(
        nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), same_az_s=0.00101, cross_az_s=0.0047, client_s=0.0203
    )


def random_cache_fault(r: random.Random, plan: Plan) -> PlanFault:
    """A cache is emptied or dies; or the store dies for a while."""
    start = round(r.uniform(0.1, 0.7) * plan.duration_s, 3) + 0.00005
    some = [r.choice(list(plan.instances_of(plan.node_index(r.choice(["near", "through"])))))]
    kind = r.choice(["flush", "flush", "down", "store"])
    if kind == "flush":

        def flush(live: object) -> None:
            live.flushes[some] += 1  # type: ignore[attr-defined]

        return fault("flush", start, start + r.choice([0.5, 5.0]), flush)
    target = some if kind == "down" else [plan.nodes[plan.node_index("db")].first]
    return down(start, start + r.choice([1.5, 4.9]), target, r.choice([REFUSED, BLACK_HOLE]))
