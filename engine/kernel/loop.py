"""The event loop: take the earliest event, see whose it is, do what its state says, run everything that became ready."""

from __future__ import annotations

import numpy as np

from engine.kernel.arrivals import ask, launch, next_arrival
from engine.kernel.callee import arrive
from engine.kernel.caller import blame, end_attempt
from engine.kernel.heap import heap_replace_top
from engine.kernel.jit import entry, inner, tiny
from engine.kernel.layout import (
    BACKOFF, FIRST_SOURCE, FIRST_TIMER, FIRST_WIRE, GHOST, ID_BITS, ID_MASK, LOST, OK, REPLY, SERVE, SYNC, THINK, TIMEOUT, TRAVEL,
)  # fmt: skip
from engine.kernel.program import AGAIN, RUN, acknowledged, run
from engine.kernel.wires import release

DONE, SATURATED = 0, 1


@tiny
def drop_top(s):
    """Remove the earliest event."""
    s.heap_n -= 1
    heap_replace_top(s.heap, s.heap_n, s.heap[s.heap_n])


@tiny
def deliver(s, wire_index, who):
    """Take what arrives off its wire; the wire's event moves on to the next frame."""
    wire = s.wires[wire_index]
    f = wire.head
    following = s.frames[f].next
    wire.head = following
    if following >= 0:
        s.frames[following].prev = -1
        heap_replace_top(s.heap, s.heap_n, (s.frames[following].due << ID_BITS) | who)
    else:
        wire.tail = -1
        wire.armed = 0
        drop_top(s)
    return f


@inner
def fire_timer(s, timer_index, who, now):
    """The event of a timeout list: its head gives up if due; then re-arm for whoever is first."""
    timer = s.timers[timer_index]
    f = timer.head
    due = f >= 0 and s.frames[f].due <= now
    if due:
        child = s.frames[f].child
        end_attempt(s, f, TIMEOUT, now)
        if child >= 0:
            s.frames[child].parent = -1  # the work goes on, but nobody waits for it
    if timer.head >= 0:  # before anything new is scheduled: this list's event is still on top
        heap_replace_top(s.heap, s.heap_n, (s.frames[timer.head].due << ID_BITS) | who)
    else:
        timer.armed = 0
        drop_top(s)
    if due:
        run(s, f, TIMEOUT, now)


@inner
def happen(s, f, now):
    """The event of an ordinary frame; its state says what it means."""
    fr = s.frames[f]
    state = fr.state
    if state == TRAVEL:
        if arrive(s, f, now):
            run(s, f, RUN, now)
    elif state == SERVE:
        fr.pc = s.steps[fr.pc].on_ok
        run(s, f, RUN, now)
    elif state == REPLY:
        p, outcome, first = fr.parent, fr.status, fr.first
        e = fr.edge
        release(s, f)
        if p >= 0:
            end_attempt(s, p, outcome, now)
            if outcome != OK:
                blame(s.frames[p], e, outcome, first)
            run(s, p, outcome, now)
    elif state == BACKOFF:
        run(s, f, AGAIN, now)
    elif state == SYNC:
        if acknowledged(s, f):
            fr.pc = s.steps[fr.pc].on_ok
            run(s, f, RUN, now)
    elif state == THINK:
        ask(s, f, now)
    elif state == LOST or state == GHOST:
        release(s, f)


@inner
def run_ready(s, now):
    """Everything that got a slot, or started, in this instant; more may become ready meanwhile."""
    while s.ready_head >= 0:
        f = s.ready_head
        s.ready_head = s.frames[f].next
        if s.ready_head < 0:
            s.ready_tail = -1
        run(s, f, RUN, now)


@entry
def advance(w, until):
    """Process every event before ``until`` (ticks). SATURATED when the frames are nearly used up; the state stays consistent."""
    s = w[0]
    limit = until << ID_BITS
    while s.heap_n > 0:
        top = s.heap[0]
        if top >= limit:
            break
        if s.in_use > s.limit:
            return SATURATED
        now = top >> ID_BITS
        who = top & ID_MASK
        s.now = now
        s.n_events += 1
        if who < FIRST_WIRE:
            drop_top(s)
            happen(s, who, now)
        elif who < FIRST_TIMER:
            happen(s, deliver(s, who - FIRST_WIRE, who), now)
        elif who < FIRST_SOURCE:
            fire_timer(s, who - FIRST_TIMER, who, now)
        else:
            launch(s, who - FIRST_SOURCE, now)
            heap_replace_top(s.heap, s.heap_n, (next_arrival(s, who - FIRST_SOURCE) << ID_BITS) | who)
        run_ready(s, now)
    s.now = max(s.now, until)
    return np.int64(DONE)
