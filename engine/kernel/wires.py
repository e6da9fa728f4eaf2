"""Everything that waits for time to pass: the event heap, network wires and timeout lists.

Delays of one wire, and timeouts of one length, are all equal, so appending keeps their lists sorted and only the head needs a place in
the heap. In the heap themselves, timeouts cost half as much again as everything else together.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.heap import heap_push
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    ANSWER, CANCEL, FIRST_TIMER, FIRST_WIRE, FREE, ID_BITS, LOST, LOST_MESSAGES, REPLY, REQUEST, TRAVEL,
)  # fmt: skip
from engine.kernel.rng import FOR_JITTER, FOR_LOSS, ZERO, counter, uniform

NOBODY = np.int64(-1)  # no parent. A delivery's parent is −2 − message: it answers to a message, not to a frame
WORD = np.int64(2)  # a third direction, for draws only


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
    s.frames[f].lane = timer
    append(s, s.timers[timer], f, FIRST_TIMER + timer, now)


@tiny
def stop_timer(s, f):
    """The answer came: take the caller off its timeout list. The list's event stays and re-arms for whoever is first then."""
    fr = s.frames[f]
    lane = s.timers[fr.lane]
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
    if s.rough:
        return cross(s, f, e, direction, a, b, now)
    wire = s.wire_of[a, b]
    append(s, s.wires[wire], f, FIRST_WIRE + wire, now)
    return True


@inner
def cross(s, f, e, direction, a, b, now):
    """The same over a network with cuts, losses, added delays or jitter."""
    if s.cuts and is_cut(s, e, direction, a, b):
        return False
    if loses(s, f, e, direction, a, b):
        if s.frames[f].state != CANCEL:
            s.extras[e, LOST_MESSAGES] += 1
        return False
    extra = added(s, f, e, direction, a, b)
    if extra == 0:
        wire = s.wire_of[a, b]
        append(s, s.wires[wire], f, FIRST_WIRE + wire, now)
    else:  # delays of their own, so not in a list
        at(s, now + s.lat[a, b] + extra, f)
    return True


@tiny
def draw_of(s, f, direction):
    """Which of a frame's messages this is, for its draws: request, answer, or word that it is cancelled."""
    return direction if s.frames[f].state != CANCEL else WORD


@tiny
def loses(s, f, e, direction, a, b):
    """Whether a lossy edge or path loses the message."""
    share = s.edges[e].lose_request if direction == REQUEST else s.edges[e].lose_answer
    share = 1.0 - (1.0 - share) * (1.0 - s.path_loss[a, b])
    return share > 0.0 and uniform(s.frames[f].key, counter(FOR_LOSS, draw_of(s, f, direction), ZERO)) < share


@tiny
def added(s, f, e, direction, a, b):
    """Ticks a message takes longer than the design's one-way time; negative where jitter makes it faster."""
    extra = s.edges[e].add
    half = extra >> 1 if direction == REQUEST else extra - (extra >> 1)
    extra = half + s.path_add[a, b]
    if s.jitter > 0.0:
        u = uniform(s.frames[f].key, counter(FOR_JITTER, draw_of(s, f, direction), ZERO))
        extra += np.int64(s.lat[a, b] * (s.jitter * (2.0 * u - 1.0)))
    return extra


@tiny
def count_message(s, e, direction, origin, destination, now):
    """One more message over edge e, by the kind of its way."""
    if now >= s.warmup:
        s.carried[e, direction * 4 + s.hop_of[s.inst[origin].place, s.inst[destination].place]] += 1


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
    fr.span = -1
    fr.session = -1
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
