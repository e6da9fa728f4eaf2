"""Failover of a store with a synchronous standby: detect → decide → promote → propagate, and the return of the lost member as standby.

The controller is regional. It knows the primary only through its monitor; callers know the primary only through an address they keep for
up to one TTL. The old primary is fenced before the standby is promoted: it answers "not the writer" should it still live.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover
from engine.control.aftermath import Duty, hand_over, named
from engine.control.lifecycle import is_uncontrolled
from engine.control.steps import step
from engine.kernel import doors
from engine.kernel.layout import ALIVE, DEAD_REFUSED, ROLE_OUT_OF_SYNC, ROLE_PRIMARY, ROLE_STANDBY, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process
    from engine.control.promotion import Group

ANSWERS, REFUSES, SILENT = "answers", "refuses", "silent"


def look_at(c: Conductor, i: int) -> str:
    """What the monitor of its Region sees of instance i now."""
    return look_from(c, regional_place(c, i), i)


def look_from(c: Conductor, here: int, i: int) -> str:
    """What a monitor at a place sees of instance i now."""
    s = c.world[0]
    row, cut = s["inst"][i], s["path_cut"]
    there = int(row["place"])
    if cut[here, there] or cut[there, here] or row["down"] not in (ALIVE, DEAD_REFUSED):
        return SILENT
    return ANSWERS if row["down"] == ALIVE else REFUSES


def regional_place(c: Conductor, i: int) -> int:
    """Where the regional services of instance i's Region are."""
    region = c.plan.places[c.plan.instances[i].place].region
    return next(p for p, place in enumerate(c.plan.places) if place.kind == "region" and place.region == region)


class Pair:
    """Who is primary, who is standby (−1: none in sync), and what the controller has counted about both."""

    def __init__(self, primary: int, standby: int) -> None:
        self.primary, self.standby = primary, standby
        self.outsider = -1  # a member that is not in sync
        self.misses = {primary: 0, standby: 0}
        self.moves = 0  # how often the duty was seen to change Regions
        self.apart = 0  # rounds in a row in which the members answered the monitor but could not talk to each other
        self.resync_until = -1
        self.waiting = False  # for its own control plane, which is down

    def other(self, one: int) -> int:
        """The member that is not this one."""
        return next(i for i in self.misses if i != one)


def watch_store(c: Conductor, n: int, p: int) -> Process:
    """Watch the primary and the standby of one partition for ever, and act."""
    node, store = c.plan.nodes[n], c.plan.store(n)
    f, members = store.failover, len(store.azs)
    if f is None or members - store.replicas < 2:
        return
    pair = Pair(node.first + p * members, node.first + p * members + 1)
    start = int(stream_uniform(c.plan.seed, "monitor phase", *named(node.id, p)) * ticks(f.monitor_interval_s))
    yield c.wait(start)
    duty = c.duties[n, p]
    while True:
        tick = int(c.env.now)
        yield from monitor(c, f, pair)
        if duty.busy or duty.abroad or duty.moves != pair.moves:
            yield from wait_for_return(c, f, duty, pair)
            continue
        if pair.misses[pair.primary] >= f.misses and not (yield from lose_primary(c, n, p, f, pair)):
            continue
        may = f.fail_back and pair.standby == duty.home and max(pair.misses.values()) == pair.apart == 0
        if may and not c.see(is_uncontrolled, c, pair.primary) and not (yield from go_back(c, n, p, f, pair)):
            continue
        if pair.standby >= 0 and pair.misses[pair.primary] == 0 and max(pair.misses[pair.standby], pair.apart) >= f.misses:
            drop_standby(c, n, f, pair)
        if pair.outsider >= 0:
            readmit(c, n, f, pair)
        rest = ticks(f.monitor_interval_s) - (int(c.env.now) - tick)
        yield c.wait(max(rest, ticks(0.001)))


def wait_for_return(c: Conductor, f: Failover, duty: Duty, pair: Pair) -> Process:
    """Another Region has the duty, or is taking it over: there is nothing to do here until it is back at the original primary."""
    while duty.busy or duty.abroad:
        yield c.wait(ticks(f.monitor_interval_s))
    if duty.moves != pair.moves:
        pair.moves, pair.standby, pair.outsider = duty.moves, -1, pair.other(duty.primary)
        pair.primary, pair.resync_until, pair.apart = duty.primary, -1, 0
        pair.misses = dict.fromkeys(pair.misses, 0)


def monitor(c: Conductor, f: Failover, pair: Pair) -> Process:
    """One round of probes of both members; silence costs the monitor's timeout."""
    members = [pair.primary, pair.standby if pair.standby >= 0 else pair.outsider]
    views = {i: c.see(look_at, c, i) for i in members}
    if SILENT in views.values():
        yield c.wait(ticks(f.monitor_timeout_s))
    for i, view in views.items():
        pair.misses[i] = 0 if view == ANSWERS else pair.misses[i] + 1
    pair.apart = pair.apart + 1 if c.see(is_parted, c, members[0], members[1]) else 0


def is_parted(c: Conductor, a: int, b: int) -> bool:
    """Whether nothing is replicated between two members, which the primary notices by its unanswered writes."""
    s = c.world[0]
    x, y = s["inst"]["place"][a], s["inst"]["place"][b]
    return bool(s["path_cut"][x, y] or s["path_cut"][y, x] or s["inst"]["paused"][a] or s["inst"]["paused"][b])


def lose_primary(c: Conductor, n: int, p: int, f: Failover, pair: Pair) -> Generator[simpy.Event, Any, bool]:
    """The primary is believed lost: fence it, promote the standby, move the address. Without a standby in sync nothing can be promoted.
    False when another Region has taken over meanwhile."""
    node, old, new = c.plan.nodes[n], pair.primary, pair.standby
    if held_up(c, n, pair):
        return True
    noticed = int(c.env.now)
    if new < 0 or pair.misses[new] > 0:
        if pair.misses[old] == f.misses:
            c.say("role", node.id, f"{node.id}: the primary is lost and there is no standby in sync to promote")
        return True
    c.duties[n, p].busy = True
    since = c.see(c.down_since, old)
    c.say_phase(node.id, "detect", since, f"{node.id}: {f.misses} probes of the primary {c.name(old)} failed, it is believed lost", old)
    if not (yield from step(c, n, p, old, f, f.decide_s)):
        return False
    why = "because it has every acknowledged write"
    fence(c, old)
    c.say_phase(node.id, "decide", noticed, f"{node.id}: {c.name(old)} is fenced, {c.name(new)} will be promoted {why}", new)
    decided = int(c.env.now)
    going_on = yield from promote(c, n, p, f, pair, None)
    if pair.primary == new:
        c.say_phase(node.id, "promote", decided, f"{node.id}: {c.name(new)} has replayed its log and is the primary now", new)
        pair.misses[old] = f.misses
    return going_on


def go_back(c: Conductor, n: int, p: int, f: Failover, pair: Pair) -> Generator[simpy.Event, Any, bool]:
    """The original primary stands by in sync: it takes over again, as planned work."""
    node, old, since = c.plan.nodes[n], pair.primary, int(c.env.now)
    why = f"{c.name(pair.standby)} was the primary at the start and is in sync"
    c.say("role", node.id, f"{node.id}: {why}, so it takes over from {c.name(old)}")
    c.duties[n, p].busy = True
    fence(c, old)
    return (yield from promote(c, n, p, f, pair, since))


def fence(c: Conductor, old: int) -> None:
    """The primary takes no more writes: it has lost its lease, wherever it is, or stops because it is told to."""
    c.do(doors.set_standby, c.world, old, -1, ROLE_OUT_OF_SYNC, old, int(c.env.now))


def promote(c: Conductor, n: int, p: int, f: Failover, pair: Pair, back_since: int | None) -> Generator[simpy.Event, Any, bool]:
    """The standby becomes the primary once it has replayed its log, if it still answers then; else all stays as it was. False when another
    Region has taken over meanwhile."""
    node, old, new = c.plan.nodes[n], pair.primary, pair.standby
    if not (yield from step(c, n, p, old, f, f.promote_s)):
        return False
    c.duties[n, p].busy = False
    if c.see(look_at, c, new) != ANSWERS:
        failed = f"the promotion of {c.name(new)} failed because it does not answer"
        c.say("role", node.id, f"{node.id}: {failed}; {c.name(old)} stays the primary")
        c.do(doors.set_standby, c.world, old, -1, ROLE_PRIMARY, old, int(c.env.now))
        c.do(doors.set_standby, c.world, new, -1, ROLE_OUT_OF_SYNC, new, int(c.env.now))
        pair.standby, pair.outsider, pair.misses[old] = -1, new, 0
        return True
    c.do(doors.set_standby, c.world, new, -1, ROLE_PRIMARY, new, int(c.env.now))
    pair.primary, pair.standby, pair.outsider, pair.resync_until = new, -1, old, -1
    hand_over(c, n, p, f, new, back_since)
    return True


def held_up(c: Conductor, n: int, watcher: Pair | Group) -> bool:
    """Whether nothing can be promoted now, because the control plane itself is down; the watch goes on. Said when it begins and ends."""
    node = c.plan.nodes[n]
    down = c.see(is_uncontrolled, c, watcher.primary)
    if down != watcher.waiting:
        watcher.waiting = down
        what = "is down, nothing can be promoted" if down else "answers again"
        c.say("role", node.id, f"{node.id}: the primary {c.name(watcher.primary)} is lost and the control plane {what}")
    return down


def drop_standby(c: Conductor, n: int, f: Failover, pair: Pair) -> None:
    """The standby is believed lost: the primary goes on alone, and writes that waited for it are acknowledged."""
    node, lost = c.plan.nodes[n], pair.standby
    why = "cannot be reached by the primary" if pair.misses[lost] == 0 else "does not answer"
    c.do(doors.set_standby, c.world, pair.primary, -1, ROLE_OUT_OF_SYNC, lost, int(c.env.now))
    c.say("role", node.id, f"{node.id}: the standby {c.name(lost)} {why}; the primary goes on without it")
    pair.standby, pair.outsider, pair.resync_until = -1, lost, -1


def readmit(c: Conductor, n: int, f: Failover, pair: Pair) -> None:
    """A lost member that answers again copies what it missed, then counts as a standby."""
    back, now = pair.outsider, int(c.env.now)
    if pair.misses[back] > 0 or pair.misses[pair.primary] > 0 or pair.apart > 0:
        pair.resync_until = -1
    elif pair.resync_until < 0:
        pair.resync_until = now + ticks(f.resync_s)
        c.say("role", c.plan.nodes[n].id, f"{c.plan.nodes[n].id}: {c.name(back)} is back and copies what it missed, {f.resync_s:g} s")
    elif now >= pair.resync_until:
        c.do(doors.set_standby, c.world, pair.primary, back, ROLE_STANDBY, back, now)
        c.say("role", c.plan.nodes[n].id, f"{c.plan.nodes[n].id}: {c.name(back)} is in sync and stands by")
        pair.standby, pair.outsider, pair.resync_until = back, -1, -1
