"""The lists of a message queue: all messages by age, those that may be taken, those that are taken, those behind another of their group."""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import BACK, BLOCKED, FIRST_QUEUE, FOREVER, FRESH, HIDDEN, MESSAGE_FREE, N_GROUP
from engine.kernel.rng import draw_u64
from engine.kernel.wires import at

GROUP_MASK = np.uint64(N_GROUP - 1)


@tiny
def new_message(s):
    """A free row."""
    m = s.free_message
    if m >= 0:
        s.free_message = s.messages[m].next
    else:
        m = s.n_messages
        s.n_messages += 1
    s.messages_in_use += 1
    return m


@tiny
def free_message(s, m):
    me = s.messages[m]
    me.state = MESSAGE_FREE
    me.handle = 0
    me.next = s.free_message
    s.free_message = m
    s.messages_in_use -= 1


# ---- by age ----
@tiny
def join(s, qu, m):
    """Into the list of all messages, by the instant of publication: at its end, unless it comes from another queue."""
    me = s.messages[m]
    before = qu.newest
    while before >= 0 and s.messages[before].born > me.born:
        before = s.messages[before].older
    me.older = before
    if before >= 0:
        me.newer = s.messages[before].newer
        s.messages[before].newer = m
    else:
        me.newer = qu.oldest
        qu.oldest = m
    if me.newer >= 0:
        s.messages[me.newer].older = m
    else:
        qu.newest = m


@tiny
def leave(s, qu, m):
    """Out of the list of all messages."""
    me = s.messages[m]
    if me.older >= 0:
        s.messages[me.older].newer = me.newer
    else:
        qu.oldest = me.newer
    if me.newer >= 0:
        s.messages[me.newer].older = me.older
    else:
        qu.newest = me.older


@tiny
def arm_retention(s, q, m):
    """The retention event of queue q comes no later than when message m, new there, is too old."""
    qu = s.queues[q]
    if qu.retention == 0:
        return
    due = max(s.messages[m].born + qu.retention, s.now)
    if due < FOREVER and (qu.keep_at < 0 or due < qu.keep_at):
        qu.keep_at = due
        at(s, due, FIRST_QUEUE + 2 * q + 1)


# ---- what may be taken, oldest first ----
@tiny
def offer(s, qu, m, state):
    """Message m may be taken: FRESH or BACK, behind those already there."""
    me = s.messages[m]
    me.state = state
    me.next = -1
    tail = qu.fresh_tail if state == FRESH else qu.back_tail
    me.prev = tail
    if tail >= 0:
        s.messages[tail].next = m
    elif state == FRESH:
        qu.fresh_head = m
    else:
        qu.back_head = m
    if state == FRESH:
        qu.fresh_tail = m
    else:
        qu.back_tail = m


@tiny
def withdraw(s, qu, m):
    """Message m, FRESH or BACK, may no longer be taken."""
    me = s.messages[m]
    if me.prev >= 0:
        s.messages[me.prev].next = me.next
    elif me.state == FRESH:
        qu.fresh_head = me.next
    else:
        qu.back_head = me.next
    if me.next >= 0:
        s.messages[me.next].prev = me.prev
    elif me.state == FRESH:
        qu.fresh_tail = me.prev
    else:
        qu.back_tail = me.prev


@tiny
def next_message(s, qu):
    """The oldest of those that may be taken; −1: none. Those that came back are in the order of their return."""
    if qu.back_head < 0:
        return qu.fresh_head
    if qu.fresh_head < 0 or s.messages[qu.back_head].born <= s.messages[qu.fresh_head].born:
        return qu.back_head
    return qu.fresh_head


# ---- what is taken, in the order in which it reappears ----
@tiny
def hide(s, q, m, due):
    """Message m reappears at ``due`` unless it is deleted before."""
    qu, me = s.queues[q], s.messages[m]
    me.due = due
    me.next = -1
    me.prev = qu.hidden_tail
    if qu.hidden_tail >= 0:
        s.messages[qu.hidden_tail].next = m
    else:
        qu.hidden_head = m
    qu.hidden_tail = m
    if not qu.armed:
        qu.armed = 1
        at(s, due, FIRST_QUEUE + 2 * q)


@tiny
def unhide(s, qu, m):
    """Off the list of what reappears."""
    me = s.messages[m]
    if me.prev >= 0:
        s.messages[me.prev].next = me.next
    else:
        qu.hidden_head = me.next
    if me.next >= 0:
        s.messages[me.next].prev = me.prev
    else:
        qu.hidden_tail = me.prev


# ---- groups of a FIFO queue: a hash table from (queue, group) to the group's first message, by linear probing ----
@tiny
def home(q, group):
    """The place in the table where a group would like to be."""
    return np.int64(draw_u64(np.uint64(q), group + 1) & GROUP_MASK)


@tiny
def place_of_group(s, q, group):
    """Where the group is in the table, or the free place where it belongs."""
    k = home(q, group)
    while s.groups[k] > 0:
        me = s.messages[s.groups[k] - 1]
        if me.queue == q and me.group == group:
            break
        k = (k + 1) & (N_GROUP - 1)
    return k


@inner
def drop_group(s, q, group):
    """The group has no message left. What follows it in the table moves up where it may (Knuth, vol. 3, 6.4, algorithm R)."""
    hole = place_of_group(s, q, group)
    s.groups[hole] = 0
    k = (hole + 1) & (N_GROUP - 1)
    while s.groups[k] > 0:
        me = s.messages[s.groups[k] - 1]
        wanted = home(me.queue, me.group)
        if ((k - wanted) & (N_GROUP - 1)) >= ((k - hole) & (N_GROUP - 1)):
            s.groups[hole] = s.groups[k]
            s.groups[k] = 0
            hole = k
        k = (k + 1) & (N_GROUP - 1)


@tiny
def enter_group(s, q, m):
    """Behind the others of its group: False, and m has to wait; True when it is the first."""
    me = s.messages[m]
    me.follower = -1
    k = place_of_group(s, q, me.group)
    first = s.groups[k] - 1
    if first < 0:
        me.last = m
        s.groups[k] = m + 1
        return True
    me.state = BLOCKED
    me.prev = s.messages[first].last
    s.messages[me.prev].follower = m
    s.messages[first].last = m
    return False


@inner
def leave_group(s, q, m):
    """Out of the group; m is its first, or BLOCKED. Returns the new first one when m was the first, −1 when none is left or m was not."""
    me = s.messages[m]
    k = place_of_group(s, q, me.group)
    first = s.groups[k] - 1
    if first != m:
        s.messages[me.prev].follower = me.follower
        if me.follower >= 0:
            s.messages[me.follower].prev = me.prev
        else:
            s.messages[first].last = me.prev
        return np.int64(-1)
    following = me.follower
    if following < 0:
        drop_group(s, q, me.group)
    else:
        s.messages[following].last = me.last
        s.groups[k] = following + 1
    return np.int64(following)


@inner
def index_groups(s):
    """Make the table of groups anew from the messages: it is not kept in checkpoints."""
    for m in range(s.n_messages):
        me = s.messages[m]
        if me.state != MESSAGE_FREE and s.queues[me.queue].fifo and is_first(s, m):
            s.groups[place_of_group(s, me.queue, me.group)] = m + 1


@tiny
def is_first(s, m):
    """Whether m leads its group: only the first is offered or in the list of what reappears."""
    me = s.messages[m]
    return me.state == FRESH or me.state == BACK or (me.state == HIDDEN and me.leads != 0)
