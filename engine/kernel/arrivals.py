"""Clients: when the next request starts, and starting it. Open loops have a rate, closed loops have users who think between requests."""

from __future__ import annotations

import math

import numpy as np

from engine.kernel.jit import inner
from engine.kernel.layout import FOREVER, THINK, TICKS_PER_S
from engine.kernel.rng import FOR_THINK, ZERO, counter, draw_u64, uniform
from engine.kernel.sessions import session_of
from engine.kernel.slots import ONE_MORE, count_busy
from engine.kernel.subjects import describe
from engine.kernel.traces import follow_request
from engine.kernel.wires import allocate, at, make_ready, release

NO_SESSION = np.int64(-1)


@inner
def next_arrival(s, i):
    """Instant of the next arrival in ticks: a unit-rate process whose time is stretched by the rate.

    The k-th gap is fixed by (key, k), so two rates under one seed meet the same users, only closer together. Time change of a Poisson
    process: Çinlar, Introduction to Stochastic Processes, ch. 4.
    """
    src = s.sources[i]
    if src.even:
        src.t += 1.0 if src.k > 0 else 0.0
    else:
        src.t += -math.log(uniform(src.key, 2 * src.k))
    src.k += 1
    return arrival_instant(s, src)


@inner
def arrival_instant(s, src):
    """When the expected number of arrivals reaches that of the pending one: the inverse of the integrated rate.

    A surge makes the design's clock run faster: since it had come to ``known`` expected arrivals, ``since`` of the process were used up.
    """
    t = src.known + (src.t - src.since) / src.surge
    if src.cycle > 0.0:
        while t - src.lap * src.cycle >= src.cycle:
            src.lap += 1
            src.seg = src.first_seg
        t -= src.lap * src.cycle
    j = src.seg
    last = src.first_seg + src.n_seg - 1
    while j < last and s.segments[j + 1].cum <= t:
        j += 1
    src.seg = j
    seg = s.segments[j]
    if seg.rate <= 0.0:
        return np.int64(FOREVER)
    seconds = src.lap * src.period + seg.start + (t - seg.cum) / seg.rate
    if seconds * TICKS_PER_S >= FOREVER:
        return np.int64(FOREVER)
    return np.int64(seconds * TICKS_PER_S + 0.5)


@inner
def expected_by(s, src, now):
    """Arrivals the design expects from the start to now."""
    seconds = now / TICKS_PER_S
    laps = math.floor(seconds / src.period) if src.cycle > 0.0 else 0.0
    seconds -= laps * src.period
    j = src.first_seg
    while j < src.first_seg + src.n_seg - 1 and s.segments[j + 1].start <= seconds:
        j += 1
    seg = s.segments[j]
    return laps * src.cycle + seg.cum + (seconds - seg.start) * seg.rate


@inner
def launch(s, i, now):
    """The requests of one arrival start at the client, in this instant."""
    src = s.sources[i]
    for b in range(src.batch):
        key = draw_u64(src.key, 2 * (src.k * src.batch + b) + 1)
        begin(s, i, key, session_of(s, src, key) if src.n_sessions else NO_SESSION, now)


@inner
def begin(s, i, key, session, now):
    """One request starts at client i."""
    src = s.sources[i]
    ins = s.inst[src.inst]
    f = allocate(s)
    fr = s.frames[f]
    fr.parent = -1
    fr.edge = -1
    fr.inst = src.inst
    fr.pc = s.nodes[ins.node].pc
    fr.born = now
    fr.kind = 0
    fr.subject = -1
    fr.key = key
    fr.session = session
    if src.mixed:
        describe(s, src, fr)
    s.n_roots += 1
    s.start_begun[(now // TICKS_PER_S) * s.n_source + i] += 1
    if now >= s.warmup:
        s.total_begun[i] += 1
        s.class_begun[fr.kind] += 1
    ins.n_arrived += 1
    if now >= s.next_sample:
        follow_request(s, fr, now)
    count_busy(ins, ONE_MORE, now)
    make_ready(s, f)


@inner
def think(s, i, key, session, now):
    """A user of the closed loop i thinks for an exponential time; ``key`` is the key of the request that comes then."""
    f = allocate(s)
    fr = s.frames[f]
    fr.parent = -1
    fr.edge = -1
    fr.inst = s.sources[i].inst
    fr.born = now
    fr.key = key
    fr.session = session
    fr.state = THINK
    at(s, now + np.int64(-s.sources[i].think * math.log(uniform(key, counter(FOR_THINK, ZERO, ZERO))) + 0.5), f)


@inner
def ask(s, f, now):
    """A user has thought, and asks."""
    fr = s.frames[f]
    key, session = fr.key, fr.session
    i = s.nodes[s.inst[fr.inst].node].first_source
    release(s, f)
    begin(s, i, key, session, now)
