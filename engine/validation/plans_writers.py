"""Random systems around a table that is written in several places at once, which now and then are cut off from each other or lost."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from engine.behaviours import Source, Station, Store
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import down, fault, make_plan, random_fault, random_policy
from engine.validation.plans_stores import VARIED, about_something, in_two_regions


def random_table(r: random.Random) -> Store:
    """Two to four members, eventual or with a quorum; now and then one that only counts for it."""
    members = ("a", *(r.choice("abc") for _ in range(r.choice([1, 1, 2, 3]))))
    quorum = len(members) > 2 and r.random() < 0.5
    return Store(
        members, r.choice([1, 4, 50]), r.choice([None, 5]), r.choice(VARIED), None, r.choice([1, 1, 2, 3]), len(members) - 1,
        apply_per_s=r.choice([None, None, 53.1]), rate_per_s=r.choice([None, None, 20.03]), burst=7.0,
        table_rate_per_s=r.choice([None, 30.03]), table_burst=5.0, write_quorum=2 if quorum else 1, read_quorum=2 if quorum else 1,
        replica_lag_s=0.0 if quorum else r.choice([0.0, 0.0203, 0.7003]), many_writers=True, witness=quorum and r.random() < 0.3,
    )  # fmt: skip


def random_plan_of_writers(seed: int, duration_s: float = 30.0) -> Plan:
    """Clients of two services in different places, and others, all of whom write and read one table."""
    r = random.Random(seed)
    nodes = {
        "users": Source(((0.0, r.choice([31.371, 83.917])),)), "robots": Source(((0.0, 20.03),), "even"),
        "guests": Source(((0.0, 23.717),)), "web": Station(("a", "b"), 50, None, r.choice(VARIED)),
        "far": Station(("b",), 50, None, r.choice(VARIED)), "db": random_table(r),
    }  # fmt: skip
    edges = {
        ("users", "web"): random_policy(r), ("web", "db"): random_policy(r), ("guests", "far"): random_policy(r),
        ("far", "db"): random_policy(r), ("robots", "db"): random_policy(r),
    }  # fmt: skip
    for edge in (("web", "db"), ("far", "db"), ("robots", "db")):
        edges[edge] = dataclasses.replace(edges[edge], consistency=r.choice([None, None, "strong", "eventual"]))
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1]))]
    faults += [random_writer_fault(r, bare) for _ in range(r.choice([1, 2, 3]))]
    network: dict[str, Any] = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0047, 0.0611]), "client_s": 0.0203}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network)
    return about_something(in_two_regions(plan), r)


def random_writer_fault(r: random.Random, plan: Plan) -> PlanFault:
    """A member dies, replication stops, or places are cut off from each other."""
    start = round(r.uniform(0.1, 0.6) * plan.duration_s, 3) + 0.00005
    end, members = start + r.choice([1.5, 4.9, 9.3]), list(plan.instances_of(plan.node_index("db")))
    some, kind = r.sample(members, r.randrange(1, len(members) + 1)), r.choice(["down", "down", "pause", "apart"])
    if kind == "down":
        return down(start, end, some, r.choice([REFUSED, BLACK_HOLE]))
    if kind == "pause":
        return fault("pause", start, end, lambda live: live.paused.__setitem__(some, True))

    def cut(live: Live) -> None:
        live.path_cut[2, 3:] = live.path_cut[3:, 2] = True

    return fault("apart", start, end, cut)
