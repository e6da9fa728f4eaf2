"""Topics: what is published is acknowledged at once, and a copy goes to every subscription whose filter lets it pass.

A copy is a detached call of the topic over the edge of its subscription, tried again as that edge says; one that fails for good goes to the
subscription's dead-letter queue. While its topic is down a copy begins no attempt: it is PARKED, in the order in which it wanted to.
An archive is a message queue without consumers, from which retention removes what is too old.
"""

from __future__ import annotations

from engine.kernel.callee import reply
from engine.kernel.detached import call_detached
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, OK, PARKED
from engine.kernel.queues import accept, keep, stored_before
from engine.kernel.rng import FOR_COURIER, ZERO, counter, draw_u64
from engine.kernel.slots import free_slot


@inner
def announce(s, f, now):
    """Something is published: whoever published it is told, then the copies leave."""
    fr = s.frames[f]
    i = fr.inst
    t = s.nodes[s.inst[i].node].queue
    key, kind, subject = fr.key, fr.kind, fr.subject
    s.inst[i].n_completed += 1
    new = fr.group < 0 or not stored_before(s, fr)
    if new and s.topics[t].archive >= 0:
        keep(s, s.topics[t].archive, f, now)
    reply(s, f, OK, now)
    free_slot(s, i, now)
    if new:
        s.topics[t].n_published += 1
        s.topics[t].t_messages += 1
        spread(s, t, key, kind, subject, ZERO)


@inner
def spread(s, t, key, kind, subject, turn):
    """A copy to every subscription; ``turn`` tells the copies of a replay from the first ones."""
    to = s.topics[t]
    for k in range(to.n_subs):
        sub = s.subs[to.first_sub + k]
        if (sub.mask >> kind) & 1:
            to.t_copies += 1
            call_detached(s, to.inst, sub.pc, draw_u64(key, counter(FOR_COURIER, k, turn)), kind, subject)
        else:
            to.n_filtered += 1
            to.t_filtered += 1


@inner
def settle_copy(s, f, step, now):
    """The copy that detached call f brings has arrived, or has failed for good."""
    sub = s.subs[step.pool]
    to = s.topics[sub.topic]
    if step.status == OK:
        to.n_delivered += 1
        to.t_delivered += 1
    elif sub.dead_letter >= 0:
        to.n_dead += 1
        to.t_dead += 1
        s.inst[s.queues[sub.dead_letter].inst].n_arrived += 1
        accept(s, sub.dead_letter, f, now)
    else:
        to.n_dropped += 1
        to.t_dropped += 1


@tiny
def is_away(s, fr):
    """Whether the instance whose retry is due is a topic that is down."""
    return s.n_topic > 0 and s.inst[fr.inst].down != ALIVE


@tiny
def park(s, f):
    """Copy f waits for its topic to come back."""
    fr = s.frames[f]
    if fr.state != PARKED:
        fr.pc = s.steps[fr.pc].resume
        fr.state = PARKED
    fr.next = -1
    if s.parked_tail >= 0:
        s.frames[s.parked_tail].next = f
    else:
        s.parked_head = f
    s.parked_tail = f
