"""Random systems whose clients send classes of requests about popular things, to stores that are partitioned and replicated."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np

from engine.behaviours import CallPolicy, Distribution, Failover, Keys, Source, Store
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.plan import Place, Plan, PlanFault, PlanNode
from engine.validation.plans import down, fault, make_plan, random_failover, random_fault, random_plan, random_policy, random_station

# Never constant: writes that stalled for a standby go on together, and a retry may meet the work it gave up; they would stay together.
VARIED = [Distribution("exponential", 0.006), Distribution("lognormal", 0.005, 0.6)]


def random_source(r: random.Random, source: Source) -> Source:
    """The same traffic, about something."""
    keys = r.choice([None, Keys(5, 0.0), Keys(1_000, 1.0), Keys(100_000, 0.7), Keys(40, 1.3)])
    classes = r.choice([(), (("read", 0.8), ("write", 0.2)), (("write", 0.3), ("read", 0.5), ("browse", 0.2)), (("read", 1.0),)])
    return dataclasses.replace(source, classes=classes, keys=keys)


def about_something(plan: Plan, r: random.Random, faults: int = 1) -> Plan:
    """The plan with classes and keys, and now and then a hot key."""
    nodes = tuple(n if not isinstance(n.behaviour, Source) else _with(n, random_source(r, n.behaviour)) for n in plan.nodes)
    hot = tuple(random_hot_key(r, plan) for _ in range(r.choice([0, faults])))
    return dataclasses.replace(plan, nodes=nodes, faults=(*plan.faults, *hot))


def _with(node: PlanNode, behaviour: Source) -> PlanNode:
    return dataclasses.replace(node, behaviour=behaviour)


def random_hot_key(r: random.Random, plan: Plan) -> PlanFault:
    """Half of somebody's requests are about one key for a while."""
    start = round(r.uniform(0.1, 0.7) * plan.duration_s, 3) + 0.00005
    client = plan.nodes[r.choice(plan.sources())].first
    return fault("hot key", start, start + r.uniform(0.05, 0.5) * plan.duration_s, lambda live: live.heat([client], 0.5))


def random_plan_of_subjects(seed: int, duration_s: float = 30.0) -> Plan:
    """The systems of `random_plan` with classes and keys."""
    return about_something(random_plan(seed, duration_s), random.Random(seed + 1_000_000))


def random_succession(r: random.Random) -> Failover:
    """A quick failover, now and then with cold buffers after it and a way back."""
    return dataclasses.replace(
        random_failover(r), warm_s=r.choice([0.0, 2.003]), warm_factor=r.choice([1.5, 4.0]), fail_back=r.random() < 0.5
    )


def random_store(r: random.Random) -> Store:
    """A store of one to three partitions with standbys, replicas or both; clocks quick enough for a short run."""
    standbys, replicas = r.choice([(0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (0, 0)])
    azs = ("a", *(r.choice("ab") for _ in range(standbys + replicas)))
    return Store(
        azs, r.choice([1, 2, 8]), r.choice([None, 5]), r.choice(VARIED), random_succession(r) if r.random() < 0.8 else None,
        r.choice([1, 1, 2, 3]), replicas, r.choice(["primary", "replicas", "replicas"]), r.choice([None, 400.03, 53.1, 11.3]),
        r.choice([None, None, 20.03]), r.choice([1.0, 7.0]),
        table_rate_per_s=r.choice([None, 30.03]), table_burst=r.choice([1.0, 30.0]),
        shared=standbys == 0 and r.random() < 0.3, replica_lag_s=r.choice([0.0, 0.0, 0.0203, 0.5003]),
    )  # fmt: skip


def random_quorum(r: random.Random) -> Store:
    """Three or five members of one partition or two, some of whom have to have a write, or are asked by a read."""
    members = r.choice([3, 3, 5])
    azs = ("a", *(r.choice("ab") for _ in range(members - 1)))
    store = dataclasses.replace(random_store(r), azs=azs, replicas=members - 1, shared=False)
    return dataclasses.replace(
        store, write_quorum=r.randrange(1, members + 1), read_quorum=r.randrange(1, members + 1), partitions=r.choice([1, 2]),
        replica_lag_s=r.choice([0.0, 0.0, 0.0203]),
    )  # fmt: skip


def random_plan_of_quorums(seed: int, duration_s: float = 30.0) -> Plan:
    """The systems of `random_plan_of_stores` around a store with quorums."""
    r = random.Random(seed + 2_000_000)
    return random_plan_of_stores(seed, duration_s, random_quorum(r))


def random_plan_of_regions(seed: int, duration_s: float = 30.0) -> Plan:
    """The same around a store with replicas in a second Region, 70 ms away, which the first now and then is lost to or cut off from."""
    r = random.Random(seed + 3_000_000)
    standbys, near, far = r.choice([(0, 0, 1), (0, 1, 1), (0, 1, 2), (1, 0, 1), (1, 0, 2)])
    azs = ("a", *"b" * standbys, *(r.choice("ab") for _ in range(near)), *"c" * far)
    abroad = dataclasses.replace(random_succession(r), decide_s=r.choice([0.5, 3.3]))
    store = dataclasses.replace(random_store(r), azs=azs, replicas=near + far, abroad=abroad, shared=False, replica_lag_s=0.0)
    plan = in_two_regions(random_plan_of_stores(seed, duration_s, store))
    faults = tuple(random_region_fault(r, plan) for _ in range(r.choice([1, 1, 2])))
    return dataclasses.replace(plan, faults=(*plan.faults, *faults))


def in_two_regions(plan: Plan, between_s: float = 0.0703) -> Plan:
    """The plan with a second Region, s, and what lies in AZ c moved there."""
    places = (*plan.places, Place("s", "region", "s"), Place("c", "az", "s"))
    far, near = np.full((4, 2), between_s / 2), np.zeros((2, 2))
    far[0] = plan.one_way_s[0, 1]
    one_way = np.block([[plan.one_way_s, far], [far.T, near]])
    instances = []
    for i in plan.instances:
        azs = getattr(plan.nodes[i.node].behaviour, "azs", ("",))
        instances.append(dataclasses.replace(i, place=5) if azs[i.index % len(azs)] == "c" else i)
    return dataclasses.replace(plan, places=places, one_way_s=one_way, instances=tuple(instances))


def random_region_fault(r: random.Random, plan: Plan) -> PlanFault:
    """The first Region is lost, or cut off from the second; its clients may go on or not."""
    start = round(r.uniform(0.1, 0.5) * plan.duration_s, 3) + 0.00005
    end = start + r.choice([4.9, 9.3, 15.1])
    members = [i for i in plan.instances_of(plan.node_index("db")) if plan.instances[i].place < 4]
    kind = r.choice(["lost", "lost", "apart", "apart", "uncontrolled"])
    if kind == "lost":
        return down(start, end, members)
    if kind == "uncontrolled":
        some = members if r.random() < 0.5 else list(plan.instances_of(plan.node_index("db")))
        return fault("control plane down", start, end, lambda live: live.uncontrolled.__setitem__(some, True))

    def cut(live: Live) -> None:
        live.path_cut[1:4, 4:] = live.path_cut[4:, 1:4] = True

    return fault("regions apart", start, end, cut)


def random_plan_of_stores(seed: int, duration_s: float = 30.0, given: Store | None = None) -> Plan:
    """Clients → service → store and clients → store, with overlapping faults of every kind, those of replication among them."""
    r = random.Random(seed)
    store = given or random_store(r)
    nodes = {
        "users": Source(((0.0, r.choice([31.371, 83.917])),)), "robots": Source(((0.0, 20.03),), "even"),
        "web": dataclasses.replace(random_station(r, 0.01), service=r.choice(VARIED)), "db": store,
    }  # fmt: skip
    edges = {("users", "web"): random_policy(r), ("web", "db"): random_policy(r), ("robots", "db"): random_policy(r)}
    for edge in (("web", "db"), ("robots", "db")):
        edges[edge] = dataclasses.replace(edges[edge], consistency=r.choice([None, None, "strong", "eventual"]))
    if r.random() < 0.3:
        nodes["log"] = random_store(r)
        edges[("web", "log")] = CallPolicy(0.3007)
    bare = make_plan(nodes, edges, duration_s=duration_s)
    faults = [random_fault(r, bare, duration_s) for _ in range(r.choice([0, 1, 2]))]
    faults += [random_store_fault(r, bare, duration_s) for _ in range(r.choice([1, 2, 3]))]
    network: dict[str, Any] = {"same_az_s": r.choice([0.0003, 0.00101]), "cross_az_s": r.choice([0.0011, 0.0047]), "client_s": 0.0203}
    plan = make_plan(nodes, edges, seed=seed, duration_s=duration_s, faults=tuple(faults), **network)
    return about_something(plan, r)


def random_store_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Replication stops, a member dies for so long that another is promoted, or the control plane is down, perhaps in the midst of that."""
    start = round(r.uniform(0.1, 0.6) * duration_s, 3) + 0.00005
    members = list(plan.instances_of(plan.node_index("db")))
    if r.random() < 0.25:
        return fault("control plane down", start, start + r.choice([1.9, 6.3]), lambda live: live.uncontrolled.__setitem__(members, True))
    if r.random() < 0.5:
        some = r.sample(members, r.choice([1, len(members)]))

        def pause(live: object) -> None:
            live.paused[some] = True  # type: ignore[attr-defined]

        return fault("pause", start, start + r.choice([2.7, 7.1]), pause)
    return down(start, start + r.choice([1.5, 4.9, 9.3]), [r.choice(members)], r.choice([REFUSED, BLACK_HOLE]))

