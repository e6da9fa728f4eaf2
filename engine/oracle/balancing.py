"""How the oracle's callers choose among targets: by weight, by flow, in turn with newcomers held back, by who has least to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.behaviours import Balancer, Source
from engine.kernel.rng import stream_key
from engine.oracle.clock import Clock
from engine.oracle.draws import PICK, PICK2, Draws, draw, to_unit
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


class Choice(Clock):
    """The part of `Oracle` that chooses the target of an attempt."""

    draws: Draws
    resolve: Callable[[Pool, Server, int, int, int, int], Target | None]

    def choose(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About, asker: Server | None) -> Target | None:
        """The target of the next attempt, by what the caller believes."""
        if pool.algorithm == "primary":
            return self.member(pool, caller, key, local, tries, about)
        if pool.algorithm == "named":
            return self.resolve(pool, caller, key, local, tries, about.session)
        if (before := self.as_before(pool, caller, about, tries)) is not None:
            return before
        targets = pool.rotation
        if len(targets) <= 1:
            return targets[0] if targets else None
        if pool.algorithm == "round_robin" and pool.ramp:
            return in_turn(pool, self.draws, key, local, tries, self.env.now)
        if pool.algorithm == "weighted" or (pool.algorithm == "random" and pool.ramp):
            return by_weight(pool, self.draws.uniform(key, PICK, local, tries), self.env.now)
        if pool.algorithm == "flow_hash":
            assert asker is not None
            return by_flow(self.plan, pool, caller, asker, self.draws, about, key, local, tries)
        if pool.algorithm == "round_robin":
            k = pool.next if pool.next < len(targets) else 0
            pool.next = k + 1
            return targets[k]
        u = self.draws.uniform(key, PICK, local, tries)
        if pool.algorithm == "random":
            return targets[int(u * len(targets))]
        if pool.algorithm == "least_outstanding":
            fewest = min(t.out for t in targets)
            tied = [t for t in targets if t.out == fewest]
            return tied[int(u * len(tied))]
        a, b = int(u * len(targets)), int(self.draws.uniform(key, PICK2, local, tries) * (len(targets) - 1))
        b += b >= a
        return targets[a] if targets[a].out <= targets[b].out else targets[b]

    if TYPE_CHECKING:  # in `Members` and `Sessions`

        def member(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About) -> Target: ...
        def as_before(self, pool: Pool, balancer: Server, about: About, tries: int) -> Target | None: ...
