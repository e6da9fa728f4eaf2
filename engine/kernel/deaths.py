"""An instance dies: what is in service and waiting there is lost, and it forgets what it knew about its own calls.

Those who wait for it get a reset, or nothing at all. Frames that die together are answered by lot (`kernel.ties`).
"""

from __future__ import annotations

from engine.kernel.breakers import close_breaker
from engine.kernel.caches import forget
from engine.kernel.callee import reply, vanish
from engine.kernel.caller import called_edge, forget_call, leave_children
from engine.kernel.connections import reconnect
from engine.kernel.copies import has_survivors
from engine.kernel.deliveries import forget_deliveries
from engine.kernel.fetches import fetch_dies
from engine.kernel.forks import kill_helper
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    AWAITING, BACKOFF, CALLING, DETACHED, ENDED, GHOST, HEADROOM, HELPER, JOINED, JOINING, REFUSED, SERVE, SYNC, WAIT,
)  # fmt: skip
from engine.kernel.pollers import let_poller_go
from engine.kernel.records import leave_joined, stop_leading
from engine.kernel.sessions import lose_sessions
from engine.kernel.slots import count_busy
from engine.kernel.ties import line_up, next_turn
from engine.kernel.traces import span_ends
from engine.kernel.wires import NOBODY, allocate, replace_child


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
            site.opened = 0  # that of a new process never has
            if ed.pooled:
                reconnect(s, ed, i, NOBODY)


@inner
def kill_frame(s, f, answered, now):
    """Frame f dies with its instance; its caller gets a reset when ``answered``, else nothing. There is none either when so many die at
    once that no frame is left for it: the run is saturated then and ends here."""
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
            if answered and s.in_use < s.limit + HEADROOM:
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


@inner
def lose_work(s, i, answered, now):
    """All that instance i was working on or had waiting is lost."""
    ins = s.inst[i]
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
        if s.frames[f].inst == i and is_there(s.frames[f].state):
            line_up(s, f)
    while s.n_turns > 0:
        f = next_turn(s)
        if is_there(s.frames[f].state):  # a helper goes with its request
            lose_frame(s, f, ins, answered, now)
    reset_callers(s, i, now)
    if ins.memory >= 0 and not has_survivors(s, ins):
        forget(s, ins.memory, True)
    if ins.keeper:
        lose_sessions(s, i)


@inner
def lose_frame(s, f, ins, answered, now):
    """One of them: a request, a delivery, or a helper of one."""
    fr = s.frames[f]
    fr.first = -1
    if ins.memory >= 0:
        fetch_dies(s, f)
    if fr.edge == HELPER or fr.edge == DETACHED:
        s.n_detached_ended += 1 if fr.edge == DETACHED else 0
        kill_helper(s, f)
        return
    ins.n_killed += 1
    if fr.parent < NOBODY:  # a delivery: it answers to nobody, and its messages reappear by themselves
        let_poller_go(s, fr.edge)
        fr.parent = NOBODY
    kill_frame(s, f, answered, now)
