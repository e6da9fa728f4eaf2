"""How a message leaves the hands of its consumer: deleted in time, back when its visibility ends, or out of the queue."""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, BACK, BLOCKED, FIRST_QUEUE, HIDDEN, OK, TIMEOUT
from engine.kernel.messages import free_message, leave, leave_group, offer, unhide, withdraw
from engine.kernel.meters import note_latency
from engine.kernel.pollers import let_poller_go
from engine.kernel.queues import feed_queue, store
from engine.kernel.rng import FOR_DELIVERY, draw_u64
from engine.kernel.wires import at

@inner
def settle(s, e, m, handle, now):
    """A consumer's delete comes in. Without effect when the message has reappeared meanwhile, and lost when the queue is down."""
    me = s.messages[m]
    q = s.edges[e].queue
    qu = s.queues[q]
    if s.inst[qu.inst].down != ALIVE:
        return
    if me.handle != handle:
        qu.n_late += 1
        return
    s.attempt_ends[e, OK] += 1
    s.call_ends[e, OK] += 1
    note_latency(s, e, now - (me.due - qu.visibility))
    unblocked, full = np.int64(-1), qu.n_hidden >= qu.most_hidden
    while m >= 0:
        following = s.messages[m].mate
        if not qu.fifo or s.messages[m].leads:
            unhide(s, qu, m)
        qu.n_hidden -= 1
        qu.n_deleted += 1
        qu.t_deleted += 1
        s.inst[qu.inst].n_completed += 1
        if qu.fifo:
            unblocked = leave_group(s, q, m)
        leave(s, qu, m)
        free_message(s, m)
        m = following
    if unblocked >= 0:
        offer(s, qu, unblocked, BACK)
    if unblocked >= 0 or full:
        feed_queue(s, q, now)


@inner
def look_after(s, event, now):
    """One of a queue's two events: taken messages reappear, or messages are too old."""
    q = event >> 1
    if event & 1:
        expire(s, q, now)
    else:
        reappear(s, q, now)


@inner
def reappear(s, q, now):
    """Visibility ends for every message taken one visibility timeout ago: it is offered again, or dead-lettered."""
    qu = s.queues[q]
    qu.armed = 0
    while qu.hidden_head >= 0 and s.messages[qu.hidden_head].due <= now:
        m = qu.hidden_head
        unhide(s, qu, m)
        me = s.messages[m]
        if me.leads:
            s.attempt_ends[me.edge, TIMEOUT] += 1
            s.call_ends[me.edge, TIMEOUT] += 1
            if me.held:
                me.held = 0
                let_poller_go(s, me.edge)
        if qu.fifo:
            come_back_in_order(s, q, m, now)
        else:
            come_back(s, qu, m)
            if not bury(s, q, m, now):
                offer(s, qu, m, BACK)
    if qu.hidden_head >= 0 and not qu.armed:
        qu.armed = 1
        at(s, s.messages[qu.hidden_head].due, FIRST_QUEUE + 2 * q)
    feed_queue(s, q, now)
    if qu.dead_letter >= 0:
        feed_queue(s, qu.dead_letter, now)


@tiny
def come_back(s, qu, m):
    """Message m is no longer with a consumer; a delete for it comes too late."""
    s.messages[m].handle = 0
    s.messages[m].leads = 0
    qu.n_hidden -= 1
    qu.n_waiting += 1
    s.inst[qu.inst].queued += 1


@inner
def come_back_in_order(s, q, m, now):
    """The first of a group and the rest of its batch come back to the front of the group; those that failed too often leave."""
    qu = s.queues[q]
    x = m
    n = np.int64(0)
    while x >= 0:
        n += 1
        following = s.messages[x].mate
        come_back(s, qu, x)
        if x != m:
            s.messages[x].state = BLOCKED
        x = following
    while m >= 0:
        following = s.messages[m].follower
        if not bury(s, q, m, now):
            if qu.bisect:
                s.messages[m].most = n >> 1
            offer(s, qu, m, BACK)
            return
        n = np.int64(0)  # what failed is gone
        m = following


@inner
def bury(s, q, m, now):
    """A message in no list but by age (and group) leaves the queue if it is too old, or taken too often: then for the dead letters."""
    qu, me = s.queues[q], s.messages[m]
    too_old = qu.retention > 0 and me.born + qu.retention <= now
    if not too_old and (qu.max_receives == 0 or me.receives < qu.max_receives):
        return False
    if qu.fifo:
        leave_group(s, q, m)
    leave(s, qu, m)
    qu.n_waiting -= 1
    s.inst[qu.inst].queued -= 1
    if too_old:
        qu.n_expired += 1
        qu.t_expired += 1
        free_message(s, m)
        return True
    qu.n_dead += 1
    qu.t_dead += 1
    if qu.dead_letter >= 0:
        me.key = draw_u64(me.key, FOR_DELIVERY << 24)  # its deliveries from there are others
        s.inst[s.queues[qu.dead_letter].inst].n_arrived += 1
        store(s, qu.dead_letter, m)
    else:
        free_message(s, m)
    return True


@inner
def expire(s, q, now):
    """Everything too old leaves the queue, except what a consumer has in hand: that is looked at when it comes back."""
    qu = s.queues[q]
    if now != qu.keep_at:
        return  # an older message came in since, and had an event of its own
    qu.keep_at = -1
    m = qu.oldest
    while m >= 0 and s.messages[m].born + qu.retention <= now:
        me = s.messages[m]
        following = me.newer
        if me.state != HIDDEN:
            state, first = me.state, np.int64(-1)
            if state != BLOCKED:
                withdraw(s, qu, m)
            if qu.fifo:
                first = s.messages[m].follower
            bury(s, q, m, now)
            if state != BLOCKED and first >= 0:
                offer(s, qu, first, BACK)
        m = following
    if m >= 0:
        due = s.messages[m].born + qu.retention
        qu.keep_at = due
        at(s, due, FIRST_QUEUE + 2 * q + 1)
