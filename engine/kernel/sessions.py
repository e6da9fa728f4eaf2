"""Sessions: users who come back. A sticky balancer sends each to the instance that answered it before; where state lives on the instance,
any other instance has to be logged in to again.

``cookies`` holds what the cookie of each session says, for every sticky balancer: the target row and until when. ``homes`` holds where each
session lives, for every node that keeps its sessions itself: instance + 1, 0 while it is unknown there, GONE when its instance lost it.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import entry, inner, tiny
from engine.kernel.layout import REFUSED, TIMEOUT
from engine.kernel.rng import ZERO, counter, draw_u64
from engine.kernel.subjects import zipf_rank

FOR_SESSION = np.int64(80)
NOBODY = np.int64(-1)
GONE = np.int64(-1)
STICKS = np.int64(2)  # bit of `target.watched`; 1: the balancer looks for an AZ that fails


@inner
def session_of(s, src, key):
    """The session that a request of an open loop belongs to."""
    return src.first_session + zipf_rank(draw_u64(key, counter(FOR_SESSION, ZERO, ZERO)), src.n_sessions, src.session_zipf)


@inner
def as_before(s, pool, session, now):
    """Row of the target that a session's cookie names, while it is valid and the target can be chosen; −1: the balancer chooses."""
    cookie = s.cookies[pool.cookies + session]
    row = cookie.row - 1
    if row < 0 or now >= cookie.until:
        return NOBODY
    if row < pool.first or row >= pool.first + pool.count:  # given out by another node of the balancer
        i = s.targets[row].inst
        row = pool.first
        while row < pool.first + pool.count and s.targets[row].inst != i:
            row += 1
        if row == pool.first + pool.count:
            return NOBODY
    return row if s.targets[row].listed else NOBODY


@inner
def answered_by(s, fr, row, outcome, now):
    """An attempt of a sticky balancer is over. An answer brings a fresh cookie; a timeout and a refusal are the balancer's own words."""
    if fr.session >= 0 and outcome != TIMEOUT and outcome != REFUSED:
        pool = s.pools[s.steps[fr.pc].pool]
        cookie = s.cookies[pool.cookies + fr.session]
        cookie.row = row + 1
        cookie.until = now + pool.sticky


@inner
def starts_over(s, fr, ins):
    """Whether a request has to log in again: its session is known and does not live on this instance. From now on it does."""
    if ins.busy >= ins.slots and ins.queued >= ins.capacity:  # turned away, it does not come to that
        return False
    keeper = s.keepers[ins.keeper - 1]
    k = keeper.first + fr.session
    home = s.homes[k]
    if home == fr.inst + 1:
        return False
    s.homes[k] = fr.inst + 1
    keeper.held += 1
    if home > 0:
        left = s.keepers[s.inst[home - 1].keeper - 1]
        left.held -= 1
        lose(left, np.int64(1))
    if home != 0:
        keeper.n_again += 1
        keeper.t_again += 1
    return home != 0


@tiny
def lose(keeper, n):
    """So many sessions of this instance are lost."""
    keeper.n_lost += n
    keeper.t_lost += n


@inner
def lose_sessions(s, i):
    """The process of instance i is gone, and with it all sessions that live there."""
    keeper = s.keepers[s.inst[i].keeper - 1]
    if keeper.held == 0:
        return
    for k in range(keeper.first, keeper.first + s.n_session):
        if s.homes[k] == i + 1:
            s.homes[k] = GONE
    lose(keeper, keeper.held)
    keeper.held = ZERO


@entry
def restart(w, i):
    """Instance i starts anew: what it kept in memory is lost."""
    s = w[0]
    if s.inst[i].keeper:
        lose_sessions(s, i)


@entry
def collect_sessions(w, row, counts):
    """Move the `series.SESSION_COUNTS` of the second that ends now into row ``row``."""
    s = w[0]
    for k in range(s.n_keeper):
        keeper = s.keepers[k]
        counts[row, k, 0] = keeper.held
        counts[row, k, 1] = keeper.n_lost
        counts[row, k, 2] = keeper.n_again
        keeper.n_lost = 0
        keeper.n_again = 0
