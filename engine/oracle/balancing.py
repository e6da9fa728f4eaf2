"""The oracle's balancing by weight, by flow, and in turn with newcomers held back."""

from __future__ import annotations

from engine.behaviours import Balancer, Source
from engine.kernel.rng import stream_key
from engine.oracle.draws import PICK, Draws, draw, to_unit
from engine.oracle.state import About, Pool, Server, Target
from engine.plan import Plan


def by_weight(pool: Pool, u: float, now: int) -> Target:
    """At random in proportion to weight × warmth."""
    shares = [t.weight * pool.warmth(t, now) for t in pool.rotation]
    if sum(shares) <= 0:
        return pool.rotation[int(u * len(shares))]
    left, chosen = u * sum(shares), pool.rotation[0]
    for target, share in zip(pool.rotation, shares, strict=True):
        if share > 0:
            chosen, left = target, left - share
            if left < 0:
                break
    return chosen


def in_turn(pool: Pool, draws: Draws, key: int, local: int, tries: int, now: int) -> Target:
    """Round robin; a cold target lets its turn pass now and then, but not all of them for ever."""
    for turn in range(len(pool.rotation) + 1):
        k = pool.next if pool.next < len(pool.rotation) else 0
        pool.next, target = k + 1, pool.rotation[k]
        warmth = pool.warmth(target, now)
        if warmth >= 1 or turn == len(pool.rotation) or draws.turn(key, local, tries, turn) < warmth:
            break
    return target


def by_flow(
    plan: Plan, pool: Pool, balancer: Server, asker: Server, draws: Draws, about: About, key: int, local: int, tries: int
) -> Target:
    """Where the flow belongs; elsewhere while that target is out."""
    node = plan.nodes[balancer.node]
    assert isinstance(node.behaviour, Balancer)
    u, flow = draws.uniform(key, PICK, local, tries), -1
    if tries == 0:
        connections = node.behaviour.connections
        clients = isinstance(plan.nodes[asker.node].behaviour, Source)
        flow = about.subject if clients else asker.number * connections + int(u * connections)
    if flow < 0:
        return pool.rotation[int(u * len(pool.rotation))]
    own = draw(int(stream_key(plan.seed, "flows", node.id)), flow)
    first = pool.targets[int(to_unit(draw(own, 0)) * len(pool.targets))]
    return first if first in pool.rotation else pool.rotation[int(to_unit(draw(own, 1)) * len(pool.rotation))]
