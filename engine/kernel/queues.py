"""The queue's side: keep what is published, hand it to consumers with a free slot."""

from __future__ import annotations

import numpy as np

from engine.kernel.callee import reply
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, ANSWER, DUPLICATES, FRESH, HIDDEN, OK, REQUEST, TIMEOUT, TRAVEL
from engine.kernel.messages import arm_retention, enter_group, hide, join, new_message, next_message, offer, withdraw
from engine.kernel.pollers import begin_delivery, has_room
from engine.kernel.rng import FOR_DELIVERY, FOR_POISON, FOR_READER, ZERO, counter, draw_u64, uniform
from engine.kernel.shards import shard_of
from engine.kernel.slots import free_slot
from engine.kernel.wires import allocate, at, count_message, is_cut, send


@inner
def publish(s, f, now):
    """A message is stored, and its producer is told so."""
    fr = s.frames[f]
    i = fr.inst
    if fr.group < 0 or not stored_before(s, fr):
        accept(s, s.nodes[s.inst[i].node].queue, f, now)
    reply(s, f, OK, now)
    free_slot(s, i, now)


@tiny
def stored_before(s, fr):
    """Whether an idempotency key tells that another attempt has published this; without one a second message is a duplicate."""
    record = s.calls[fr.group]
    record.executions += 1
    if record.executions > 1 and not record.idempotent:
        s.extras[fr.edge, DUPLICATES] += 1
    return record.executions > 1 and record.idempotent != 0


@inner
def accept(s, q, f, now):
    """Queue q keeps a copy of what frame f carries, and hands it over where somebody is free; so does every other reader of a stream."""
    while q >= 0:
        qu = s.queues[q]
        qu.n_published += 1
        nothing_waited = next_message(s, qu) < 0
        keep(s, q, f, now)
        if nothing_waited:  # else nobody is free, or they would have taken those before it
            feed_queue(s, q, now)
        q = qu.next_reader


@inner
def keep(s, q, f, now):
    """A new message in queue q."""
    fr = s.frames[f]
    qu = s.queues[q]
    m = new_message(s)
    me = s.messages[m]
    me.key = fr.key
    me.kind = fr.kind
    me.subject = fr.subject
    me.born = now
    me.poison = 1 if qu.poison_share > 0.0 and uniform(fr.key, counter(FOR_POISON, ZERO, ZERO)) < qu.poison_share else 0
    if qu.shards > 0:
        me.group = shard_of(qu, fr.key, fr.subject)
        if qu.reader > 0:  # its deliveries are its own
            me.key = draw_u64(fr.key, counter(FOR_READER, qu.reader, ZERO))
    store(s, q, m)


@inner
def store(s, q, m):
    """Message m enters queue q, new there."""
    qu = s.queues[q]
    me = s.messages[m]
    me.queue = q
    me.receives = 0
    me.most = 0
    if qu.shards == 0:
        me.group = me.subject
    me.leads = 0
    me.handle = 0
    qu.t_in += 1
    join(s, qu, m)
    arm_retention(s, q, m)
    ins = s.inst[qu.inst]
    ins.queued += 1
    qu.n_waiting += 1
    if ins.queued > ins.peak:
        ins.peak = ins.queued
    if not qu.fifo or enter_group(s, q, m):
        offer(s, qu, m, FRESH)


# ---- handing over ----
@tiny
def may_take(s, qu, e, i):
    """Whether consumer instance i could be given a message over edge e now: it serves, has a free slot and reaches the queue."""
    ins, home = s.inst[i], s.inst[qu.inst]
    if ins.down != ALIVE or not has_room(s, e, ins) or ins.stopped or home.down != ALIVE or not ins.registered:
        return False
    if not s.cuts:
        return True
    return not is_cut(s, e, REQUEST, home.place, ins.place) and not is_cut(s, e, ANSWER, ins.place, home.place)


@inner
def feed_queue(s, q, now):
    """Give the messages of queue q to consumers with a free slot, in turn."""
    qu = s.queues[q]
    while next_message(s, qu) >= 0 and qu.n_hidden < qu.most_hidden:
        found = np.int64(-1)
        for k in range(qu.n_takers):
            row = qu.next_taker + k
            if row >= qu.n_takers:
                row -= qu.n_takers
            taker = s.takers[qu.first_taker + row]
            if may_take(s, qu, taker.edge, taker.inst):
                found = row
                break
        if found < 0:
            return
        qu.next_taker = found + 1 if found + 1 < qu.n_takers else 0
        taker = s.takers[qu.first_taker + found]
        hand_over(s, q, taker.edge, taker.inst, now)


@inner
def feed_instance(s, i, now):
    """Instance i takes work for its free slots, each time from that of its queues whose next message is the oldest."""
    ins = s.inst[i]
    while True:
        best, over, oldest = np.int64(-1), np.int64(-1), np.int64(0)
        for k in range(ins.first_pull, ins.first_pull + ins.n_pulls):
            pull = s.pulls[k]
            qu = s.queues[pull.queue]
            m = next_message(s, qu)
            more = m >= 0 and qu.n_hidden < qu.most_hidden
            if more and (best < 0 or s.messages[m].born < oldest) and may_take(s, qu, pull.edge, i):
                best, over, oldest = pull.queue, pull.edge, s.messages[m].born
        if best < 0:
            return
        hand_over(s, best, over, i, now)


@inner
def feed_hungry(s, now):
    """Every instance that got a free slot in this instant looks for work."""
    while s.hungry_head >= 0:
        i = s.hungry_head
        s.hungry_head = s.inst[i].hungry_next
        s.inst[i].hungry = 0
        feed_instance(s, i, now)


@inner
def hand_over(s, q, e, i, now):
    """Consumer instance i takes the oldest message of queue q over edge e, and more with it up to a batch: one unit of work in one slot."""
    qu = s.queues[q]
    m = next_message(s, qu)
    me = s.messages[m]
    handle = draw_u64(me.key, (FOR_DELIVERY << 24) | (me.receives + 1))
    kind, subject = me.kind, me.subject
    withdraw(s, qu, m)
    take(s, q, m, e, handle, now)
    me.leads = 1
    me.held = 0
    hide(s, q, m, now + qu.visibility)
    count_message(s, e, REQUEST, qu.inst, i, now)
    n, last = np.int64(1), m
    batch = qu.batch if me.most == 0 else me.most
    me.most = 0
    while n < batch and qu.n_hidden < qu.most_hidden:
        more = s.messages[last].follower if qu.fifo else next_message(s, qu)
        if more < 0:
            break
        if not qu.fifo:
            withdraw(s, qu, more)
            hide(s, q, more, now + qu.visibility)
        take(s, q, more, e, handle, now)
        count_message(s, e, REQUEST, qu.inst, i, now)
        s.messages[last].mate = more
        last = more
        n += 1
    begin_delivery(s, e, s.inst[i], now)
    s.edges[e].n_calls += 1
    s.edges[e].n_attempts += 1
    c = allocate(s)
    fr = s.frames[c]
    fr.parent = -2 - m
    fr.inst = i
    fr.edge = e
    fr.pc = s.nodes[s.inst[i].node].pc
    fr.key = handle
    fr.kind = kind
    fr.subject = subject
    fr.origin = qu.inst
    fr.state = TRAVEL
    fr.status = OK
    if not send(s, c, e, REQUEST, qu.inst, i, now):  # lost on the way: the consumer asks again when it should have come
        fr.status = TIMEOUT
        at(s, now + s.lat[s.inst[qu.inst].place, s.inst[i].place], c)


@tiny
def take(s, q, m, e, handle, now):
    """Message m is out with a consumer."""
    qu, me = s.queues[q], s.messages[m]
    me.state = HIDDEN
    me.edge = e
    me.handle = handle
    me.leads = 0
    me.mate = -1
    me.receives += 1
    qu.n_delivered += 1
    if me.receives > 1:
        qu.n_redelivered += 1
    qu.n_hidden += 1
    s.inst[qu.inst].queued -= 1
    qu.n_waiting -= 1
