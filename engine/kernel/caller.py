"""The caller's side of a call: whom to ask, whether to ask at all, what the answer changes, and when to try again.

A caller acts on what it believes: its balancer's list of healthy targets, the store address it has in its DNS cache, its own breaker and
budget. None of these functions looks at whether the target lives.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.balancing import balanced
from engine.kernel.breakers import breaker_admits, note_result
from engine.kernel.connections import reconnect
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    BREAKER_OPEN, BUDGET_TOKENS, BULKHEAD_FULL, CALLING, CAUSE_BITS, EXP_DECORRELATED, EXP_EQUAL, EXP_FULL, FIXED,
    LEAST_OUTSTANDING, NO_BACKOFF, NO_TARGET, OK, PRIMARY, RANDOM, REFUSED, REQUEST, RESOLVED, ROUND_ROBIN, TIMEOUT,
    TRAVEL, UNRESOLVED,
)  # fmt: skip
from engine.kernel.rng import FOR_BACKOFF, FOR_PICK, FOR_PICK2, child_key, counter, uniform
from engine.kernel.sessions import STICKS, answered_by, as_before
from engine.kernel.stores import member_for
from engine.kernel.views import NO_ANSWER, answered, begin_record, end_record, leave_record
from engine.kernel.traces import follow_attempt
from engine.kernel.wires import allocate, count_message, release, send, start_timer, stop_timer

PENDING = np.int64(-1)
MOST_DOUBLINGS = np.int64(60)  # of a wait: beyond it there is no end of it anyway
HEDGE_TO_COME = np.int64(-2)  # value of `frame.second` until the hedge is due; −1: no hedge is open


@tiny
def least_outstanding(s, pool, u):
    """The believed-healthy target with the fewest of this pool's own open requests, ties at random: the tied[⌊u · ties⌋]-th of them."""
    n, o = pool.n_healthy, pool.first
    best, ties = s.targets[s.healthy[o]].out, np.int64(1)
    for k in range(1, n):
        out = s.targets[s.healthy[o + k]].out
        if out < best:
            best, ties = out, np.int64(1)
        elif out == best:
            ties += 1
    skip = np.int64(u * ties)
    for k in range(n):
        row = s.healthy[o + k]
        if s.targets[row].out == best:
            if skip == 0:
                return row
            skip -= 1
    return s.healthy[o]


@tiny
def choose(s, pool, fr, local, tries):
    """Row of the chosen target; −1 when the list is empty. A store's callers use `stores.member_for` instead."""
    n, o = pool.n_healthy, pool.first
    if n == 0:
        return np.int64(-1)
    if n == 1:
        return s.healthy[o]
    if pool.policy == ROUND_ROBIN:
        k = pool.next
        if k >= n:
            k = np.int64(0)
        pool.next = k + 1
        return s.healthy[o + k]
    u = uniform(fr.key, counter(FOR_PICK, local, tries))
    if pool.policy == RANDOM:
        return s.healthy[o + np.int64(u * n)]
    if pool.policy == LEAST_OUTSTANDING:
        return least_outstanding(s, pool, u)
    a = np.int64(u * n)
    u2 = uniform(fr.key, counter(FOR_PICK2, local, tries))
    b = np.int64(u2 * (n - 1))
    if b >= a:
        b += 1
    row_a, row_b = s.healthy[o + a], s.healthy[o + b]  # (a, b) is a uniform ordered pair, so "first wins" is a fair coin
    return row_a if s.targets[row_a].out <= s.targets[row_b].out else row_b


@tiny
def site_of(s, ed, inst):
    """What this caller instance keeps about this edge."""
    return s.sites[ed.first_site + inst - ed.caller_first]


@tiny
def blame(fr, e, outcome, first):
    """Remember the first failure of a call: the dependency's own first cause if it brought one, else what the caller saw here."""
    if fr.first < 0:
        fr.first = first if first >= 0 else (e << CAUSE_BITS) | outcome


@tiny
def target_of(s, fr, step, tries, now):
    """Row of the target for try number ``tries``; negative when there is none."""
    pool = s.pools[step.pool]
    if pool.balances:
        if pool.nodes:  # it has a list for each of its nodes
            pool = s.pools[step.pool + fr.inst + 1 - pool.nodes]
        if pool.sticky and fr.session >= 0 and tries == 0:
            row = as_before(s, pool, fr.session, now)
            if row >= 0:
                return row
    if pool.policy == PRIMARY:
        return member_for(s, pool, fr, step, tries)
    if pool.policy == RESOLVED:
        return answered(s, pool.names, fr, step.local, tries, now)
    if pool.policy > RESOLVED:
        return balanced(s, pool, fr, step.local, tries, now)
    return choose(s, pool, fr, step.local, tries)


@tiny
def attempt(s, f, now):
    """Frame f tries the call at its step once: PENDING, or the outcome of an attempt that never left."""
    fr = s.frames[f]
    step = s.steps[fr.pc]
    row = target_of(s, fr, step, fr.tries, now)
    if row < 0:
        s.edges[s.pools[step.pool].edge].n_attempts += 1
        fr.origin = -1
        return UNRESOLVED if row == NO_ANSWER else NO_TARGET
    ed = s.edges[s.targets[row].edge]
    ed.n_attempts += 1
    fr.origin = row
    site = site_of(s, ed, fr.inst)
    if site.inflight >= ed.bulkhead:
        return BULKHEAD_FULL
    if ed.breaker and not breaker_admits(ed, site, now):
        return BREAKER_OPEN
    fr.state = CALLING
    fr.second = HEDGE_TO_COME if ed.hedge else -1
    fr.child = dispatch(s, f, row, step, fr.tries, now)
    start_timer(s, timer_of(ed, fr), f, now)
    return PENDING


@tiny
def dispatch(s, f, row, step, tries, now):
    """Send one attempt of frame f to a target: its frame, or −1 when it is lost at once."""
    fr = s.frames[f]
    e = s.targets[row].edge
    site_of(s, s.edges[e], fr.inst).inflight += 1
    s.targets[row].out += 1
    c = allocate(s)
    ch = s.frames[c]
    ch.parent = f
    ch.inst = s.targets[row].inst
    ch.edge = e
    if s.via[row]:  # it travels over the edge of the record, and is the caller's edge only to the caller
        ch.edge = begin_record(s, row)
    ch.pc = s.nodes[s.inst[ch.inst].node].pc + step.entry
    ch.key = child_key(fr.key, step.local, tries)
    ch.kind = fr.kind
    ch.subject = fr.subject
    ch.session = fr.session
    ch.origin = fr.inst
    ch.state = TRAVEL
    if fr.call >= 0:
        ch.group = fr.call
        s.calls[fr.call].refs += 1
    if fr.span >= 0:
        follow_attempt(s, fr, ch, tries, now)
    count_message(s, ch.edge, REQUEST, fr.inst, ch.inst, now)
    if not send(s, c, ch.edge, REQUEST, fr.inst, ch.inst, now):
        release(s, c)
        return np.int64(-1)
    return c


@tiny
def timer_of(ed, fr):
    """The timeout list caller fr is on: with hedging, first that of the hedge, then that of the rest of the timeout."""
    if not ed.hedge:
        return ed.timer
    return ed.hedge_timer if fr.second == HEDGE_TO_COME else ed.rest_timer


@tiny
def called_edge(s, fr):
    """The edge of the latest attempt; of the pool's first when no target could be chosen."""
    return s.targets[fr.origin].edge if fr.origin >= 0 else s.pools[s.steps[fr.pc].pool].edge


@tiny
def let_go(s, row, inst):
    """One open attempt less at this target, for the balancer's counts and the caller's bulkhead."""
    site_of(s, s.edges[s.targets[row].edge], inst).inflight -= 1
    s.targets[row].out -= 1
    if s.via[row]:
        leave_record(s, row)


@tiny
def forget_call(s, f):
    """Caller f no longer waits: off the timeout list, its open attempts are none of its business."""
    fr = s.frames[f]
    stop_timer(s, f)
    let_go(s, fr.origin, fr.inst)
    if fr.second >= 0:
        let_go(s, fr.second, fr.inst)
    fr.child = -1


@tiny
def leave_children(s, f):
    """Nobody waits any more for what caller f has called; that work goes on."""
    fr = s.frames[f]
    if fr.child >= 0:
        s.frames[fr.child].parent = -1
    if fr.second >= 0 and fr.twin >= 0:
        s.frames[fr.twin].parent = -1


@tiny
def note(s, fr, row, outcome, now):
    """What caller fr's instance learns from the end of an attempt: its breaker's count, and that a pooled connection is dead."""
    ed = s.edges[s.targets[row].edge]
    if ed.breaker:
        note_result(ed, site_of(s, ed, fr.inst), outcome != OK, now)
    if ed.pooled and (outcome == TIMEOUT or outcome == REFUSED):
        reconnect(s, ed, fr.inst, row)
    if s.via[row]:
        end_record(s, fr, row, outcome, now)
    if s.targets[row].watched:
        s.targets[row].ended += 1
        s.targets[row].bad += outcome != OK
        if s.targets[row].watched >= STICKS:
            answered_by(s, fr, row, outcome, now)


@tiny
def end_attempt(s, f, outcome, now):
    """The only open attempt of caller f is over: by its answer or by the timeout."""
    forget_call(s, f)
    fr = s.frames[f]
    note(s, fr, fr.origin, outcome, now)


@inner
def backoff_ticks(ed, key, local, retry):
    """Wait before retry number ``retry`` (0 for the first); formulas in engine.behaviours.Backoff."""
    if ed.backoff == NO_BACKOFF:
        return np.int64(0)
    if ed.backoff == FIXED:
        return np.int64(ed.base_wait)
    if ed.backoff == EXP_DECORRELATED:  # each wait depends on the one before: replayed from the draws instead of stored
        wait = ed.base_wait
        for n in range(retry + 1):
            u = uniform(key, counter(FOR_BACKOFF, local, n))
            wait = min(ed.cap, ed.base_wait + u * (3.0 * wait - ed.base_wait))
        return np.int64(wait)
    wait = min(ed.cap, ed.base_wait * 2.0 ** min(retry, MOST_DOUBLINGS))
    if ed.backoff == EXP_FULL:
        wait *= uniform(key, counter(FOR_BACKOFF, local, retry))
    elif ed.backoff == EXP_EQUAL:
        wait = wait / 2 + wait / 2 * uniform(key, counter(FOR_BACKOFF, local, retry))
    return np.int64(wait)


@tiny
def may_retry(s, f):
    """Whether frame f has attempts left and, where there is a retry budget, a token to pay with (which is taken)."""
    fr = s.frames[f]
    ed = s.edges[called_edge(s, fr)]
    if fr.tries + 1 >= ed.attempts:
        return False
    if ed.budget >= 0.0:
        if ed.tokens < 1.0:
            return False
        ed.tokens -= 1.0
    return True


@tiny
def refill_budget(ed):
    """A successful call earns part of a retry."""
    if ed.budget >= 0.0:
        ed.tokens = min(BUDGET_TOKENS, ed.tokens + ed.budget)
