"""Write-back: a cache acknowledges a write as soon as it has it; the store gets the latest value of the key later, for all writes at once.

A key is flushed one interval after its first write, or at once when it is pushed out. A flush that fails is tried again one interval later.
What the store has not acknowledged when the instance dies, or is emptied, is lost; of what is under way then nobody knows, and it counts as
lost when the instance dies.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.detached import call_detached, new_detached
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import FOREVER, GHOST, OK, SERVE
from engine.kernel.rng import FOR_FLUSH, ZERO, counter, draw_u64
from engine.kernel.wires import at


@tiny
def flush_later(s, i, subject, kind, key, now):
    """Instance i sends what it keeps of a key one interval from now: the frame that does."""
    f = new_detached(s, i, s.nodes[s.inst[i].node].flush, key, kind, subject)
    s.frames[f].state = SERVE
    at(s, now + s.memories[s.inst[i].memory].flush_after, f)
    return f


@tiny
def flush_now(s, i, subject, kind, key):
    """The same at once."""
    return call_detached(s, i, s.steps[s.nodes[s.inst[i].node].flush].on_ok, key, kind, subject)


@inner
def keep(s, f, now):
    """The write of frame f is acknowledged; it has to be flushed."""
    fr = s.frames[f]
    i, subject, kind = fr.inst, fr.subject, fr.kind
    mem = s.memories[s.inst[i].memory]
    backlog = s.backlogs[mem.backlogs + subject]
    mem.n_kept += 1
    backlog.dirty += 1
    if backlog.dirty - backlog.carried == 1:
        backlog.since = now
    if backlog.flusher == 0:
        backlog.flusher = flush_later(s, i, subject, kind, draw_u64(fr.key, counter(FOR_FLUSH, ZERO, ZERO)), now) + 1


@inner
def flush_evicted(s, m, subject):
    """A key was pushed out: what waits there to be flushed is flushed now."""
    backlog = s.backlogs[s.memories[m].backlogs + subject]
    f = backlog.flusher - 1
    if backlog.dirty > 0 and f >= 0 and s.frames[f].state == SERVE:
        fr = s.frames[f]
        i, kind, key = fr.inst, fr.kind, fr.key
        fr.state = GHOST  # its event is pending
        s.n_detached_ended += 1
        backlog.flusher = flush_now(s, i, subject, kind, key) + 1


@inner
def carry(s, f):
    """Frame f is about to flush: everything there is by now. False when there is nothing any more."""
    fr = s.frames[f]
    backlog = s.backlogs[s.memories[s.inst[fr.inst].memory].backlogs + fr.subject]
    backlog.carried = backlog.dirty
    backlog.carried_since = backlog.since
    if backlog.dirty == 0:
        backlog.flusher = 0
    return backlog.dirty > 0


@inner
def flushed(s, f, outcome, now):
    """The store has answered. What came meanwhile, or was not taken, is flushed next: at once if the key was pushed out and the store takes
    writes."""
    fr = s.frames[f]
    i, subject, kind = fr.inst, fr.subject, fr.kind
    mem = s.memories[s.inst[i].memory]
    backlog = s.backlogs[mem.backlogs + subject]
    if outcome == OK:
        mem.n_flushed += backlog.carried
        mem.t_flushed += backlog.carried
        backlog.dirty -= backlog.carried
    elif backlog.carried > 0:
        backlog.since = backlog.carried_since
    backlog.carried = 0
    backlog.flusher = 0
    if backlog.dirty > 0:
        key = draw_u64(fr.key, counter(FOR_FLUSH, ZERO, ZERO))
        if outcome == OK and s.entries[mem.first + subject].held == 0:
            backlog.flusher = flush_now(s, i, subject, kind, key) + 1
        else:
            backlog.flusher = flush_later(s, i, subject, kind, key, now) + 1


@inner
def lose_unflushed(s, m, dies):
    """Memory m is emptied, or dies: what it has not flushed is gone; when it only is emptied, what is under way still arrives."""
    mem = s.memories[m]
    first = np.int64(FOREVER)
    for subject in range(s.n_keys):
        backlog = s.backlogs[mem.backlogs + subject]
        stays = ZERO if dies else backlog.carried
        gone = backlog.dirty - stays
        if gone > 0:
            oldest = backlog.carried_since if backlog.carried > stays else backlog.since
            first = min(first, oldest)
            mem.lost_since = first
            mem.n_lost += gone
            mem.t_lost += gone
            backlog.dirty = stays
        if dies:
            backlog.carried = 0
            backlog.flusher = 0
