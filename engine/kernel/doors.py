"""What the control plane and the faults may do to the data plane between two advances. Each call leaves the world consistent."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.kernel.arrivals import arrival_instant, expected_by, next_arrival, think
from engine.kernel.commits import wake_stalled
from engine.kernel.deaths import lose_work
from engine.kernel.deliveries import lose_deliveries
from engine.kernel.detached import is_detached
from engine.kernel.heap import heap_change
from engine.kernel.jit import entry
from engine.kernel.layout import (
    ALIVE, DEAD_REFUSED, FIRST_SOURCE, FREE, HIDDEN, ID_BITS, ID_MASK, MESSAGE_FREE, ROLE_PRIMARY, THINK,
)  # fmt: skip
from engine.kernel.loop import advance
from engine.kernel.messages import index_groups
from engine.kernel.queues import feed_queue
from engine.kernel.records import wake_orphans
from engine.kernel.rng import ZERO, draw_u64
from engine.kernel.stores import follow, relink
from engine.kernel.wires import NOBODY, at, lose_in_flight


def settled(door: Callable[..., Any]) -> Callable[..., Any]:
    """The door, after which everything that became ready in this instant runs. The loop is compiled once, not into every door."""

    @functools.wraps(door)
    def then_advance(w: np.ndarray, *arguments: Any) -> None:
        door(w, *arguments)
        advance(w, w[0]["now"])

    return then_advance


@entry
def start(w):
    """Schedule every source's first arrival."""
    s = w[0]
    if s.n_log > 0:
        relink(s, ZERO)
    for i in range(s.n_source):
        src = s.sources[i]
        if src.users:
            for u in range(src.users):
                think(s, i, draw_u64(src.key, 2 * u + 1), src.first_session + u, ZERO)
        else:
            at(s, next_arrival(s, i), FIRST_SOURCE + i)


@entry
def set_surge(w, i, factor, now):
    """From now on requests of source i arrive ``factor`` times as fast as designed. The draws stay: only the clock they are read by turns
    faster. The arrival that is pending moves along."""
    s = w[0]
    src = s.sources[i]
    if src.users or src.surge == factor:
        return
    expected = expected_by(s, src, now)
    src.since += (expected - src.known) * src.surge
    src.known = expected
    src.surge = factor
    src.lap = 0
    src.seg = src.first_seg
    for k in range(s.heap_n):
        if s.heap[k] & ID_MASK == FIRST_SOURCE + i:
            heap_change(s.heap, s.heap_n, k, (max(now, arrival_instant(s, src)) << ID_BITS) | (FIRST_SOURCE + i))
            return


@settled
@entry
def kill(w, i, how, now):
    """Instance i dies: everything in service and waiting there is lost. how: DEAD_REFUSED or DEAD_BLACK_HOLE."""
    s = w[0]
    ins = s.inst[i]
    if ins.down == ALIVE:
        ins.up_sum += now - ins.up_t
        ins.up_t = now
        ins.down_since = now
        ins.down = how
        if ins.durable:  # a queue or a topic: what was accepted is safe
            return
        lose_work(s, i, how == DEAD_REFUSED, now)
    ins.down = how
    if s.orphans:
        wake_orphans(s, NOBODY)


@entry
def revive(w, i, now):
    """Instance i is back, empty."""
    s = w[0]
    ins = s.inst[i]
    if ins.down != ALIVE:
        ins.down = ALIVE
        ins.up_t = now


@entry
def cuts_changed(w):
    """Edges or paths have changed or healed: lose what is under way where nothing gets through now."""
    s = w[0]
    s.cuts = 0
    for e in range(s.n_edge):
        if s.edges[e].cut_request or s.edges[e].cut_answer:
            s.cuts = 1
    for a in range(s.n_place):
        for b in range(s.n_place):
            if s.path_cut[a, b]:
                s.cuts = 1
    s.rough = 1 if s.cuts or s.jitter > 0.0 else 0
    for e in range(s.n_edge):
        if s.edges[e].add or s.edges[e].lose_request > 0.0 or s.edges[e].lose_answer > 0.0:
            s.rough = 1
    for a in range(s.n_place):
        for b in range(s.n_place):
            if s.path_add[a, b] or s.path_loss[a, b] > 0.0:
                s.rough = 1
    if s.cuts:
        if s.n_queue > 0:
            lose_deliveries(s)
        lose_in_flight(s)


@settled
@entry
def wake_queues(w, now):
    """Consumers may be able to take messages that they could not take before: they, or the queue, came back, started or were reached."""
    s = w[0]
    for q in range(s.n_queue):
        feed_queue(s, q, now)


@settled
@entry
def set_pollers(w, t, most, now):
    """There are so many pollers for a function's mapping to a queue."""
    s = w[0]
    s.takers[t].most = most
    feed_queue(s, s.edges[s.takers[t].edge].queue, now)


@entry
def index_message_groups(w):
    """Make the table of message groups anew: it is not kept in checkpoints."""
    index_groups(w[0])


@entry
def count_messages(w, found):
    """Messages per queue by looking at every one: found[q, 0] waiting, found[q, 1] taken."""
    s = w[0]
    for m in range(s.n_messages):
        me = s.messages[m]
        if me.state != MESSAGE_FREE:
            found[me.queue, 1 if me.state == HIDDEN else 0] += 1


@settled
@entry
def wake_writes(w, now):
    """What stalled for other members goes on where they answer again or no longer count."""
    s = w[0]
    for i in range(s.n_inst):
        if s.inst[i].stall_head >= 0:
            wake_stalled(s, i)


@settled
@entry
def set_standby(w, primary, standby, role, role_of, now):
    """Primary's synchronous copy is ``standby`` (−1: none); instance ``role_of`` gets ``role``. Stalled writes are looked at again."""
    s = w[0]
    if role_of >= 0:
        s.inst[role_of].role = role
        if role == ROLE_PRIMARY and s.inst[role_of].log >= 0:
            follow(s, role_of, now)
    if s.n_log > 0:
        relink(s, now)
    s.inst[primary].standby = standby
    if s.inst[primary].stall_head >= 0:
        wake_stalled(s, primary)


@entry
def count_open(w):
    """(open client requests, frames in use, open detached calls) by looking at every frame: the other side of the conservation equation."""
    s = w[0]
    roots = 0
    used = 0
    detached = 0
    for f in range(s.n_used):
        fr = s.frames[f]
        if fr.state != FREE:
            used += 1
            if fr.edge == -1 and fr.state != THINK:
                roots += 1
            if is_detached(fr):
                detached += 1
    return roots, used, detached
