"""What the control plane and the faults may do to the data plane between two advances. Each call leaves the world consistent."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.kernel.arrivals import arrival_instant, expected_by, next_arrival, think
from engine.kernel.breakers import close_breaker
from engine.kernel.caches import forget
from engine.kernel.callee import reply, vanish
from engine.kernel.caller import called_edge, forget_call, leave_children
from engine.kernel.commits import wake_stalled
from engine.kernel.connections import reconnect
from engine.kernel.copies import has_survivors
from engine.kernel.deliveries import forget_deliveries, lose_deliveries
from engine.kernel.detached import is_detached
from engine.kernel.fetches import fetch_dies
from engine.kernel.forks import kill_helper
from engine.kernel.heap import heap_change
from engine.kernel.jit import entry, inner, tiny
from engine.kernel.layout import (
    ALIVE, AWAITING, BACKOFF, CALLING, DEAD_REFUSED, DETACHED, ENDED, FIRST_SOURCE, FREE, GHOST, HELPER, HIDDEN, ID_BITS, ID_MASK, JOINED,
    JOINING,
    MESSAGE_FREE, REFUSED, ROLE_PRIMARY, SERVE, SYNC, THINK, WAIT,
)  # fmt: skip
from engine.kernel.loop import advance
from engine.kernel.messages import index_groups
from engine.kernel.pollers import let_poller_go
from engine.kernel.queues import feed_queue
from engine.kernel.records import leave_joined, stop_leading, wake_orphans
from engine.kernel.rng import ZERO, draw_u64
from engine.kernel.sessions import lose_sessions
from engine.kernel.slots import count_busy
from engine.kernel.stores import follow, relink
from engine.kernel.traces import span_ends
from engine.kernel.wires import NOBODY, allocate, at, lose_in_flight, replace_child


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


@inner
def reset_callers(s, i, now):
    """A process that dies forgets what it kept about its calls: open requests and breakers."""
    for e in range(s.n_edge):
        ed = s.edges[e]
        j = i - ed.caller_first
        if j >= 0 and j < s.nodes[s.inst[ed.caller_first].node].count:
            site = s.sites[ed.first_site + j]
            site.inflight = 0
            close_breaker(ed, site, now)
            if ed.pooled:
                reconnect(s, ed, i, NOBODY)


@inner
def kill_frame(s, f, answered, now):
    """Frame f dies with its instance; its caller gets a reset when ``answered``, else nothing."""
    fr = s.frames[f]
    if fr.state == CALLING or fr.state == BACKOFF:
        s.edges[called_edge(s, fr)].n_abandoned += 1
    if fr.state == CALLING:
        leave_children(s, f)
        forget_call(s, f)
    if fr.state == JOINED:
        leave_joined(s, f)
    else:
        stop_leading(s, f)
    if fr.state == SERVE or fr.state == BACKOFF or fr.state == SYNC:  # its event is pending and will free it
        p = fr.parent
        e, i = fr.edge, fr.inst
        fr.parent = -1
        fr.state = GHOST
        if answered and fr.span >= 0:
            span_ends(s, fr.span, REFUSED, NOBODY, now)
        if p >= 0:
            if answered:
                r = allocate(s)
                fresh = s.frames[r]
                fresh.parent = p
                fresh.inst = i
                fresh.edge = e
                fresh.key = fr.key
                fresh.span = fr.span
                replace_child(s, p, f, r)
                reply(s, r, REFUSED, now)
            else:
                replace_child(s, p, f, NOBODY)
    elif answered:
        reply(s, f, REFUSED, now)
    else:
        vanish(s, f)


@tiny
def is_there(state):
    """Whether a frame in this state is at its instance, and dies with it."""
    return (state >= WAIT and state <= JOINED) or (state >= JOINING and state <= ENDED) or state == AWAITING


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
        if s.n_queue > 0:
            forget_deliveries(s, i)
        count_busy(ins, -ins.busy, now)
        ins.head = -1
        ins.tail = -1
        ins.queued = 0
        ins.stall_head = -1
        ins.hung_head = 0
        ins.bottom = 0
        ins.top = 0
        for f in range(s.n_used):
            fr = s.frames[f]
            if fr.inst == i and is_there(fr.state):
                fr.first = -1
                if ins.memory >= 0:
                    fetch_dies(s, f)
                if fr.edge == HELPER or fr.edge == DETACHED:
                    s.n_detached_ended += 1 if fr.edge == DETACHED else 0
                    kill_helper(s, f)
                else:
                    ins.n_killed += 1
                    if fr.parent < NOBODY:  # a delivery: it answers to nobody, and its messages reappear by themselves
                        let_poller_go(s, fr.edge)
                        fr.parent = NOBODY
                    kill_frame(s, f, how == DEAD_REFUSED, now)
        reset_callers(s, i, now)
        if ins.memory >= 0 and not has_survivors(s, ins):
            forget(s, ins.memory, True)
        if ins.keeper:
            lose_sessions(s, i)
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
