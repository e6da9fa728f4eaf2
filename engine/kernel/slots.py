"""The slots of an instance and the queue in front of them."""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import tiny
from engine.kernel.wires import NOBODY, make_ready

ONE_MORE, ONE_LESS = np.int64(1), np.int64(-1)  # typed, because every literal argument compiles a version of its own


@tiny
def count_busy(ins, change, now):
    """Close the stretch of constant occupancy that ends now, then change the number of busy slots."""
    ins.busy_sum += ins.busy * (now - ins.busy_t)
    ins.busy_t = now
    ins.busy += change


@tiny
def enqueue(s, ins, f):
    """Frame f waits at the end of the queue, or at its head where the latest is served next. ``prev`` means nothing for the head."""
    if ins.lifo:
        after = ins.head
        s.frames[f].next = after
        if after < 0:
            ins.tail = f
        else:
            s.frames[after].prev = f
        ins.head = f
    else:
        s.frames[f].next = -1
        s.frames[f].prev = ins.tail
        if ins.tail >= 0:
            s.frames[ins.tail].next = f
        else:
            ins.head = f
        ins.tail = f
    ins.queued += 1
    if ins.queued > ins.peak:
        ins.peak = ins.queued


@tiny
def get_hungry(s, i):
    """Instance i has a free slot and consumes message queues: it looks for work once this instant's frames have run."""
    ins = s.inst[i]
    if not ins.hungry:
        ins.hungry = 1
        ins.hungry_next = s.hungry_head
        s.hungry_head = i


@tiny
def free_slot(s, i, now):
    """A slot became free: the first in the queue takes it over in the same instant, else it idles."""
    ins = s.inst[i]
    f = ins.head
    if f < 0:
        count_busy(ins, ONE_LESS, now)
        if ins.n_pulls > 0:
            get_hungry(s, i)
        return
    ins.head = s.frames[f].next
    if ins.head < 0:
        ins.tail = -1
    ins.queued -= 1
    s.frames[f].born = now
    make_ready(s, f)


@tiny
def leave_queue(s, ins, f):
    """Frame f waits no longer."""
    before, after = s.frames[f].prev, s.frames[f].next
    if ins.head == f:
        ins.head = after
    else:
        s.frames[before].next = after
    if ins.tail == f:
        ins.tail = before if ins.head >= 0 else NOBODY
    else:
        s.frames[after].prev = before
    ins.queued -= 1
