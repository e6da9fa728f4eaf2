"""Hedging: a second attempt after a while without an answer. The first good answer wins; a bad one leaves the matter to the other attempt.

While both are open, ``origin`` and ``child`` of the caller's frame are the first attempt's, ``second`` and ``twin`` the hedge's.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.cancels import abandon
from engine.kernel.caller import HEDGE_TO_COME, blame, dispatch, let_go, note, site_of, target_of, timer_of
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import CLOSED, HEDGE_WINS, HEDGES, OK, SUPERSEDED, TIMEOUT
from engine.kernel.wires import start_timer, stop_timer

HEDGE = np.int64(128)  # added to the number of a try, so that its hedge makes draws of its own; there are at most 100 tries


@tiny
def hedge_is_due(fr):
    """Whether what the timeout list calls for is a hedge, not the end of the attempt."""
    return fr.second == HEDGE_TO_COME


@tiny
def may_hedge(s, fr, row):
    """Whether bulkhead, breaker (closed) and retry budget (a token, which is taken) allow a second attempt at this target."""
    ed = s.edges[s.targets[row].edge]
    site = site_of(s, ed, fr.inst)
    if site.inflight >= ed.bulkhead or (ed.breaker and site.state != CLOSED):
        return False
    if ed.budget >= 0.0:
        if ed.tokens < 1.0:
            return False
        ed.tokens -= 1.0
    return True


@inner
def hedge(s, f, now):
    """Caller f, just taken off its timeout list, tries a second target; then it waits for the rest of its timeout."""
    fr = s.frames[f]
    step = s.steps[fr.pc]
    row = target_of(s, fr, step, fr.tries + HEDGE, now)
    fr.second = -1
    if row >= 0 and may_hedge(s, fr, row):
        e = s.targets[row].edge
        s.edges[e].n_attempts += 1
        s.extras[e, HEDGES] += 1
        fr.twin = dispatch(s, f, row, step, fr.tries + HEDGE, now)
        fr.second = row
    start_timer(s, timer_of(s.edges[s.targets[fr.origin].edge], fr), f, now)


@inner
def first_of_two(s, f, was_first, outcome, first, now):
    """One of caller f's two open attempts is answered. True when that settles the matter; then ``origin`` is the row that was answered."""
    fr = s.frames[f]
    row, other = (fr.origin, fr.second) if was_first else (fr.second, fr.origin)
    rest = fr.twin if was_first else fr.child
    let_go(s, row, fr.inst)
    e = s.targets[row].edge
    if outcome == OK:
        stop_timer(s, f)
        let_go(s, other, fr.inst)
        s.extras[s.targets[other].edge, SUPERSEDED] += 1
        if not was_first:
            s.extras[e, HEDGE_WINS] += 1
        abandon(s, rest, s.targets[other].edge, fr.inst, now)
        fr.origin = row
        fr.child = -1
    else:
        s.attempt_ends[e, outcome] += 1
        blame(fr, e, outcome, first)
        fr.origin = other
        fr.child = rest
    note(s, fr, row, outcome, now)
    fr.second = -1
    return outcome == OK


@inner
def hedge_timed_out(s, f, now):
    """The timeout of caller f ends its hedge too."""
    fr = s.frames[f]
    e = s.targets[fr.second].edge
    s.attempt_ends[e, TIMEOUT] += 1
    let_go(s, fr.second, fr.inst)
    note(s, fr, fr.second, TIMEOUT, now)
    abandon(s, fr.twin, e, fr.inst, now)
    fr.second = -1
