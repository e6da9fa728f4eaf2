"""Open-loop clients: when the next request starts, and starting it."""

from __future__ import annotations

import math

import numpy as np

from engine.kernel.jit import inner
from engine.kernel.layout import FOREVER, TICKS_PER_S
from engine.kernel.rng import draw_u64, uniform
from engine.kernel.slots import ONE_MORE, count_busy
from engine.kernel.subjects import describe
from engine.kernel.wires import allocate, make_ready


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
    j = src.seg
    last = src.first_seg + src.n_seg - 1
    while j < last and s.segments[j + 1].cum <= src.t:
        j += 1
    src.seg = j
    seg = s.segments[j]
    if seg.rate <= 0.0:
        return np.int64(FOREVER)
    seconds = seg.start + (src.t - seg.cum) / seg.rate
    if seconds * TICKS_PER_S >= FOREVER:
        return np.int64(FOREVER)
    return np.int64(seconds * TICKS_PER_S + 0.5)


@inner
def launch(s, i, now):
    """The requests of one arrival start at the client, in this instant."""
    src = s.sources[i]
    ins = s.inst[src.inst]
    row = (now // TICKS_PER_S) * s.n_source + i
    for b in range(src.batch):
        f = allocate(s)
        fr = s.frames[f]
        fr.parent = -1
        fr.edge = -1
        fr.inst = src.inst
        fr.pc = s.nodes[ins.node].pc
        fr.born = now
        fr.kind = 0
        fr.subject = -1
        fr.key = draw_u64(src.key, 2 * (src.k * src.batch + b) + 1)
        if src.mixed:
            describe(s, src, fr)
        s.n_roots += 1
        s.start_begun[row] += 1
        if now >= s.warmup:
            s.total_begun[i] += 1
            s.class_begun[fr.kind] += 1
        ins.n_arrived += 1
        count_busy(ins, ONE_MORE, now)
        make_ready(s, f)
