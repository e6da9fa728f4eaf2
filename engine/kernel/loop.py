"""The event loop: take the earliest event, see whose it is, do what its state says, run everything that became ready."""

from __future__ import annotations

import numpy as np

from engine.kernel.arrivals import ask, launch, next_arrival
from engine.kernel.callee import arrive
from engine.kernel.caller import blame, end_attempt, let_go, note
from engine.kernel.cancels import abandon, cancelled
from engine.kernel.commits import acknowledged
from engine.kernel.heap import heap_replace_top
from engine.kernel.hedges import first_of_two, hedge, hedge_is_due, hedge_timed_out
from engine.kernel.jit import entry, inner, tiny
from engine.kernel.layout import (
    BACKOFF, CANCEL, DETACHED, FIRST_QUEUE, FIRST_SOURCE, FIRST_TIMER, FIRST_WIRE, GHOST, ID_BITS, ID_MASK, LOST, MISSED, MOST_MESSAGES,
    OK, REPLY, SERVE, SYNC, THINK, TIMEOUT, TRAVEL,
)  # fmt: skip
from engine.kernel.program import AGAIN, RUN, run
from engine.kernel.queues import feed_hungry
from engine.kernel.ties import collect, is_tie, line_up, next_turn
from engine.kernel.topics import is_away, park
from engine.kernel.visibility import look_after, settle
from engine.kernel.traces import span_answered, spans_time_out
from engine.kernel.wires import NOBODY, at, release, stop_timer

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
    """The event of a timeout list: its head hedges or gives up if due; then re-arm for whoever is first."""
    timer = s.timers[timer_index]
    f = timer.head
    due = f >= 0 and s.frames[f].due <= now
    hedging = due and hedge_is_due(s.frames[f])
    if due:
        stop_timer(s, f)
    if timer.head >= 0:  # before anything new is scheduled: this list's event is still on top
        heap_replace_top(s.heap, s.heap_n, (s.frames[timer.head].due << ID_BITS) | who)
    else:
        timer.armed = 0
        drop_top(s)
    if hedging:
        hedge(s, f, now)
    elif due:
        give_up(s, f, now)
        run(s, f, TIMEOUT, now)


@tiny
def give_up(s, f, now):
    """Nothing came in time for caller f, already off its timeout list."""
    fr = s.frames[f]
    row = fr.origin
    if fr.span >= 0:
        spans_time_out(s, fr, now)
    let_go(s, row, fr.inst)
    note(s, fr, row, TIMEOUT, now)
    abandon(s, fr.child, s.targets[row].edge, fr.inst, now)
    if fr.second >= 0:
        hedge_timed_out(s, f, now)
    fr.child = -1


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
        e, degraded, key = fr.edge, fr.degraded, fr.key
        if fr.span >= 0 and p >= 0:
            span_answered(s, fr.span, outcome, now)
        release(s, f)
        if p >= 0:
            caller = s.frames[p]
            if caller.second >= 0:
                if not first_of_two(s, p, caller.child == f, outcome, first, now):
                    return
            else:
                end_attempt(s, p, outcome, now)
            if outcome != OK:
                blame(caller, e, outcome, first)
            else:
                if degraded:
                    caller.degraded = 1
                if first == MISSED:
                    caller.first = MISSED
            run(s, p, outcome, now)
        elif p < NOBODY:
            settle(s, e, -2 - p, key, now)
    elif state == BACKOFF:
        if fr.edge == DETACHED and is_away(s, fr):
            park(s, f)
        else:
            run(s, f, AGAIN, now)
    elif state == SYNC:
        if acknowledged(s, f):
            fr.pc = s.steps[fr.pc].on_ok
            run(s, f, RUN, now)
    elif state == THINK:
        ask(s, f, now)
    elif state == LOST or state == GHOST:
        release(s, f)
    elif state == CANCEL:
        cancelled(s, f, now)


@inner
def run_ready(s, now):
    """Everything that got a slot, or started, in this instant; more may become ready meanwhile. Then idle consumers look for messages."""
    while s.ready_head >= 0:
        f = s.ready_head
        s.ready_head = s.frames[f].next
        if s.ready_head < 0:
            s.ready_tail = -1
        run(s, f, RUN, now)
    if s.hungry_head >= 0:
        feed_hungry(s, now)


@inner
def take_turns(s, f, now):
    """Frame f and others have events in this tick: by lot, whatever each makes ready right after it. Once the frames are nearly used up
    the rest stay events: more can wait in one tick than there are frames left for what they do."""
    line_up(s, f)
    collect(s, now)
    while s.n_turns > 0 and not is_saturated(s):
        happen(s, next_turn(s), now)
        run_ready(s, now)
        collect(s, now)
    while s.n_turns > 0:
        s.n_events -= 1
        at(s, now, next_turn(s))


@tiny
def is_saturated(s):
    """Whether more is in flight, or in queues, than a run may have."""
    return s.in_use > s.limit or s.messages_in_use > MOST_MESSAGES


@entry
def advance(w, until):
    """Process every event before ``until`` (ticks). SATURATED when the frames are nearly used up; the state stays consistent."""
    s = w[0]
    limit = until << ID_BITS
    while True:
        run_ready(s, s.now)  # of the last event, or of what a door did
        if s.heap_n == 0:
            break
        top = s.heap[0]
        if top >= limit:
            break
        if is_saturated(s):
            return SATURATED
        now = top >> ID_BITS
        who = top & ID_MASK
        s.now = now
        s.n_events += 1
        if who < FIRST_WIRE:
            drop_top(s)
            if is_tie(s, now):
                take_turns(s, who, now)
            else:
                happen(s, who, now)
        elif who < FIRST_TIMER:
            happen(s, deliver(s, who - FIRST_WIRE, who), now)
        elif who < FIRST_SOURCE:
            fire_timer(s, who - FIRST_TIMER, who, now)
        elif who < FIRST_QUEUE:
            launch(s, who - FIRST_SOURCE, now)
            heap_replace_top(s.heap, s.heap_n, (next_arrival(s, who - FIRST_SOURCE) << ID_BITS) | who)
        else:
            drop_top(s)
            look_after(s, who - FIRST_QUEUE, now)
    s.now = max(s.now, until)
    return np.int64(DONE)
