"""Failover of a store whose copies follow asynchronously: the replica that has received most is promoted, and what it lacks is lost.

The clocks are those of a failover with a standby. The old primary is fenced first, so nothing is acknowledged twice; when it answers again
it drops what the others never received, copies the rest and follows as a replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.behaviours import Failover, Store
from engine.control.failover import ANSWERS, SILENT, held_up, look_at, named, propagate
from engine.kernel import stores
from engine.kernel.layout import ROLE_OUT_OF_SYNC, ROLE_PRIMARY, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process


class Group:
    """The members of one partition: who is primary, who is out, and what the controller has counted about each."""

    def __init__(self, members: range) -> None:
        self.members, self.primary = members, members[0]
        self.misses = dict.fromkeys(members, 0)
        self.returning: dict[int, int] = {}  # members that do not follow → when they have copied everything, −1: not copying
        self.waiting = False  # for its own control plane, which is down


def watch_replicas(c: Conductor, n: int, p: int) -> Process:
    """Watch all members of one partition for ever, and act."""
    node = c.plan.nodes[n]
    behaviour = node.behaviour
    assert isinstance(behaviour, Store)
    f, members = behaviour.failover, len(behaviour.azs)
    if f is None or not behaviour.replicas or members - behaviour.replicas > 1:
        return
    group = Group(range(node.first + p * members, node.first + (p + 1) * members))
    yield c.wait(int(stream_uniform(c.plan.seed, "monitor phase", *named(node.id, p)) * ticks(f.monitor_interval_s)))
    while True:
        tick = int(c.env.now)
        views = {i: c.see(look_at, c, i) for i in group.members}
        if SILENT in views.values():
            yield c.wait(ticks(f.monitor_timeout_s))
        for i, view in views.items():
            group.misses[i] = 0 if view == ANSWERS else group.misses[i] + 1
        if group.misses[group.primary] >= f.misses:
            yield from lose_primary(c, n, p, f, group)
        for i in list(group.returning):
            take_back(c, n, f, group, i)
        rest = ticks(f.monitor_interval_s) - (int(c.env.now) - tick)
        yield c.wait(max(rest, ticks(0.001)))


def lose_primary(c: Conductor, n: int, p: int, f: Failover, group: Group) -> Process:
    """The primary is believed lost: fence it, promote the replica that has received most, move the address."""
    node, old = c.plan.nodes[n], group.primary
    candidates = [i for i in group.members if i != old and i not in group.returning and group.misses[i] == 0]
    if not candidates:
        if group.misses[old] == f.misses:
            c.say("role", node.id, f"{node.id}: the primary is lost and no replica answers that could be promoted")
        return
    if held_up(c, n, group):
        return
    noticed, since = int(c.env.now), c.see(c.down_since, old)
    c.say_phase(node.id, "detect", since, f"{node.id}: {f.misses} probes of the primary {c.name(old)} failed, it is believed lost")
    yield c.wait(ticks(f.decide_s))
    c.do(stores.set_role, c.world, old, ROLE_OUT_OF_SYNC, int(c.env.now))
    new = c.see(furthest, c, candidates)
    why = "because it has received the most"
    c.say_phase(node.id, "decide", noticed, f"{node.id}: {c.name(old)} is fenced, {c.name(new)} will be promoted {why}")
    decided = int(c.env.now)
    yield c.wait(ticks(f.promote_s))
    now = int(c.env.now)
    if c.see(look_at, c, new) != ANSWERS:
        failed = f"the promotion of {c.name(new)} failed because it does not answer"
        c.say("role", node.id, f"{node.id}: {failed}; {c.name(old)} stays the primary")
        c.do(stores.set_role, c.world, old, ROLE_PRIMARY, now)
        group.misses[old] = 0
        return
    received, written, oldest = c.see(position, c, new)
    c.do(stores.promote, c.world, new, now)
    c.lose_writes(written - received, oldest)
    loss = f"{written - received:,} acknowledged writes are lost" if written > received else "nothing is lost"
    c.say_phase(node.id, "promote", decided, f"{node.id}: {c.name(new)} is the primary now, and {loss}")
    group.primary, group.misses[old], group.returning[old] = new, f.misses, -1
    c.env.process(propagate(c, n, p, f, new))


def position(c: Conductor, i: int) -> tuple[int, int, int]:
    """(writes replica i has received, writes there are, when the first it lacks was acknowledged)."""
    received, written, oldest = stores.position(c.world, i, int(c.env.now))
    return int(received), int(written), int(oldest)


def furthest(c: Conductor, candidates: list[int]) -> int:
    """The candidate that has received most; of equals the first."""
    return max(candidates, key=lambda i: (position(c, i)[0], -i))


def take_back(c: Conductor, n: int, f: Failover, group: Group, back: int) -> None:
    """A former primary that answers again drops its tail, copies what it missed and follows."""
    node, now = c.plan.nodes[n], int(c.env.now)
    if group.misses[back] > 0 or group.misses[group.primary] > 0:
        group.returning[back] = -1
    elif group.returning[back] < 0:
        group.returning[back] = now + ticks(f.resync_s)
        c.say("role", node.id, f"{node.id}: {c.name(back)} is back and copies what it missed, {f.resync_s:g} s")
    elif now >= group.returning[back]:
        c.do(stores.rejoin, c.world, back, now)
        c.say("role", node.id, f"{node.id}: {c.name(back)} follows as a replica")
        del group.returning[back]
