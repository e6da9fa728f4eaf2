"""Failover of a store whose copies follow asynchronously: the replica that has received most is promoted, and what it lacks is lost.

The clocks are those of a failover with a standby. The old primary is fenced first, so nothing is acknowledged twice; when it answers again
it drops what the others never received, copies the rest and follows as a replica.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from engine.behaviours import Failover
from engine.control.aftermath import hand_over, named
from engine.control.failover import ANSWERS, SILENT, held_up, look_at
from engine.control.lifecycle import is_uncontrolled
from engine.control.steps import step
from engine.kernel import doors, promotions, stores
from engine.kernel.layout import ROLE_OUT_OF_SYNC, ROLE_PRIMARY, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process


class Group:
    """The members of one partition that its controller looks after: who is primary, who is out, and what it has counted about each."""

    def __init__(self, members: range, primary: int) -> None:
        self.members, self.primary = members, primary
        self.misses = dict.fromkeys(members, 0)
        self.returning: dict[int, int] = {}  # members that do not follow → when they have copied everything, −1: not copying
        self.waiting = False  # for its own control plane, which is down
        self.moves = 0  # how often the duty was seen to change Regions


def watch_replicas(c: Conductor, n: int, p: int) -> Process:
    """Watch all members of one partition for ever, and act. Members in other Regions have a controller of their own, if they have one."""
    node, store = c.plan.nodes[n], c.plan.store(n)
    f, members = store.failover, len(store.azs)
    if f is None or not store.replicas or members - store.replicas > 1:
        return
    first = node.first + p * members
    group, duty = Group(range(first, first + (members if store.abroad is None else at_home(c, first, members))), first), c.duties[n, p]
    yield c.wait(int(stream_uniform(c.plan.seed, "monitor phase", *named(node.id, p)) * ticks(f.monitor_interval_s)))
    while True:
        tick = int(c.env.now)
        views = {i: c.see(look_at, c, i) for i in group.members}
        if SILENT in views.values():
            yield c.wait(ticks(f.monitor_timeout_s))
        for i, view in views.items():
            group.misses[i] = 0 if view == ANSWERS else group.misses[i] + 1
        if duty.busy or duty.abroad or duty.moves != group.moves:
            while duty.busy or duty.abroad:
                yield c.wait(ticks(f.monitor_interval_s))
            if duty.moves != group.moves:
                group.__init__(group.members, duty.primary)  # type: ignore[misc]
                group.moves = duty.moves
            continue
        going_on = True
        if group.misses[group.primary] >= f.misses:
            going_on = yield from lose_primary(c, n, p, f, group)
        elif f.fail_back and may_go_back(c, group, duty.home):
            going_on = yield from go_back(c, n, p, f, group)
        if not going_on:
            continue
        for i in list(group.returning):
            take_back(c, n, f, group, i)
        rest = ticks(f.monitor_interval_s) - (int(c.env.now) - tick)
        yield c.wait(max(rest, ticks(0.001)))


def at_home(c: Conductor, first: int, members: int) -> int:
    """How many members of a partition are in its primary's Region; they come first."""
    region = c.plan.places[c.plan.instances[first].place].region
    return sum(c.plan.places[c.plan.instances[i].place].region == region for i in range(first, first + members))


def lose_primary(c: Conductor, n: int, p: int, f: Failover, group: Group) -> Generator[simpy.Event, Any, bool]:
    """The primary is believed lost: fence it, promote the replica that has received most, move the address. False when another Region has
    taken over meanwhile."""
    node, old = c.plan.nodes[n], group.primary
    candidates = [i for i in group.members if i != old and i not in group.returning and group.misses[i] == 0]
    if len(candidates) < enough(c, n):
        if group.misses[old] == f.misses:
            c.say("role", node.id, f"{node.id}: the primary is lost and {too_few(c, n)}")
        return True
    if held_up(c, n, group):
        return True
    noticed, since = int(c.env.now), c.see(c.down_since, old)
    c.duties[n, p].busy = True
    c.say_phase(node.id, "detect", since, f"{node.id}: {f.misses} probes of the primary {c.name(old)} failed, it is believed lost", old)
    if not (yield from step(c, n, p, old, f, f.decide_s)):
        return False
    set_role(c, old, ROLE_OUT_OF_SYNC)
    new = c.see(furthest, c, candidates)
    why = "because it has received the most"
    c.say_phase(node.id, "decide", noticed, f"{node.id}: {c.name(old)} is fenced, {c.name(new)} will be promoted {why}", new)
    decided = int(c.env.now)
    if not (yield from step(c, n, p, old, f, f.promote_s)):
        return False
    c.duties[n, p].busy = False
    if not still_answers(c, n, old, new):
        group.misses[old] = 0
        return True
    loss = take_over(c, node.id, new)
    c.say_phase(node.id, "promote", decided, f"{node.id}: {c.name(new)} is the primary now, and {loss}", new)
    group.primary, group.misses[old], group.returning[old] = new, f.misses, -1
    hand_over(c, n, p, f, new)
    return True


def enough(c: Conductor, n: int) -> int:
    """How many candidates there must be: with a quorum so many that one of them has every acknowledged write."""
    store = c.plan.store(n)
    return 1 if store.write_quorum == 1 else len(store.azs) - store.write_quorum + 1


def too_few(c: Conductor, n: int) -> str:
    """Why nothing is promoted."""
    needed = enough(c, n)
    return "no replica answers that could be promoted" if needed == 1 else f"fewer than {needed} others answer, so writes might be missing"


def still_answers(c: Conductor, n: int, old: int, new: int) -> bool:
    """Whether the promotion of ``new`` can be completed; else ``old`` is the primary again."""
    if c.see(look_at, c, new) == ANSWERS:
        return True
    id = c.plan.nodes[n].id
    failed = f"the promotion of {c.name(new)} failed because it does not answer"
    c.say("role", id, f"{id}: {failed}; {c.name(old)} stays the primary")
    set_role(c, old, ROLE_PRIMARY)
    return False


def take_over(c: Conductor, id: str, new: int) -> str:
    """Replica ``new`` becomes the primary; what it lacks is lost. What to say about that."""
    received, written, oldest = c.see(position, c, new)
    c.do(promotions.promote, c.world, new, 0, int(c.env.now))
    c.do(doors.wake_writes, c.world, int(c.env.now))
    if c.plan.only_remembers(c.plan.instances[new].node):
        return f"the keys of {written - received:,} changes that it lacks are gone"
    c.lose_writes(id, written - received, oldest)
    return f"{written - received:,} acknowledged writes are lost" if written > received else "nothing is lost"


def set_role(c: Conductor, i: int, role: np.integer[Any]) -> None:
    """A member is fenced, or is the primary again; whoever waited for it looks again."""
    c.do(promotions.set_role, c.world, i, role, int(c.env.now))
    c.do(doors.wake_writes, c.world, int(c.env.now))


def may_go_back(c: Conductor, group: Group, home: int) -> bool:
    """Whether the original primary follows the present one and can take over without a loss."""
    if home == group.primary or home in group.returning or group.misses[home] or group.misses[group.primary]:
        return False
    return bool(c.see(follows, c, home)) and not c.see(is_uncontrolled, c, home)


def follows(c: Conductor, i: int) -> bool:
    """Whether a replica is linked to its primary."""
    return int(c.world[0]["inst"]["link"][i]) == stores.LINKED


def go_back(c: Conductor, n: int, p: int, f: Failover, group: Group) -> Generator[simpy.Event, Any, bool]:
    """The original primary takes over again, as planned work: the present one stops, and what is under way arrives meanwhile."""
    node, old, new, since = c.plan.nodes[n], group.primary, c.duties[n, p].home, int(c.env.now)
    c.duties[n, p].busy = True
    c.say("role", node.id, f"{node.id}: {c.name(new)} was the primary at the start and has caught up, so it takes over from {c.name(old)}")
    set_role(c, old, ROLE_OUT_OF_SYNC)
    if not (yield from step(c, n, p, old, f, f.promote_s)):
        return False
    c.duties[n, p].busy = False
    if still_answers(c, n, old, new):
        c.do(promotions.promote, c.world, new, 1, int(c.env.now))
        c.do(doors.wake_writes, c.world, int(c.env.now))
        group.primary, group.returning[old] = new, -1
        hand_over(c, n, p, f, new, since)
    return True


def position(c: Conductor, i: int) -> tuple[int, int, int]:
    """(writes replica i has received, writes there are, when the first it lacks was acknowledged)."""
    received, written, oldest = promotions.position(c.world, i, int(c.env.now))
    return int(received), int(written), int(oldest)


def furthest(c: Conductor, candidates: list[int]) -> int:
    """The candidate that has received most; of equals the first."""
    return max(candidates, key=lambda i: (position(c, i)[0], -i))


def take_back(c: Conductor, n: int, f: Failover, group: Group, back: int) -> None:
    """A former primary that answers again drops its tail, copies what it missed and follows."""
    now = int(c.env.now)
    if group.misses[back] > 0 or group.misses[group.primary] > 0:
        group.returning[back] = -1
    elif group.returning[back] < 0:
        group.returning[back] = copy_missed(c, n, f, back)
    elif now >= group.returning[back]:
        rejoin(c, n, back)
        del group.returning[back]


def copy_missed(c: Conductor, n: int, f: Failover, back: int) -> int:
    """A member that is back begins to copy what it missed; when it will have that."""
    id = c.plan.nodes[n].id
    c.say("role", id, f"{id}: {c.name(back)} is back and copies what it missed, {f.resync_s:g} s")
    return int(c.env.now) + ticks(f.resync_s)


def rejoin(c: Conductor, n: int, back: int) -> None:
    """It has copied everything and is a replica."""
    id, now = c.plan.nodes[n].id, int(c.env.now)
    c.do(promotions.rejoin, c.world, back, now)
    c.do(doors.wake_writes, c.world, now)
    c.say("role", id, f"{id}: {c.name(back)} follows as a replica")
