"""Giving up: the work nobody waits for goes on, unless the edge cancels it; then word of it travels down the whole chain of calls.

The word crosses the network like any request, so a partition stops it and the work goes on for as long as it takes.
"""

from __future__ import annotations

from engine.kernel.breakers import give_place_back
from engine.kernel.caller import called_edge, forget_call, site_of
from engine.kernel.fetches import leave_fetch
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import AWAITING, BACKOFF, CALLING, CANCEL, GHOST, JOINED, JOINING, LOST, ON_DEMAND, REQUEST, SERVE, TRAVEL, WAIT
from engine.kernel.records import leave_joined, stop_leading, wake_orphans
from engine.kernel.slots import free_slot, leave_queue
from engine.kernel.wires import allocate, release, send


@tiny
def abandon(s, c, e, caller, now):
    """The caller instance no longer waits for frame c (−1: there is none any more); over edge e it may say so."""
    if c >= 0:
        s.frames[c].parent = -1
        if s.edges[e].cancel:
            send_cancel(s, c, caller, now)


@inner
def send_cancel(s, c, caller, now):
    """Word to frame c that nobody waits for it."""
    m = allocate(s)
    message, work = s.frames[m], s.frames[c]
    message.parent = -1
    message.child = c
    message.key = work.key  # frames are used again: it must still be the same one
    message.edge = work.edge
    message.inst = work.inst
    message.origin = caller
    message.state = CANCEL
    if not send(s, m, work.edge, REQUEST, caller, work.inst, now):
        release(s, m)


@inner
def cancelled(s, m, now):
    """Word m arrives: the work it is about ends where it is, and its slot and its own calls with it. A write being replicated goes on, and
    so does a function: nobody tells it."""
    c, key = s.frames[m].child, s.frames[m].key
    release(s, m)
    fr = s.frames[c]
    state, i = fr.state, fr.inst
    if fr.key != key or fr.parent >= 0 or (s.inst[i].gate == ON_DEMAND and state != TRAVEL):
        return
    if state == TRAVEL:  # overtaken: freed when it arrives
        fr.state = LOST
    elif state == WAIT:
        leave_queue(s, s.inst[i], c)
        s.inst[i].n_cancelled += 1
        release(s, c)
    elif state == SERVE or state == CALLING or state == BACKOFF or state == JOINED or state == JOINING or state == AWAITING:
        s.inst[i].n_cancelled += 1
        stop(s, c, now)


@inner
def stop(s, c, now):
    """Frame c stops working, and gives its slot to the next."""
    fr = s.frames[c]
    state, i, holds = fr.state, fr.inst, s.steps[fr.pc].holds
    if state == JOINED:
        leave_joined(s, c)
    else:
        stop_leading(s, c)
        if s.orphans:
            wake_orphans(s, fr.group)
    leave_fetch(s, c)
    if state == JOINING:
        j = fr.child
        b = s.frames[j].child
        while b >= 0:
            following = s.frames[b].born
            end_work(s, b, now)
            b = following
        release(s, j)
    end_work(s, c, now)
    if holds:
        free_slot(s, i, now)


@inner
def end_work(s, f, now):
    """Frame f is over, with the call it makes."""
    fr = s.frames[f]
    state = fr.state
    if state == CALLING or state == BACKOFF:
        s.edges[called_edge(s, fr)].n_abandoned += 1
    if state == CALLING:
        stop_calling(s, f, now)
    if state == SERVE or state == BACKOFF:  # its event is pending and will free it
        fr.state = GHOST
    else:
        release(s, f)


@inner
def stop_calling(s, c, now):
    """Frame c gives up its call; what it called is told too, whether or not that edge cancels by itself."""
    fr = s.frames[c]
    e = s.targets[fr.origin].edge
    child, second, twin = fr.child, fr.second, fr.twin
    forget_call(s, c)
    give_place_back(s.edges[e], site_of(s, s.edges[e], fr.inst))
    if child >= 0:
        s.frames[child].parent = -1
        send_cancel(s, child, fr.inst, now)
    if second >= 0 and twin >= 0:
        s.frames[twin].parent = -1
        send_cancel(s, twin, fr.inst, now)
    fr.second = -1
