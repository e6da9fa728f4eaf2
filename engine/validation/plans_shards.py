"""Random systems around a cache whose shards have replicas: asked first by a service, and used as a store by other clients."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from engine.behaviours import Cache, CallPolicy, Source, Station, Store
from engine.live import BLACK_HOLE, REFUSED
from engine.plan import Plan, PlanFault
from engine.validation.plans import down, fault, make_plan, random_fault, random_policy, random_station
from engine.validation.plans_caches import QUICK, random_cache
from engine.validation.plans_stores import VARIED, about_something, random_succession


def random_shards(r: random.Random, keeps: bool) -> Cache:
    """One to three shards of one to four members; quick clocks, small memories, replicas that lag."""
    members = tuple(r.choice("ab") for _ in range(r.choice([1, 2, 2, 3, 4])))
    slots, waiting, service = r.choice([1, 4, 50]), r.choice([None, 5]), r.choice(QUICK)
    shards = Store(
        members, slots, waiting, service, random_succession(r) if r.random() < 0.8 else None, r.choice([1, 1, 2, 3]), len(members) - 1,
        r.choice(["primary", "replicas"]), r.choice([None, 400.03, 31.1]), replica_lag_s=r.choice([0.0, 0.0203, 0.5003]),
    )  # fmt: skip
    return Cache(
        members * shards.partitions, slots, waiting, service, capacity=r.choice([None, 3, 40]), ttl_s=r.choice([None, 0.5003, 4.0007]),
        shards=shards, keeps=keeps,
    )  # fmt: skip


def random_plan_of_shards(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients → service → (cache) → store; other clients → service → a cache that is their store."""
    r = random.Random(seed)
    nodes = {
        "users": Source(((0.0, r.choice([31.371, 83.917])),)), "robots": Source(((0.0, 20.03),), "even"),
        "web": Station(("a", "b"), 50, None, r.choice(VARIED)), "login": Station(("b",), 50, None, r.choice(VARIED)),
        "near": random_shards(r, False), "sessions": random_shards(r, True), "db": Store(("a",), 50, None, r.choice(VARIED), None),
    }  # fmt: skip
    edges = {
        ("users", "web"): random_policy(r), ("web", "near"): CallPolicy(r.choice([0.0107, 0.1009]), r.choice([1, 2])),
        ("web", "db"): random_policy(r), ("robots", "login"): random_policy(r), ("login", "sessions"): random_policy(r),
    }  # fmt: skip
    for edge in (("web", "near"), ("login", "sessions")):
        edges[edge] = dataclasses.replace(edges[edge], consistency=r.choice([None, None, "strong", "eventual"]))
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1]))]
    faults += [random_shard_fault(r, bare) for _ in range(r.choice([1, 2, 3]))]
    network: dict[str, Any] = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": 0.0203}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), lookups={"web->db": "web->near"}, **network)
    return about_something(plan, r)


def random_plan_of_origins(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients → a cache with two origins, the second asked when a read from the first has failed, both of them in trouble now and then."""
    r = random.Random(seed)
    plain = random_cache(r)
    edge = dataclasses.replace(
        plain, writes=r.choice(["through", "around"]), coalesce=False, stale_while_revalidate_s=0.0, second="spare", azs=("a",)
    )
    nodes = {
        "users": Source(((0.0, r.choice([31.371, 83.917])),)), "edge": edge, "first": random_station(r, 0.008),
        "spare": random_station(r, 0.008), "db": Store(("a",), 4, None, r.choice(VARIED), None),
    }  # fmt: skip
    nodes["first"], nodes["spare"] = (dataclasses.replace(nodes[n], service=r.choice(VARIED)) for n in ("first", "spare"))  # type: ignore[type-var]
    ways = [("users", "edge"), ("edge", "first"), ("edge", "spare"), ("first", "db")]
    r.shuffle(ways)
    edges = {way: random_policy(r) for way in ways}
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_fault(r, bare, duration_s, store=False) for _ in range(r.choice([1, 2, 3]))]
    start, first = round(r.uniform(0.1, 0.6) * duration_s, 3) + 0.00005, bare.nodes[bare.node_index("first")]
    faults.append(down(start, start + 5.1, list(range(first.first, first.first + first.count)), r.choice([REFUSED, BLACK_HOLE])))
    network: dict[str, Any] = {"same_az_s": 0.00101, "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": 0.0203}
    return about_something(make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network), r)


def random_shard_fault(r: random.Random, plan: Plan) -> PlanFault:
    """A member dies, or all in an AZ; a shard is emptied; replication stops."""
    start = round(r.uniform(0.1, 0.6) * plan.duration_s, 3) + 0.00005
    node = plan.nodes[plan.node_index(r.choice(["near", "sessions"]))]
    members = list(range(node.first, node.first + node.count))
    end, kind = start + r.choice([1.5, 4.9, 9.3]), r.choice(["primary", "some", "az", "flush", "pause"])
    if kind in ("flush", "pause"):
        some, what = r.sample(members, r.choice([1, len(members)])), "flushes" if kind == "flush" else "paused"
        return fault(kind, start, end, lambda live: getattr(live, what).__setitem__(some, 1))
    az = r.choice([2, 3])
    some = {"primary": members[:1], "some": r.sample(members, r.randrange(1, len(members) + 1)),
            "az": [i for i in members if plan.instances[i].place == az]}[kind]  # fmt: skip
    return down(start, end, some, r.choice([REFUSED, BLACK_HOLE]))
