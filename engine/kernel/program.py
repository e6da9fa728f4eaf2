"""What a node does for a request: a small program of steps — serve, release the slot, replicate, call, return."""

from __future__ import annotations

import math

import numpy as np

from engine.kernel.caches import remember
from engine.kernel.callee import finish
from engine.kernel.caller import PENDING, attempt, backoff_ticks, blame, called_edge, may_retry, refill_budget
from engine.kernel.commits import replicate
from engine.kernel.detached import end_detached
from engine.kernel.forks import end_branch, fork
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    BACKOFF, COLD_LOCAL, CONSTANT, DEGRADED, DIST_BINS, EXPONENTIAL, FOREVER, MISSED, OK, OP_ANNOUNCE, OP_CALL, OP_END, OP_FORK, OP_OVER,
    OP_RELEASE, OP_RESUME, OP_RETURN, OP_SERVE, OP_STORE, OP_SYNC, POWER, SERVE,
)  # fmt: skip
from engine.kernel.meters import note_latency
from engine.kernel.queues import publish
from engine.kernel.records import join_or_lead, open_record
from engine.kernel.rng import FOR_FALLBACK, FOR_SERVICE, ZERO, counter, uniform
from engine.kernel.slots import free_slot
from engine.kernel.topics import announce, settle_copy
from engine.kernel.traces import never_left
from engine.kernel.waste import count_waste
from engine.kernel.wires import at, drop_record

FOR_SPIKE = np.int64(90)
NOTHING = np.int64(-1)
LONGEST = np.float64(FOREVER)  # no work takes longer, in ticks: events have a last instant
RUN, AGAIN = np.int64(-3), np.int64(-2)  # otherwise the outcome of the call at the current step; PENDING is −1


@tiny
def draw_service(s, d, key, n):
    """A service time in ticks. Tables hold quantiles in three levels of 1024 bins, level l covering the upper 1024^−l of probability."""
    dist = s.dists[d]
    if dist.kind == CONSTANT:
        return dist.scale
    if dist.kind == EXPONENTIAL:
        return -dist.scale * math.log(uniform(key, n))
    if dist.kind == POWER:
        return dist.scale * uniform(key, n) ** dist.power
    u = uniform(key, n) * DIST_BINS
    o = 0
    while u >= DIST_BINS - 1 and o < 2 * (DIST_BINS + 1):
        u = (u - (DIST_BINS - 1)) * DIST_BINS
        o += DIST_BINS + 1
    i = int(u)
    low = s.tables[dist.table, o + i]
    return low + (s.tables[dist.table, o + i + 1] - low) * (u - i)


@tiny
def serve(s, f, step, now):
    """Work for a drawn time, stretched by what slows the instance as the work starts."""
    fr = s.frames[f]
    ins = s.inst[fr.inst]
    drawn = draw_service(s, step.dist, fr.key, counter(FOR_SERVICE, step.local, ZERO))
    drawn *= ins.slow
    if step.local != COLD_LOCAL:
        drawn += ins.extra
        if ins.spike_share > 0.0 and uniform(fr.key, counter(FOR_SPIKE, step.local, ZERO)) < ins.spike_share:
            drawn += ins.spike
    work = np.int64(min(drawn, LONGEST) + 0.5)
    ins.worked += work
    if fr.span >= 0 and s.spans[fr.span].started < 0:
        s.spans[fr.span].started = now
    fr.state = SERVE
    at(s, now + work, f)


@tiny
def end_call(s, fr, e, outcome, now):
    """Book a call that is over after its last attempt."""
    s.call_ends[e, outcome] += 1
    if fr.call >= 0:
        drop_record(s, fr.call)
        fr.call = -1
    if outcome == OK:
        fr.first = -1
        refill_budget(s.edges[e])
        note_latency(s, e, now - fr.called)


@tiny
def falls_back(s, fr, e, step):
    """Whether the caller makes do with a degraded answer of its own after a failed call."""
    share = s.edges[e].fallback
    if share <= 0.0 or (share < 1.0 and uniform(fr.key, counter(FOR_FALLBACK, step.local, ZERO)) >= share):
        return False
    fr.first = -1
    fr.degraded = 1
    s.extras[e, DEGRADED] += 1
    return True


@inner
def run(s, f, outcome, now):
    """Continue frame f's program: RUN the step at pc, try its call AGAIN, or take in the outcome of the attempt at pc."""
    fr = s.frames[f]
    while True:
        step = s.steps[fr.pc]
        if outcome == RUN:
            if step.op == OP_SERVE:
                if fr.group >= 0 and s.calls[fr.group].idempotent and fr.pc != s.inst[fr.inst].cold_pc:
                    if s.calls[fr.group].executions > 0:
                        finish(s, f, OK, step.holds, now)
                        return
                    if not join_or_lead(s, f):
                        return
                serve(s, f, step, now)
                return
            elif step.op == OP_CALL:
                fr.tries = 0
                fr.first = -1
                fr.called = now
                ed = s.edges[s.pools[step.pool].edge]
                ed.n_calls += 1
                open_record(s, fr, ed)
                outcome = AGAIN
            elif step.op == OP_SYNC:
                if replicate(s, f, now):
                    return
                fr.pc = step.on_ok
                continue
            elif step.op == OP_RELEASE:
                count_waste(s, f, now)
                free_slot(s, fr.inst, now)
                fr.pc = step.on_ok
                continue
            elif step.op == OP_STORE:
                publish(s, f, now)
                return
            elif step.op == OP_RETURN:
                finish(s, f, step.status, step.holds, now)
                return
            elif step.op == OP_FORK:
                fork(s, f, step)
                return
            elif step.op == OP_END:
                end_branch(s, f, step.status)
                return
            elif step.op == OP_RESUME:
                fr.pc = step.on_ok
                outcome = AGAIN
                continue
            elif step.op == OP_ANNOUNCE:
                announce(s, f, now)
                return
            elif step.op == OP_OVER:
                if step.pool >= 0:
                    settle_copy(s, f, step, now)
                end_detached(s, f)
                return
            else:
                if remember(s, f, step, now):
                    return
                continue
        if outcome == AGAIN:
            outcome = attempt(s, f, now)
            if outcome == PENDING:
                return
            if fr.span >= 0:
                never_left(s, fr, called_edge(s, fr), outcome, now)
        e = called_edge(s, fr)
        s.attempt_ends[e, outcome] += 1
        if outcome != OK:
            blame(fr, e, outcome, NOTHING)
            if may_retry(s, f):
                wait = backoff_ticks(s.edges[e], fr.key, step.local, fr.tries)
                fr.tries += 1
                fr.state = BACKOFF
                at(s, now + wait, f)
                return
        missed = fr.first == MISSED
        end_call(s, fr, e, outcome, now)
        if outcome == OK and missed:
            fr.pc = step.on_miss
        else:
            fr.pc = step.on_ok if outcome == OK or falls_back(s, fr, e, step) else step.on_fail
        outcome = RUN
