"""What operators do with messages: bring dead letters back to where they came from, deliver archived ones again."""

from __future__ import annotations

from engine.kernel.doors import settled
from engine.kernel.jit import entry
from engine.kernel.layout import ALIVE, BACK
from engine.kernel.messages import leave, leave_group, next_message, offer, withdraw
from engine.kernel.queues import feed_queue, store
from engine.kernel.rng import FOR_DELIVERY, draw_u64
from engine.kernel.topics import park, spread
from engine.kernel.wires import make_ready


@settled
@entry
def redrive(w, q, to, most, now):
    """Up to ``most`` messages waiting in queue q, oldest first, become new messages of queue ``to``."""
    s = w[0]
    qu = s.queues[q]
    for _ in range(most):
        m = next_message(s, qu)
        if m < 0:
            break
        withdraw(s, qu, m)
        if qu.fifo:
            following = leave_group(s, q, m)
            if following >= 0:
                offer(s, qu, following, BACK)
        leave(s, qu, m)
        s.inst[qu.inst].queued -= 1
        qu.n_waiting -= 1
        qu.n_redriven += 1
        qu.t_redriven += 1
        s.messages[m].born = now
        s.messages[m].key = draw_u64(s.messages[m].key, FOR_DELIVERY << 24)
        s.inst[s.queues[to].inst].n_arrived += 1
        store(s, to, m)
    feed_queue(s, to, now)


@settled
@entry
def replay(w, t, after, until, turn):
    """What topic t has archived, published after one instant and until another, goes to all subscriptions again."""
    s = w[0]
    to = s.topics[t]
    m = s.queues[to.archive].oldest
    while m >= 0 and s.messages[m].born <= until:
        me = s.messages[m]
        if me.born > after:
            to.n_replayed += 1
            to.t_messages += 1
            spread(s, t, me.key, me.kind, me.subject, turn)
        m = me.newer


@settled
@entry
def wake_topics(w):
    """Copies that waited for their topic go on where it is back."""
    s = w[0]
    f = s.parked_head
    s.parked_head = -1
    s.parked_tail = -1
    while f >= 0:
        following = s.frames[f].next
        if s.inst[s.frames[f].inst].down == ALIVE:
            make_ready(s, f)
        else:
            park(s, f)
        f = following
