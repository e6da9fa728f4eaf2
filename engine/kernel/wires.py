"""Everything that waits for time to pass: the event heap, network wires and timeout lists.

Delays of one wire, and timeouts of one length, are all equal, so appending keeps their lists sorted and only the head needs a place in
the heap. In the heap themselves, timeouts cost half as much again as everything else together.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.heap import heap_push
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    ANSWER, CANCEL, FIRST_TIMER, FIRST_WIRE, FREE, ID_BITS, LOST, REPLY, REQUEST, TRAVEL,
)  # fmt: skip

NOBODY = np.int64(-1)  # no parent. A delivery's parent is −2 − message: it answers to a message, not to a frame


@tiny
def at(s, time, who):
    """Schedule the event of ``who``."""
    heap_push(s.heap, s.heap_n, (time << ID_BITS) | who)
    s.heap_n += 1


@tiny
def append(s, lane, f, who, now):
    """Frame f falls due one lane delay from now."""
    fr = s.frames[f]
    fr.due = now + lane.delay
    fr.next = -1
    fr.prev = lane.tail
    if lane.tail >= 0:
        s.frames[lane.tail].next = f
    else:
        lane.head = f
    lane.tail = f
    if not lane.armed:
        lane.armed = 1
        at(s, fr.due, who)


@tiny
def start_timer(s, timer, f, now):
    """The caller f gives up one timeout from now, unless `stop_timer` comes first."""
    append(s, s.timers[timer], f, FIRST_TIMER + timer, now)


@tiny
def stop_timer(s, timer, f):
    """The answer came: take the caller off its timeout list. The list's event stays and re-arms for whoever is first then."""
    lane = s.timers[timer]
    fr = s.frames[f]
    if fr.prev >= 0:
        s.frames[fr.prev].next = fr.next
    else:
        lane.head = fr.next
    if fr.next >= 0:
        s.frames[fr.next].prev = fr.prev
    else:
        lane.tail = fr.prev


@tiny
def is_cut(s, e, direction, a, b):
    """Whether nothing from place a reaches place b on this edge and in this direction."""
    ed = s.edges[e]
    return (ed.cut_request if direction == REQUEST else ed.cut_answer) != 0 or s.path_cut[a, b] != 0


@tiny
def send(s, f, e, direction, origin, destination, now):
    """Frame f crosses the network between two instances; False when it is lost on the way (the sender does not learn of it)."""
    a = s.inst[origin].place
    b = s.inst[destination].place
    if s.cuts and is_cut(s, e, direction, a, b):
        return False
    extra = s.edges[e].add
    if extra == 0:
        wire = s.wire_of[a, b]
        append(s, s.wires[wire], f, FIRST_WIRE + wire, now)
    else:  # delays of their own, so not in a list
        half = extra >> 1 if direction == REQUEST else extra - (extra >> 1)
        at(s, now + s.lat[a, b] + half, f)
    return True


@tiny
def allocate(s):
    """A fresh frame."""
    f = s.free
    if f >= 0:
        s.free = s.frames[f].next
    else:
        f = s.n_used
        s.n_used += 1
    s.in_use += 1
    fr = s.frames[f]
    fr.child = -1
    fr.first = -1
    fr.tries = 0
    fr.call = -1
    fr.group = -1
    fr.degraded = 0
    return f


@tiny
def replace_child(s, p, f, by):
    """Caller p waits for frame ``by`` instead of f; −1: for nothing but its timeout."""
    if s.frames[p].child == f:
        s.frames[p].child = by
    else:
        s.frames[p].twin = by


@tiny
def drop_record(s, r):
    """One reference less to the record of a call; without any it is free, and its ``refs`` names the next free one."""
    record = s.calls[r]
    record.refs -= 1
    if record.refs == 0:
        record.refs = s.free_call
        s.free_call = r


@tiny
def release(s, f):
    """Give a frame back."""
    fr = s.frames[f]
    if fr.call >= 0:
        drop_record(s, fr.call)
    if fr.group >= 0:
        drop_record(s, fr.group)
    fr.state = FREE
    fr.next = s.free
    s.free = f
    s.in_use -= 1


@tiny
def make_ready(s, f):
    """Frame f continues its program in this very instant, after those already waiting to."""
    s.frames[f].next = -1
    if s.ready_tail >= 0:
        s.frames[s.ready_tail].next = f
    else:
        s.ready_head = f
    s.ready_tail = f


@inner
def lose_in_flight(s):
    """A cut began: requests and answers that are on a wire now cut never arrive."""
    for f in range(s.n_used):
        fr = s.frames[f]
        if fr.state == TRAVEL:
            if is_cut(s, fr.edge, REQUEST, s.inst[fr.origin].place, s.inst[fr.inst].place):
                if fr.parent >= 0:
                    replace_child(s, fr.parent, f, NOBODY)
                fr.parent = -1
                fr.state = LOST
        elif fr.state == REPLY and fr.parent >= 0:
            caller = s.frames[fr.parent]
            if is_cut(s, fr.edge, ANSWER, s.inst[fr.inst].place, s.inst[caller.inst].place):
                replace_child(s, fr.parent, f, NOBODY)
                fr.parent = -1
                fr.state = LOST
        elif fr.state == CANCEL and is_cut(s, fr.edge, REQUEST, s.inst[fr.origin].place, s.inst[fr.inst].place):
            fr.state = LOST
