"""Tables that every member takes writes for: each has a log of its own, which all the others follow.

What a member has received of another's log is kept in a row beside the instances, a *feed*: a replica that serves nobody. ``log.peer`` is
the first of a partition's logs, one per member in their order; ``log.first`` the first of its feeds, one per member too, of which that to
itself is nothing. The latest write of a key, whoever took it, is one number: its number in that log × members + the member. A later write
wins; one that did not know the latest was made at the same time as that, which nobody reads any more.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.commits import further_members, sooner, takes_part, time_of
from engine.kernel.jit import entry, inner
from engine.kernel.layout import NO_WRITER, OK, ROLE_REPLICA, TICKS_PER_S
from engine.kernel.rng import ZERO
from engine.kernel.stores import acknowledge, acknowledged_at, catch_up, received_by, vouch
from engine.kernel.subjects import is_write


@inner
def has_received(s, log, of, by, number, now):
    """Whether member ``by`` has the write of this number that member ``of`` took."""
    if of == by:
        return True
    feed = s.logs[log.peer + of].first + by
    catch_up(s, feed, now)
    return number <= s.inst[feed].applied


@inner
def lacks_latest_write(s, i, of, number, asked, now):
    """Whether neither member i nor any of so many others that it asks has a write."""
    log = s.logs[s.inst[i].log]
    if has_received(s, log, of, s.inst[i].log - log.peer, number, now):
        return False
    for k in range(log.members):
        j = log.first + k
        if asked > 0 and takes_part(s, i, j) and sooner(s, i, j) < asked and has_received(s, log, of, k, number, now):
            return False
    return True


@inner
def is_behind(s, i, subject, asked, now):
    """Whether a request at member i does not know the latest write of its key; without a key, of anything."""
    log = s.logs[s.inst[i].log]
    if subject >= 0:
        latest = s.versions[log.first_version + subject]
        return latest > 0 and lacks_latest_write(s, i, latest % log.members, latest // log.members, asked, now)
    behind = False
    for of in range(log.members):
        behind |= lacks_latest_write(s, i, of, s.logs[log.peer + of].n, asked, now)
    return behind


@inner
def vouch_for(s, i, fr, now):
    """Work at a store's member is done: see `stores.vouch`. Of many writers each acknowledges on its own, or with a quorum."""
    ins = s.inst[i]
    if ins.log < 0 or s.logs[ins.log].many == 0:
        return vouch(s, i, fr, now)
    log = s.logs[ins.log]
    asked = further_members(s, ins, fr)
    if asked > 0 and time_of(s, i, asked) < 0:
        return NO_WRITER
    behind = is_behind(s, i, fr.subject, asked, now)
    if not is_write(s, fr):
        ins.n_stale += 1 if behind else 0
        return OK
    if behind and log.need == 0 and fr.subject >= 0:
        ins.n_conflicts += 1
    ins.acked += 1
    acknowledge(s, ins.log, np.int64(-1), now)
    if fr.subject >= 0:
        s.versions[log.first_version + fr.subject] = log.n * log.members + ins.log - log.peer
    return OK


@inner
def behind_on(s, feed, now):
    """(writes, ticks) a member is behind in what a feed brings."""
    log = s.logs[s.inst[feed].log]
    catch_up(s, feed, now)
    behind = log.n - s.inst[feed].applied
    return behind, now - acknowledged_at(s, log, s.inst[feed].applied + 1) if behind > 0 else ZERO


@entry
def stranded(w, which, now):
    """(writes of a log that no other member has received, when the first of them was acknowledged)."""
    s = w[0]
    log = s.logs[which]
    most = ZERO
    for feed in range(log.first, log.first + log.members):
        if s.inst[feed].role == ROLE_REPLICA:
            catch_up(s, feed, now)
            most = max(most, received_by(s, feed, now))
    return log.n - most, acknowledged_at(s, log, most + 1) if log.n > most else now


@entry
def collect_copies(w, row, now, copies, lag_s, lag_writes, stale, conflicts):
    """Move what is counted of each store member with a log into row ``row``: seconds and writes behind, stale reads and conflicting writes
    of the second. A member that takes writes is behind the others by all it lacks, for as long as the oldest of that."""
    s = w[0]
    for k in range(len(copies)):
        i = copies[k]
        ins = s.inst[i]
        log = s.logs[ins.log]
        lag_s[row, k] = 0.0
        lag_writes[row, k] = 0
        for of in range(log.members if log.many else 1):
            feed = s.logs[log.peer + of].first + ins.log - log.peer if log.many else i
            if s.inst[feed].role == ROLE_REPLICA:
                behind, since = behind_on(s, feed, now)
                lag_writes[row, k] += behind
                lag_s[row, k] = max(lag_s[row, k], since / TICKS_PER_S)
        stale[row, k] = ins.n_stale
        conflicts[row, k] = ins.n_conflicts
        ins.n_stale = 0
        ins.n_conflicts = 0
