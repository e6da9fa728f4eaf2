"""From a plan to a world: every name is an index by now, here every unit becomes the kernel's (ticks, codes, tables)."""

from __future__ import annotations

import math

import numpy as np

from engine import build_caches as caches
from engine import build_edges, build_programs, build_queues, build_sessions, build_sources, build_topics
from engine import build_resolvers as resolvers
from engine import build_stores as stores
from engine.behaviours import Behaviour, Cache, Function, Limiter, Queue, Station, Store, Topic, shed_from
from engine.document.problem import too_large
from engine.kernel import layout as L
from engine.plan import Plan
from engine.resolving import views

TRACES = 300  # requests followed in a run, evenly over its time


def build_world(plan: Plan, world: np.ndarray | None = None) -> np.ndarray:
    """A world at time zero. ``world``: a fresh one to fill, else one is made. Raises `ScenarioError` when it does not fit."""
    world = L.new_world() if world is None else world
    s = world[0]
    _check_sizes(plan)
    s["free"] = s["free_call"] = s["ready_head"] = s["ready_tail"] = -1
    s["limit"] = L.MOST_FRAMES
    s["warmup"] = L.ticks(plan.warmup_s)
    _network(plan, s)
    _instances(plan, s)
    build_edges.edges(plan, s)
    build_programs.programs(plan, s)
    build_sources.clients(plan, s)
    resolvers.build(plan, s)
    stores.logs(plan, s)
    stores.buckets(plan, s)
    caches.memories(plan, s)
    build_queues.queues(plan, s)
    build_queues.accounts(plan, s)
    build_topics.topics(plan, s)
    build_sessions.sessions(plan, s)
    s["sample_gap"] = max(1, L.ticks(plan.duration_s) // TRACES)
    return world


def _check_sizes(plan: Plan) -> None:
    sites = sum(plan.nodes[e.caller].count for e in plan.edges)
    own = len(plan.beliefs()) - len(plan.targets())  # lists of balancers with several nodes
    rows = own + sum(len(resolvers.rows(plan, e)) for e in range(len(plan.edges)))
    wires = len(np.unique(plan.one_way_s))
    for what, have, most in (
        ("instances", len(plan.instances), L.N_INST), ("edges", len(plan.edges), L.N_EDGE), ("nodes", len(plan.nodes), L.N_NODE),
        ("places", len(plan.places), L.N_PLACE), ("pairs of edge and calling instance", sites, L.N_SITE),
        ("pairs of edge and called instance", rows, L.N_TARGET), ("distinct network delays", wires, L.N_WIRE),
        ("client nodes", len(plan.sources()), L.N_SOURCE),
        ("callers of resolvers and of balancers with several nodes", len(views(plan)) + len(plan.named()), L.N_VIEW),
        ("targets of one resolver", max((len(plan.nodes[n].calls) for n in plan.resolvers()), default=0), L.N_RECORD),
        ("environments of functions", plan.most_environments(), L.N_IDLE),
        ("classes of requests", len(plan.classes()), L.N_CLASS),
        ("partitions with replicas", stores.count_logs(plan), L.N_LOG),
        ("pairs of members of tables with many writers, and limits of tables", stores.count_feeds(plan), L.N_FEED),
        ("pairs of partition and calling instance", stores.count_addresses(plan), L.N_ADDRESS),
        ("keys times stores whose replicas are read", stores.count_versions(plan), L.N_VERSION),
        ("cache instances", len(plan.memories()), L.N_MEMORY),
        ("keys times cache instances", caches.count_entries(plan), L.N_ENTRY),
        ("shares of classes", sum(len(build_sources.source(plan, n).classes) for n in plan.sources()), L.N_SHARE),
        ("seconds times client nodes", math.ceil(plan.duration_s) * len(plan.sources()), L.N_START),
        ("users", sum(build_sources.source(plan, n).users for n in plan.sources()), L.MOST_FRAMES),
        *build_queues.sizes(plan),
        *build_topics.sizes(plan),
        *build_sessions.sizes(plan),
    ):  # fmt: skip
        if have > most:
            raise too_large(f"the document needs {have:,} {what}; one run holds at most {most:,}")


def _network(plan: Plan, s: np.void) -> None:
    n = len(plan.places)
    s["n_place"] = n
    delays = np.rint(plan.one_way_s * L.TICKS_PER_S).astype(np.int64)
    distinct, index = np.unique(delays, return_inverse=True)
    s["lat"][:n, :n] = delays
    s["wire_of"][:n, :n] = index.reshape(n, n)
    s["hop_of"][:n, :n] = [[plan.hop(a, b) for b in range(n)] for a in range(n)]
    s["jitter"] = plan.jitter
    s["rough"] = plan.jitter > 0
    s["n_wire"] = len(distinct)
    wires = s["wires"]
    wires["delay"][: len(distinct)] = distinct
    wires["head"][: len(distinct)] = wires["tail"][: len(distinct)] = -1


def _instances(plan: Plan, s: np.void) -> None:
    s["n_inst"] = len(plan.instances)
    for i, instance in enumerate(plan.instances):
        row = s["inst"][i]
        behaviour = plan.nodes[instance.node].behaviour
        row["node"], row["place"], row["slots"], row["capacity"] = instance.node, instance.place, instance.slots, instance.queue_capacity
        row["head"] = row["tail"] = row["standby"] = row["stall_head"] = row["log"] = row["cold_pc"] = -1
        row["slow"] = row["strain"] = row["chill"] = 1.0
        row["registered"] = row["enrolled"] = 1
        row["durable"] = isinstance(behaviour, Queue | Topic)
        if isinstance(behaviour, Station | Store | Function):
            row["mean_work"] = behaviour.service.mean_s * L.TICKS_PER_S
        _gate(s, behaviour, row, instance.index)
        if store := plan.nodes[instance.node].store:
            row["role"], row["standby"] = stores.role_of(store, instance.index), stores.standby_of(store, instance.index, i)


def _gate(s: np.void, behaviour: Behaviour, row: np.void, index: int) -> None:
    """What stands before an instance's slots; and whether there is an instance at all."""
    if isinstance(behaviour, Limiter | Store | Cache | Queue) and behaviour.rate_per_s is not None:
        row["gate"] = L.LIMITS
        row["tokens"] = row["burst"] = behaviour.burst
        row["token_rate"] = behaviour.rate_per_s / L.TICKS_PER_S
    elif isinstance(behaviour, Function):
        row["gate"], row["provisioned"], row["keep"] = L.ON_DEMAND, behaviour.provisioned, L.ticks(behaviour.keep_alive_s)
        row["tokens"] = row["burst"] = behaviour.scaling_per_10_s
        row["token_rate"] = behaviour.scaling_per_10_s / (10 * L.TICKS_PER_S)
        row["first_idle"] = s["n_idle"]
        s["n_idle"] += behaviour.concurrency
    elif isinstance(behaviour, Station):
        row["lifo"] = behaviour.lifo
        if behaviour.autoscaling and index >= behaviour.autoscaling.initial:
            row["absent"], row["down"], row["registered"], row["enrolled"] = 1, L.DEAD_REFUSED, 0, 0
        if behaviour.shed_above is not None:
            row["gate"], row["shed"] = L.SHEDS, shed_from(behaviour)
