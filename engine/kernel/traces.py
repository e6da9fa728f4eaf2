"""Traces of sampled requests: one row, a span, for the request and for each of its attempts. At most one request in each stretch of the
run is followed, the first that starts in it, so the sample is even over time, the same for the same seed, and bounded.

A span is written by whoever has the attempt's frame in hand; a row that no frame refers to any more is final.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import N_SPAN, TIMEOUT

NEVER = np.int64(-1)


@inner
def new_span(s, parent, fr, tries, now):
    """A row for frame fr, just made; −1 when the table is full."""
    r = s.n_span
    if r >= N_SPAN:
        return NEVER
    s.n_span += 1
    span = s.spans[r]
    span.parent = parent
    span.edge = fr.edge
    span.inst = fr.inst
    span.tries = tries
    span.sent = now
    span.pc = NEVER
    span.arrived = NEVER
    span.started = NEVER
    span.finished = NEVER
    span.answered = NEVER
    span.outcome = NEVER
    span.seen = NEVER
    span.first = NEVER
    return r


@inner
def follow_request(s, fr, now):
    """The request that starts now is the first of its stretch: it is followed."""
    s.next_sample = (now // s.sample_gap + 1) * s.sample_gap
    r = new_span(s, NEVER, fr, NEVER + 1, now)
    fr.span = r
    if r >= 0:
        s.spans[r].root = s.n_trace
        s.spans[r].arrived = now
        s.n_trace += 1


@inner
def follow_attempt(s, fr, child, tries, now):
    """A followed frame sends an attempt."""
    r = new_span(s, fr.span, child, tries, now)
    child.span = r
    if r >= 0:
        s.spans[r].root = s.spans[fr.span].root
        s.spans[r].pc = fr.pc


@inner
def never_left(s, fr, e, outcome, now):
    """An attempt of a followed frame failed before anything was sent."""
    r = new_span(s, fr.span, fr, fr.tries, now)
    if r >= 0:
        span = s.spans[r]
        span.root = s.spans[fr.span].root
        span.edge = e
        span.inst = NEVER
        span.answered = now
        span.seen = outcome


@tiny
def span_ends(s, r, outcome, first, now):
    """The callee is done with it, or never began: its answer, and the cause it names."""
    span = s.spans[r]
    span.finished = now
    span.outcome = outcome
    span.first = first


@tiny
def span_answered(s, r, outcome, now):
    """Its caller learns how it ended."""
    s.spans[r].answered = now
    s.spans[r].seen = outcome


@inner
def spans_time_out(s, fr, now):
    """A followed caller gives up whatever is open of the call it makes."""
    for r in range(fr.span + 1, s.n_span):
        span = s.spans[r]
        if span.parent == fr.span and span.pc == fr.pc and span.seen < 0:
            span_answered(s, r, TIMEOUT, now)
