"""The consumer's side of a message queue: a delivery arrives, is worked on like a call, and success deletes its messages.

A consumer's slot is taken when the queue hands a message over, not when it arrives: the worker that asked waits for the answer.
"""

from __future__ import annotations

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, ANSWER, LOST, OK, ON_DEMAND, REPLY, REQUEST, TRAVEL
from engine.kernel.pollers import invoke, let_poller_go
from engine.kernel.rng import FOR_ERROR, FOR_THROTTLE, ZERO, counter, uniform
from engine.kernel.slots import free_slot
from engine.kernel.wires import NOBODY, count_message, is_cut, release, send


@tiny
def receive(s, f, now):
    """A delivery reaches the consumer that asked for it. One that fails it at once frees its slot and leaves the message to reappear.

    True when work can start.
    """
    fr = s.frames[f]
    ins = s.inst[fr.inst]
    if ins.down != ALIVE:
        release(s, f)
        return False
    if fr.status != OK:
        refuse_delivery(s, f, now)
        return False
    ins.n_arrived += 1
    if fails_at_once(ins, fr.key):
        ins.n_rejected += 1
        refuse_delivery(s, f, now)
        return False
    ins.offered += ins.mean_work * ins.slow + ins.extra + ins.spike * ins.spike_share
    if ins.gate == ON_DEMAND and not invoke(s, f, ins, now):
        release(s, f)
        return False
    return True


@tiny
def fails_at_once(ins, key):
    """Whether the consumer is throttled or answers with an error instead of working."""
    if ins.throttle_share > 0.0 and uniform(key, counter(FOR_THROTTLE, ZERO, ZERO)) < ins.throttle_share:
        return True
    return ins.error_share > 0.0 and uniform(key, counter(FOR_ERROR, ZERO, ZERO)) < ins.error_share


@tiny
def refuse_delivery(s, f, now):
    """Nothing is done for this delivery; the slot that was kept for it is free."""
    i, e = s.frames[f].inst, s.frames[f].edge
    release(s, f)
    give_up_place(s, e, i, now)


@tiny
def give_up_place(s, e, i, now):
    """The slot, or the poller, that was kept for a delivery over edge e is free."""
    if s.edges[e].taker >= 0:
        let_poller_go(s, e)
    else:
        free_slot(s, i, now)


@tiny
def is_spoiled(s, m, handle):
    """Whether a message of this batch cannot be processed by anybody."""
    while m >= 0 and s.messages[m].handle == handle:
        if s.messages[m].poison:
            return True
        m = s.messages[m].mate
    return False


@tiny
def acknowledge(s, f, outcome, now):
    """The work is over: ask the queue to delete. False when nothing is sent: it failed, a poisoned batch, or a cut on the way."""
    fr = s.frames[f]
    let_poller_go(s, fr.edge)
    m = -2 - fr.parent
    if outcome != OK or is_spoiled(s, m, fr.key):
        return False
    fr.state = REPLY
    home = s.queues[s.edges[fr.edge].queue].inst
    count_message(s, fr.edge, ANSWER, fr.inst, home, now)
    return send(s, f, fr.edge, ANSWER, fr.inst, home, now)


@inner
def lose_deliveries(s):
    """A cut began: messages on their way to consumers, and deletes on their way back, are lost. The consumers ask again."""
    for f in range(s.n_used):
        fr = s.frames[f]
        if fr.parent < NOBODY and (fr.state == TRAVEL or fr.state == REPLY):
            there, here = s.inst[fr.inst].place, s.inst[s.queues[s.edges[fr.edge].queue].inst].place
            if fr.state == TRAVEL:
                if is_cut(s, fr.edge, REQUEST, here, there):
                    fr.parent = NOBODY
                    fr.state = LOST
                    give_up_place(s, fr.edge, fr.inst, s.now)
            elif is_cut(s, fr.edge, ANSWER, there, here):
                fr.parent = NOBODY
                fr.state = LOST


@inner
def forget_deliveries(s, i):
    """Instance i died: what was on its way to it reaches nobody."""
    for f in range(s.n_used):
        fr = s.frames[f]
        if fr.inst == i and fr.state == TRAVEL and fr.parent < NOBODY:
            fr.parent = NOBODY
            fr.state = LOST
            let_poller_go(s, fr.edge)
