"""What follows a promotion: the address moves, the new primary warms up, connections to the old one drain. What controllers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Failover
from engine.kernel import connections
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform
from engine.plan import Plan

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

DRAIN_LOOK_S = 1.0  # how often one looks whether anybody still uses an old address


@dataclass
class Duty:
    """What the controllers of one partition tell each other."""

    primary: int  # instance that has the duty now
    home: int  # … and at the start
    busy: bool = False  # one of them is changing it
    abroad: bool = False  # it is in another Region, and the local controllers have nothing to say
    moves: int = 0  # how often it went to another Region or came back
    warming: dict[int, int] = field(default_factory=dict)  # instances whose buffers are cold → since when


def duties(plan: Plan) -> dict[tuple[int, int], Duty]:
    """By store and partition, as designed."""
    found: dict[tuple[int, int], Duty] = {}
    for n in plan.stores():
        store, first = plan.store(n), plan.nodes[n].first
        size = len(store.azs)
        found |= {(n, p): Duty(first + p * size, first + p * size) for p in range(store.partitions)}
    return found


def named(id: str, p: int) -> tuple[object, ...]:
    """What draws of a partition's controller are named after."""
    return (id, p) if p else (id,)


def hand_over(c: Conductor, n: int, p: int, f: Failover, new: int, back_since: int | None = None) -> None:
    """Instance ``new`` has just become the primary of a partition. ``back_since``: it is the original one, and began to take over then."""
    c.duties[n, p].primary = new
    c.env.process(propagate(c, n, p, f, new, back_since))
    if f.warm_s > 0:
        c.env.process(warm_up(c, n, p, f, new))
    if any(edge.callee == n and edge.policy.pool_age_s is not None for edge in c.plan.edges):
        c.env.process(drain(c, n, p, new))


def propagate(c: Conductor, n: int, p: int, f: Failover, new: int, back_since: int | None) -> Process:
    """The address points to the new primary; every caller follows when its cached answer expires, spread over one TTL."""
    node, since = c.plan.nodes[n], int(c.env.now)
    ttl = ticks(f.propagate_ttl_s)
    moves = []
    for e, edge in enumerate(c.plan.edges):
        if edge.callee == n:
            caller = c.plan.nodes[edge.caller]
            wait = [int(stream_uniform(c.plan.seed, "ttl", *named(node.id, p), caller.id, j, since) * ttl) for j in range(caller.count)]
            moves += [(delay, e, j) for j, delay in enumerate(wait)]
            if edge.policy.pool_age_s is not None:
                c.env.process(retire_connections(c, n, p, e, wait, new, since))
    for delay, e, j in sorted(moves):
        yield c.wait(since + delay - int(c.env.now))
        c.do(point_to, c, e, j, p, new)
    yield c.wait(since + ttl - int(c.env.now))
    if back_since is None:
        c.say_phase(node.id, "propagate", since, f"{node.id}: every caller's DNS answer has expired, all use {c.name(new)}", new)
    else:
        c.say_phase(node.id, "fail_back", back_since, f"{node.id}: {c.name(new)} is the primary again, and every caller uses it", new)


def retire_connections(c: Conductor, n: int, p: int, e: int, wait: list[int], new: int, since: int) -> Process:
    """The pooled connections of each caller instance reach their greatest age, and new ones go to the new primary. How old they were
    when the address moved is anybody's guess: uniform, from the seed."""
    node, edge = c.plan.nodes[n], c.plan.edges[e]
    caller, age = c.plan.nodes[edge.caller], ticks(edge.policy.pool_age_s or 0.0)
    names = ("pool age", *named(node.id, p), caller.id)
    left = [int(stream_uniform(c.plan.seed, *names, j, since) * age) for j in range(caller.count)]
    for delay, j in sorted((w + a, j) for j, (w, a) in enumerate(zip(wait, left, strict=True))):
        yield c.wait(since + delay - int(c.env.now))
        c.do(connections.retire, c.world, e, j, p, row_of(c, e, new))


def row_of(c: Conductor, e: int, instance: int) -> int:
    """Row of an instance of the store that edge e leads to, among the targets."""
    s = c.world[0]
    return int(s["pools"]["first"][int(s["edges"]["pool"][e])]) + instance - c.plan.nodes[c.plan.edges[e].callee].first


def point_to(c: Conductor, e: int, j: int, p: int, primary: int) -> None:
    """Caller instance j of edge e learns that instance ``primary`` is the writer of partition p; pooled connections stay where they are."""
    connections.move_address(c.world, e, j, p, row_of(c, e, primary))


def warm_up(c: Conductor, n: int, p: int, f: Failover, new: int) -> Process:
    """The buffers of a new primary are cold for a while, and everything takes longer."""
    node, since, warming = c.plan.nodes[n], int(c.env.now), c.duties[n, p].warming
    warming[new] = since
    c.do(chill, c.world, new, f.warm_factor)
    yield c.wait(ticks(f.warm_s))
    if warming[new] == since:
        c.do(chill, c.world, new, 1.0)
        c.say_phase(node.id, "warm", since, f"{node.id}: the buffers of {c.name(new)} are warm, its work is as fast as designed", new)


def chill(world: np.ndarray, i: int, factor: float) -> None:
    """Work of instance i takes ``factor`` times as long, beside what faults do to it."""
    row = world[0]["inst"][i]
    row["chill"], row["slow"] = factor, row["strain"] * factor


def drain(c: Conductor, n: int, p: int, new: int) -> Process:
    """Pooled connections to the old address go away one by one: when they fail, or when they are too old."""
    node, since = c.plan.nodes[n], int(c.env.now)
    while c.see(still_elsewhere, c, n, p, new):
        yield c.wait(ticks(DRAIN_LOOK_S))
        if c.duties[n, p].primary != new:
            return
    c.say_phase(node.id, "drain", since, f"{node.id}: no pooled connection to the old primary is left, all lead to {c.name(new)}", new)


def still_elsewhere(c: Conductor, n: int, p: int, new: int) -> bool:
    """Whether a caller with a pool still uses another address of the partition than that of instance ``new``."""
    s = c.world[0]
    for e, edge in enumerate(c.plan.edges):
        if edge.callee == n and edge.policy.pool_age_s is not None:
            pool = s["pools"][int(s["edges"]["pool"][e])]
            callers, partitions = c.plan.nodes[edge.caller].count, int(pool["partitions"])
            first = int(pool["first_address"])
            held = s["addresses"][first : first + callers * partitions][p::partitions]
            if (held != row_of(c, e, new)).any():
                return True
    return False
