"""Coalescing: of the requests that miss one key at one cache instance at the same time, one fetches it and the others wait for that.
Revalidation: an expired value is given out for a while, and the instance fetches a new one by itself.

Whoever waits keeps its slot, and its own caller may lose patience meanwhile. A fetch that succeeds or fails does so for all; one that is
cancelled is taken over by the first who waits. When the instance dies, all of them die.
"""

from __future__ import annotations

from engine.kernel.detached import call_detached
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import AWAITING
from engine.kernel.rng import FOR_REFRESH, ZERO, counter, draw_u64
from engine.kernel.wires import make_ready


@tiny
def is_coalesced(s, fr):
    """Whether requests like this one share their fetches."""
    m = s.inst[fr.inst].memory
    return m >= 0 and fr.subject >= 0 and s.memories[m].fetches >= 0


@tiny
def fetch_of(s, fr):
    """Who fetches what frame fr is about."""
    return s.fetches[s.memories[s.inst[fr.inst].memory].fetches + fr.subject]


@inner
def must_wait(s, f, step):
    """Frame f has missed: it fetches, or waits for who does so already."""
    fr = s.frames[f]
    if not is_coalesced(s, fr):
        fr.pc = step.on_ok
        return False
    fetch = fetch_of(s, fr)
    if fetch.leader == 0:
        fetch.leader = f + 1
        fr.pc = step.on_ok
        return False
    s.memories[s.inst[fr.inst].memory].n_coalesced += 1
    fr.state = AWAITING
    fr.next = fetch.waiters - 1
    fr.prev = -1
    if fr.next >= 0:
        s.frames[fr.next].prev = f
    fetch.waiters = f + 1
    return True


@inner
def refresh(s, f):
    """An expired value was given out for request f: its instance fetches a new one, unless somebody does so already."""
    fr = s.frames[f]
    fetch, i = fetch_of(s, fr), fr.inst
    if fetch.leader == 0:
        s.memories[s.inst[i].memory].n_refreshes += 1
        key = draw_u64(fr.key, counter(FOR_REFRESH, ZERO, ZERO))
        fetch.leader = call_detached(s, i, s.nodes[s.inst[i].node].refresh, key, fr.kind, fr.subject) + 1


@tiny
def longest_waiting(s, fetch):
    """Who has waited longest for a fetch; −1: nobody waits."""
    w = fetch.waiters - 1
    while w >= 0 and s.frames[w].next >= 0:
        w = s.frames[w].next
    return w


@inner
def share(s, f, good):
    """What frame f fetched is here, or cannot be had: who waited goes on with that, in the order they came."""
    fr = s.frames[f]
    if not is_coalesced(s, fr):
        return
    fetch = fetch_of(s, fr)
    if fetch.leader != f + 1:
        return
    w = longest_waiting(s, fetch)
    fetch.leader = 0
    fetch.waiters = 0
    while w >= 0:
        waiting = s.frames[w]
        step = s.steps[waiting.pc]
        waiting.pc = step.on_miss if good else step.on_fail
        waiting.first = -1 if good else fr.first
        waiting.degraded = fr.degraded
        following = waiting.prev
        make_ready(s, w)
        w = following


@inner
def leave_fetch(s, f):
    """Frame f is cancelled: it no longer waits, or what it fetched is fetched by the first who waits."""
    fr = s.frames[f]
    if not is_coalesced(s, fr):
        return
    fetch = fetch_of(s, fr)
    if fr.state == AWAITING:
        unlink_waiting(s, fetch, f)
    elif fetch.leader == f + 1:
        w = longest_waiting(s, fetch)
        fetch.leader = w + 1
        if w >= 0:
            unlink_waiting(s, fetch, w)
            s.frames[w].pc = s.steps[s.frames[w].pc].on_ok
            make_ready(s, w)


@tiny
def unlink_waiting(s, fetch, f):
    """Take frame f out of those who wait."""
    fr = s.frames[f]
    if fr.prev >= 0:
        s.frames[fr.prev].next = fr.next
    else:
        fetch.waiters = fr.next + 1
    if fr.next >= 0:
        s.frames[fr.next].prev = fr.prev


@tiny
def fetch_dies(s, f):
    """Frame f dies with its instance, and everybody who waited for it too."""
    if is_coalesced(s, s.frames[f]):
        fetch = fetch_of(s, s.frames[f])
        if fetch.leader == f + 1:
            fetch.leader = 0
            fetch.waiters = 0
