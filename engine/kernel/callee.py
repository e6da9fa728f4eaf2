"""The callee's side: a request arrives, takes a slot or waits, and its answer goes back."""

from __future__ import annotations

from engine.kernel.arrivals import think
from engine.kernel.deliveries import acknowledge, receive
from engine.kernel.environments import keep_environment
from engine.kernel.gates import pass_gate
from engine.kernel.hangs import hold_back
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import (
    ALIVE, ANSWER, DEAD_REFUSED, ERROR, NO_WRITER, OF_PROBE, OK, ON_DEMAND, QUEUE_FULL, REFUSED, REPLY, ROLE_PRIMARY, THROTTLED,
    TICKS_PER_S, WAIT,
)  # fmt: skip
from engine.kernel.meters import bucket
from engine.kernel.records import executed
from engine.kernel.sessions import starts_over
from engine.kernel.rng import FOR_ERROR, FOR_NEXT, FOR_THROTTLE, ZERO, counter, draw_u64, uniform
from engine.kernel.slots import ONE_MORE, count_busy, enqueue, free_slot
from engine.kernel.stores import may_answer
from engine.kernel.traces import span_answered, span_ends
from engine.kernel.waste import count_waste
from engine.kernel.writers import vouch_for
from engine.kernel.wires import NOBODY, count_message, release, replace_child, send


@tiny
def reply(s, f, outcome, now):
    """Send the outcome back. It is dropped when nobody waits any more, and lost when the network is cut."""
    fr = s.frames[f]
    p = fr.parent
    if fr.span >= 0:
        span_ends(s, fr.span, outcome, fr.first, now)
    if p >= 0:
        fr.status = outcome
        fr.state = REPLY
        count_message(s, fr.edge, ANSWER, fr.inst, s.frames[p].inst, now)
        if send(s, f, fr.edge, ANSWER, fr.inst, s.frames[p].inst, now):
            return
        replace_child(s, p, f, NOBODY)
    elif p < NOBODY and acknowledge(s, f, outcome, now):
        return
    release(s, f)


@tiny
def vanish(s, f):
    """No answer at all: only the caller's timeout will tell."""
    p = s.frames[f].parent
    if p >= 0:
        replace_child(s, p, f, NOBODY)
    release(s, f)


@tiny
def arrive(s, f, now):
    """A request reaches an instance: dead, failing, not the writer, free, busy or full. True when it has a slot and can start."""
    fr = s.frames[f]
    ins = s.inst[fr.inst]
    if fr.parent < NOBODY:
        return receive(s, f, now)
    if ins.down != ALIVE:
        if ins.down == DEAD_REFUSED:
            reply(s, f, REFUSED, now)
        else:
            vanish(s, f)
        return False
    ins.n_arrived += 1
    if fr.span >= 0:
        s.spans[fr.span].arrived = now
    if ins.throttle_share > 0.0 and uniform(fr.key, counter(FOR_THROTTLE, ZERO, ZERO)) < ins.throttle_share:
        ins.n_rejected += 1
        reply(s, f, THROTTLED, now)
        return False
    if ins.error_share > 0.0 and uniform(fr.key, counter(FOR_ERROR, ZERO, ZERO)) < ins.error_share:
        ins.n_rejected += 1
        reply(s, f, ERROR, now)
        return False
    if ins.role > ROLE_PRIMARY and not may_answer(s, ins, fr):
        ins.n_rejected += 1
        reply(s, f, NO_WRITER, now)
        return False
    ins.offered += ins.mean_work * ins.slow + ins.extra + ins.spike * ins.spike_share
    if ins.gate:
        outcome = pass_gate(s, f, ins, now)
        if outcome != OK:
            ins.n_rejected += 1
            reply(s, f, outcome, now)
            return False
    if ins.keeper and fr.session >= 0 and starts_over(s, fr, ins):
        ins.n_rejected += 1
        reply(s, f, ERROR, now)
        return False
    return admit(s, f, ins, now)


@tiny
def admit(s, f, ins, now):
    """Take a free slot (True), wait in the queue, or be turned away at once."""
    if ins.busy < ins.slots:
        count_busy(ins, ONE_MORE, now)
        s.frames[f].born = now
        return True
    if ins.queued < ins.capacity:
        s.frames[f].state = WAIT
        enqueue(s, ins, f)
    else:
        ins.n_rejected += 1
        reply(s, f, QUEUE_FULL, now)
    return False


@tiny
def finish(s, f, outcome, holds, now):
    """The program is done: answer, and give the slot to the next."""
    fr = s.frames[f]
    i = fr.inst
    ins = s.inst[i]
    if ins.hung:
        hold_back(s, ins, f)
        return
    ins.n_completed += 1
    if outcome == OK and ins.role >= ROLE_PRIMARY:
        outcome = vouch_for(s, i, fr, now)
    if fr.group >= 0:
        executed(s, f, outcome)
    if holds and holds != OF_PROBE:
        count_waste(s, f, now)
    if fr.edge >= 0:
        reply(s, f, outcome, now)
    else:
        end_request(s, f, outcome, now)
    if holds:
        free_slot(s, i, now)
    if ins.gate == ON_DEMAND:
        keep_environment(s, ins, now)


@inner
def end_request(s, f, outcome, now):
    """A client's request is over: count it under the second it started in, and under its first cause if it failed."""
    fr = s.frames[f]
    n = s.inst[fr.inst].node
    source = s.nodes[n].first_source
    row = (fr.born // TICKS_PER_S) * s.n_source + source
    latency = now - fr.born
    cause = outcome if outcome == OK else fr.first & 15
    s.n_ended += 1
    if fr.span >= 0:
        span_ends(s, fr.span, outcome, fr.first, now)
        span_answered(s, fr.span, cause, now)
    s.start_ends[row, cause] += 1
    counted = fr.born >= s.warmup
    if counted:
        s.total_ends[source, cause] += 1
        s.class_ends[fr.kind, cause] += 1
    if outcome == OK:
        b = bucket(latency)
        s.start_latency[row] += latency
        wide = (fr.born // TICKS_PER_S) // s.hist_bin * s.n_source + source
        s.start_hist[wide, b] += 1
        if s.start_slowest[wide] == 0 or latency < s.start_fastest[wide]:
            s.start_fastest[wide] = latency
        s.start_slowest[wide] = max(s.start_slowest[wide], latency + 1)  # one more than it was: 0 means none
        if counted:
            s.total_latency[source] += latency
            s.total_hist[source, b] += 1
            if s.total_slowest[source] == 0 or latency < s.total_fastest[source]:
                s.total_fastest[source] = latency
            s.total_slowest[source] = max(s.total_slowest[source], latency + 1)
        if fr.degraded:
            s.start_degraded[row] += 1
            if counted:
                s.total_degraded[source] += 1
    elif counted:
        s.blame[fr.first >> 4, cause] += 1
    key, session = fr.key, fr.session
    release(s, f)
    if s.sources[source].users:
        think(s, source, draw_u64(key, counter(FOR_NEXT, ZERO, ZERO)), session, now)
