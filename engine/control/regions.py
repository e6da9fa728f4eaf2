"""Failover of a store to another Region: watched from there, decided by a person, promoting what has arrived there.

Nobody can fence a Region that cannot be reached. A primary that lives on behind a partition goes on taking writes of callers on its side;
it is fenced when it can be reached again, and what it acknowledged meanwhile is given up and counted lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.behaviours import Failover
from engine.control.aftermath import Duty, hand_over, named
from engine.control.failover import ANSWERS, SILENT, look_from, regional_place
from engine.control.lifecycle import is_uncontrolled
from engine.control.promotion import copy_missed, follows, furthest, rejoin, set_role, take_over
from engine.control.steps import control_is_back, step
from engine.kernel import doors, promotions
from engine.kernel.layout import ROLE_OUT_OF_SYNC, ROLE_PRIMARY, ROLE_REPLICA, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

UNFENCED, AWAY = -2, -1  # of a member that is out: it does not know yet · it does, and cannot be reached or begins to copy


class Post:
    """The look-out in the other Region: where it is, what it has counted about each member, who has to come back."""

    def __init__(self, c: Conductor, members: range) -> None:
        self.members = members
        self.regions = {i: c.plan.places[c.plan.instances[i].place].region for i in members}
        abroad = [i for i in members if self.regions[i] != self.regions[members[0]]]
        self.place = regional_place(c, abroad[0]) if abroad else -1
        self.misses = dict.fromkeys(members, 0)
        self.out: dict[int, int] = {}  # members that do not follow → when they have copied everything, UNFENCED, AWAY


def watch_regions(c: Conductor, n: int, p: int) -> Process:
    """Watch one partition from the Region its replicas are in, for ever, and act."""
    node, store = c.plan.nodes[n], c.plan.store(n)
    f, size = store.abroad, len(store.azs)
    post, duty = Post(c, range(node.first + p * size, node.first + (p + 1) * size)), c.duties[n, p]
    if f is None or post.place < 0:
        return
    yield c.wait(int(stream_uniform(c.plan.seed, "far monitor phase", *named(node.id, p)) * ticks(f.monitor_interval_s)))
    while True:
        tick = int(c.env.now)
        views = {i: c.see(look_from, c, post.place, i) for i in post.members}
        if SILENT in views.values():
            yield c.wait(ticks(f.monitor_timeout_s))
        for i, view in views.items():
            post.misses[i] = 0 if view == ANSWERS else post.misses[i] + 1
        if post.misses[duty.primary] >= f.misses and not duty.busy:
            yield from lose_region(c, n, p, f, post, duty)
        elif f.fail_back and duty.abroad and not duty.busy and may_return(c, post, duty):
            yield from go_home(c, n, p, f, post, duty)
        for i in list(post.out):
            take_back(c, n, f, post, duty, i)
        rest = ticks(f.monitor_interval_s) - (int(c.env.now) - tick)
        yield c.wait(max(rest, ticks(0.001)))


def lose_region(c: Conductor, n: int, p: int, f: Failover, post: Post, duty: Duty) -> Process:
    """The primary cannot be reached from here and nobody near it has done anything: a person decides to go on in another Region."""
    node, old = c.plan.nodes[n], duty.primary
    fit = [i for i in post.members if post.regions[i] != post.regions[old] and i not in post.out and post.misses[i] == 0]
    fit = [i for i in fit if not c.see(is_uncontrolled, c, i)]
    if not fit:
        return
    noticed, since = int(c.env.now), c.see(c.down_since, old)
    c.say_phase(node.id, "detect", since, f"{node.id}: {f.misses} probes of {c.name(old)} from another Region failed", old)
    yield c.wait(ticks(f.decide_s))
    yield from control_is_back(c, n, fit[0], f)
    if duty.busy or duty.primary != old or c.see(look_from, c, post.place, old) == ANSWERS:
        c.say("role", node.id, f"{node.id}: there is a primary again, so the failover to another Region is called off")
        post.misses[old] = 0
        return
    duty.busy = True
    new = c.see(furthest, c, fit)
    why = f"{c.name(new)} will be promoted because it has received the most there"
    c.say_phase(node.id, "decide", noticed, f"{node.id}: a person decides to go on in another Region; {why}", new)
    decided = int(c.env.now)
    if not (yield from step(c, n, p, new, f, f.promote_s)):
        post.misses[old] = 0
        return
    duty.busy = False
    if c.see(look_from, c, post.place, new) != ANSWERS:
        c.say("role", node.id, f"{node.id}: the promotion of {c.name(new)} failed because it does not answer")
        post.misses[old] = 0
        return
    loss = take_over(c, node.id, new)
    c.say_phase(node.id, "promote", decided, f"{node.id}: {c.name(new)} is the primary now, and {loss}", new)
    duty.moves += 1
    duty.abroad = post.regions[new] != post.regions[duty.home]
    post.out |= {i: UNFENCED for i in post.members if i != new and c.see(role_of, c, i) != ROLE_REPLICA}
    hand_over(c, n, p, f, new)


def role_of(c: Conductor, i: int) -> int:
    """What a member takes itself for."""
    return int(c.world[0]["inst"]["role"][i])


def take_back(c: Conductor, n: int, f: Failover, post: Post, duty: Duty, back: int) -> None:
    """A member that is out: fenced as soon as it can be reached, then it copies what it missed and follows."""
    now = int(c.env.now)
    if post.misses[back] > 0 or post.misses[duty.primary] > 0:
        post.out[back] = min(post.out[back], AWAY)
    elif post.out[back] < 0:
        if post.out[back] == UNFENCED:
            fence(c, n, back)
        post.out[back] = copy_missed(c, n, f, back)
    elif now >= post.out[back]:
        rejoin(c, n, back)
        del post.out[back]


def fence(c: Conductor, n: int, i: int) -> None:
    """A member learns that it is the primary, or its standby, no more; what it acknowledged since is given up."""
    id = c.plan.nodes[n].id
    c.do(doors.set_standby, c.world, i, -1, ROLE_OUT_OF_SYNC, i, int(c.env.now))
    count, since = c.see(given_up, c, i)
    c.do(forget_given_up, c.world, i)
    c.lose_writes(id, count, since)
    if count:
        c.say("role", id, f"{id}: {c.name(i)} is fenced; {count:,} writes it acknowledged behind the partition are lost")


def given_up(c: Conductor, i: int) -> tuple[int, int]:
    """(writes a member acknowledged while another was the primary, when the first of them)."""
    row = c.world[0]["inst"][i]
    return int(row["n_split"]), int(row["split_since"])


def forget_given_up(world: object, i: int) -> None:
    """They are booked."""
    world[0]["inst"]["n_split"][i] = 0  # type: ignore[index]


def may_return(c: Conductor, post: Post, duty: Duty) -> bool:
    """Whether the original primary follows, and can take over without a loss."""
    if duty.home in post.out or post.misses[duty.home] or post.misses[duty.primary]:
        return False
    return bool(c.see(follows, c, duty.home)) and not c.see(is_uncontrolled, c, duty.home)


def go_home(c: Conductor, n: int, p: int, f: Failover, post: Post, duty: Duty) -> Process:
    """The original primary takes over again, as planned work; its own standby copies anew, looked after by its own controller."""
    node, old, new, since = c.plan.nodes[n], duty.primary, duty.home, int(c.env.now)
    duty.busy = True
    c.say("role", node.id, f"{node.id}: {c.name(new)} was the primary at the start and has caught up, so it takes over from {c.name(old)}")
    set_role(c, old, ROLE_OUT_OF_SYNC)
    if not (yield from step(c, n, p, new, f, f.promote_s)):
        return
    duty.busy = False
    if c.see(look_from, c, post.place, new) != ANSWERS:
        c.say("role", node.id, f"{node.id}: {c.name(new)} does not answer; {c.name(old)} stays the primary")
        set_role(c, old, ROLE_PRIMARY)
        return
    c.do(promotions.promote, c.world, new, 1, int(c.env.now))
    c.do(doors.wake_writes, c.world, int(c.env.now))
    duty.abroad, duty.moves, post.out[old] = False, duty.moves + 1, AWAY
    store = c.plan.store(n)
    for standby in range(new + 1, new + len(store.azs) - store.replicas):
        post.out.pop(standby, None)
        set_role(c, standby, ROLE_OUT_OF_SYNC)
    hand_over(c, n, p, f, new, since)
