"""Caches: what an instance holds of which key and until when, least recently used first out.

Every instance has a row for each key of the population, linked in order of use. A read-through cache runs look up → call → fill itself; of
a cache that only remembers (cache-aside) its caller asks for one verb at a time, each a program of its own.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.copies import DROPPED, lacks_latest, note_change
from engine.kernel.fetches import must_wait, refresh, share
from engine.kernel.flushes import carry, flush_evicted, flushed, keep, lose_unflushed
from engine.kernel.jit import entry, inner, tiny
from engine.kernel.layout import (
    FOREVER, MISSED, OP_CARRY, OP_COALESCE, OP_DROP, OP_FILL, OP_FLUSHED, OP_GIVE_UP, OP_KEEP, OP_LOOKUP, OP_MISS, OP_WRITES,
    ROLE_PRIMARY,
)  # fmt: skip
from engine.kernel.rng import ZERO, counter, uniform
from engine.kernel.subjects import is_write, passes_caches

FOR_HIT = np.int64(64)
NOBODY = np.int64(-1)


@inner
def remember(s, f, step, now):
    """A step of a cache's program, or of a service that looks something up; it takes no time. True when the request waits for another."""
    fr = s.frames[f]
    op = step.op
    if op == OP_COALESCE:
        return must_wait(s, f, step)
    if op == OP_WRITES:
        fr.pc = step.on_fail if passes_caches(s, fr) or (step.entry and is_write(s, fr)) else step.on_ok
    elif op == OP_MISS:
        fr.first = MISSED
        fr.pc = step.on_ok
    else:
        m = s.inst[fr.inst].memory
        fr.pc = step.on_ok
        if op == OP_LOOKUP:
            if not look_up(s, m, f, now):
                fr.pc = step.on_fail
        elif op == OP_FILL:
            if s.inst[fr.inst].role <= ROLE_PRIMARY and put(s, m, fr.subject, now):
                note_change(s, s.inst[fr.inst], fr.subject, now)
            share(s, f, True)
        elif op == OP_DROP:
            if s.inst[fr.inst].role <= ROLE_PRIMARY and drop(s, m, fr.subject):
                note_change(s, s.inst[fr.inst], fr.subject, now)
        elif op == OP_KEEP:
            if fr.subject >= 0:
                put(s, m, fr.subject, now)
                keep(s, f, now)
            else:
                fr.pc = step.on_fail
        elif op == OP_CARRY:
            if not carry(s, f):
                fr.pc = step.on_fail
        elif op == OP_FLUSHED:
            flushed(s, f, step.status, now)
        elif op == OP_GIVE_UP:
            share(s, f, False)
        else:  # OP_STALE
            share(s, f, False)
            if passes_caches(s, fr) or not still_good(s, m, fr.subject, now):
                fr.pc = step.on_fail
    return False


@inner
def look_up(s, m, f, now):
    """Whether memory m has the key, fresh or not yet too old; using it makes it the most recent."""
    fr = s.frames[f]
    mem = s.memories[m]
    if mem.hit_ratio >= 0.0:
        hit = uniform(fr.key, counter(FOR_HIT, ZERO, ZERO)) < mem.hit_ratio
    elif fr.subject < 0:
        hit = False
    else:
        k = mem.first + fr.subject
        hit = s.entries[k].held == 1 and now < s.entries[k].until + mem.revalidate
        if hit:
            unlink(s, mem, k)
            push(s, mem, k)
            if now >= s.entries[k].until:
                mem.n_stale += 1
                refresh(s, f)
        if lacks_latest(s, fr.inst, fr.subject, now):
            s.inst[fr.inst].n_stale += 1
            hit = s.entries[k].until == DROPPED
    if hit:
        mem.n_hits += 1
    else:
        mem.n_misses += 1
    return hit


@tiny
def still_good(s, m, subject, now):
    """Whether an expired value may be given out because a new one cannot be had."""
    mem = s.memories[m]
    if subject < 0 or mem.hit_ratio >= 0.0 or mem.grace <= 0:
        return False
    e = s.entries[mem.first + subject]
    if e.held == 1 and now < e.until + mem.grace:
        mem.n_stale += 1
        return True
    return False


@inner
def put(s, m, subject, now):
    """The key is here from now on, for one time to live; the least recently used goes when there is no room. False when nothing is kept."""
    mem = s.memories[m]
    if subject < 0 or mem.hit_ratio >= 0.0:
        return False
    k = mem.first + subject
    if s.entries[k].held == 1:
        unlink(s, mem, k)
    elif mem.held == mem.capacity:
        oldest = mem.tail
        unlink(s, mem, oldest)
        s.entries[oldest].held = 0
        mem.n_evicted += 1
        if mem.backlogs >= 0:
            flush_evicted(s, m, oldest - mem.first)
    else:
        mem.held += 1
    s.entries[k].held = 1
    s.entries[k].until = now + lifetime(mem)
    push(s, mem, k)
    return True


@tiny
def lifetime(mem):
    """Ticks a key is fresh after it was kept."""
    return mem.ttl if mem.ttl > 0 else 2 * FOREVER


@tiny
def drop(s, m, subject):
    """The key is not here any more. False when it was not."""
    mem = s.memories[m]
    if subject < 0 or mem.hit_ratio >= 0.0:
        return False
    k = mem.first + subject
    if s.entries[k].held == 0:
        return False
    unlink(s, mem, k)
    s.entries[k].held = 0
    s.entries[k].until = DROPPED
    mem.held -= 1
    return True


@tiny
def unlink(s, mem, k):
    """Take entry k out of the order of use."""
    e = s.entries[k]
    if e.prev >= 0:
        s.entries[e.prev].next = e.next
    else:
        mem.head = e.next
    if e.next >= 0:
        s.entries[e.next].prev = e.prev
    else:
        mem.tail = e.prev


@tiny
def push(s, mem, k):
    """Entry k is the most recently used."""
    e = s.entries[k]
    e.prev = NOBODY
    e.next = mem.head
    if mem.head >= 0:
        s.entries[mem.head].prev = k
    else:
        mem.tail = k
    mem.head = k


@inner
def forget(s, m, dies):
    """Everything is gone. ``dies``: and whoever worked on it too."""
    mem = s.memories[m]
    if mem.backlogs >= 0:
        lose_unflushed(s, m, dies)
    k = mem.head
    first = s.now
    gone = mem.t_lost
    while k >= 0:
        e = s.entries[k]
        e.held = 0
        if mem.keeps and s.now < e.until:
            mem.t_lost += 1
            first = min(first, e.until - lifetime(mem))
        k = e.next
    if mem.t_lost > gone and mem.keeps:
        mem.lost_since = first
        mem.n_lost += mem.t_lost - gone
        mem.n_kept += mem.t_lost - gone
    mem.head = NOBODY
    mem.tail = NOBODY
    mem.held = ZERO


@entry
def flush(w, i):
    """Instance i loses what it remembers."""
    s = w[0]
    if s.inst[i].memory >= 0 and s.inst[i].role <= ROLE_PRIMARY:
        forget(s, s.inst[i].memory, False)


@entry
def collect_memories(w, row, hits, misses, held, counts, unflushed):
    """Move the hits and misses of the second that ends now, how much is held, how many writes wait, and the
    `series.CACHE_COUNTS`, into row ``row``."""
    s = w[0]
    for m in range(s.n_memory):
        mem = s.memories[m]
        hits[row, m] = mem.n_hits
        misses[row, m] = mem.n_misses
        held[row, m] = mem.held
        mem.n_hits = 0
        mem.n_misses = 0
        counts[row, m, 0] = mem.n_coalesced
        counts[row, m, 1] = mem.n_stale
        counts[row, m, 2] = mem.n_refreshes
        counts[row, m, 3] = mem.n_flushed
        counts[row, m, 4] = mem.n_lost
        unflushed[row, m] = mem.n_kept - mem.t_flushed - mem.t_lost
        mem.n_refreshes = 0
        mem.n_flushed = 0
        mem.n_lost = 0
        mem.n_coalesced = 0
        mem.n_stale = 0
