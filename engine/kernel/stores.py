"""Stores: which member of which partition a call goes to, what a primary acknowledges, and how far its replicas have followed.

The acknowledged writes of a partition are its *log*, numbered from 1. A replica receives each write one network way after its
acknowledgement and applies them in order, one every `gap` ticks. Nothing of that is an event: `catch_up` works out when somebody looks. The
ring keeps the time of each acknowledgement that some replica still needs; when it is full it keeps every second, fourth … one.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.commits import sooner, takes_part
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, NO_WRITER, OK, ROLE_PRIMARY, ROLE_REPLICA
from engine.kernel.rng import FOR_PICK, counter, uniform
from engine.kernel.subjects import is_write, partition_of

FILL = np.int64(4)  # where the program begins with which a cache keeps something: `engine.build_caches`
STOPPED, CUT_OFF, LINKED = np.arange(3)  # a replica's process is down · it gets nothing from the primary · it follows


@tiny
def member_for(s, pool, fr, step, tries):
    """Row of the member this caller asks: the primary it believes in; for a read, where replicas answer, any other that can be read."""
    p = partition_of(fr, pool.salt, pool.partitions)
    primary = s.addresses[pool.first_address + (fr.inst - s.edges[pool.edge].caller_first) * pool.partitions + p]
    if pool.read_first < 0 or step.entry == FILL or is_write(s, fr):
        return primary
    first = pool.first + p * pool.members
    own = primary - first
    n = pool.members - pool.read_first
    if own >= pool.read_first:
        n -= 1
    if n == 0:
        return primary
    k = pool.read_first + np.int64(uniform(fr.key, counter(FOR_PICK, step.local, tries)) * n)
    if own >= pool.read_first and k >= own:
        k += 1
    return first + k


@tiny
def may_answer(s, ins, fr):
    """Whether a member that is not the primary answers this request: a replica answers reads that need not be the latest."""
    return ins.role == ROLE_REPLICA and s.edges[fr.edge].eventual != 0 and not is_write(s, fr) and s.steps[fr.pc].entry != FILL


@inner
def vouch(s, i, fr, now):
    """Work at a store's member is done: book the write or the read. NO_WRITER when the member was fenced meanwhile."""
    ins = s.inst[i]
    if ins.role == ROLE_PRIMARY:
        if is_write(s, fr) and ins.memory < 0:
            ins.acked += 1
            if ins.log >= 0:
                if s.logs[ins.log].primary == i:
                    acknowledge(s, ins.log, fr.subject, now)
                else:
                    disown(s, ins, now)
        return OK
    if may_answer(s, ins, fr):
        log = s.logs[ins.log]
        newest = s.versions[log.first_version + fr.subject] if fr.subject >= 0 else log.n
        if ins.memory < 0 and newest > most_known(s, i, now):
            ins.n_stale += 1
        return OK
    return NO_WRITER


@inner
def disown(s, ins, now):
    """A member acknowledged a write that has another primary by now and does not know it: that write will be given up."""
    s.logs[ins.log].lost += 1
    ins.n_lost += 1
    if ins.n_split == 0:
        ins.split_since = now
    ins.n_split += 1


@tiny
def acknowledged_at(s, log, number):
    """When the write of this number was acknowledged, in ticks."""
    return s.ring[log.ring + (((number - 1) >> log.shift) & log.mask)]


@inner
def acknowledge(s, which, subject, now):
    """One more write in the log."""
    log = s.logs[which]
    chunk = log.n >> log.shift
    if log.n == chunk << log.shift:
        if chunk - log.low > log.mask:
            make_room(s, which, now)
            chunk = log.n >> log.shift
        if log.n == chunk << log.shift:
            s.ring[log.ring + (chunk & log.mask)] = now
    log.n += 1
    if subject >= 0 and log.first_version >= 0:
        s.versions[log.first_version + subject] = log.n


@inner
def make_room(s, which, now):
    """Forget what every replica has applied; if that is not enough, keep the time of every second entry only."""
    log = s.logs[which]
    low = log.n
    for i in range(log.first, log.first + log.members):
        if s.inst[i].role == ROLE_REPLICA:
            catch_up(s, i, now)
            low = min(low, s.inst[i].applied)
    log.low = low >> log.shift
    if (log.n >> log.shift) - log.low > log.mask:
        end = (log.n - 1) >> log.shift
        for chunk in range(log.low, end + 1):
            s.spare[chunk - log.low] = s.ring[log.ring + (chunk & log.mask)]
        low = log.low
        log.shift += 1
        log.low = low >> 1
        for chunk in range(log.low, (end >> 1) + 1):
            s.ring[log.ring + (chunk & log.mask)] = s.spare[max(2 * chunk - low, 0)]


@tiny
def way_to(s, ins, log):
    """Ticks from a write's acknowledgement to its arrival at a member; none at one of those it was acknowledged for."""
    return log.lag if ins.holder else log.lag + s.lat[s.inst[log.primary].place, ins.place]


@tiny
def arrival(s, log, ins, number, way):
    """When a write reaches a linked replica: one way after it was acknowledged, or after the link came back."""
    return max(acknowledged_at(s, log, number), ins.since) + way


@inner
def catch_up(s, i, now):
    """Bring a replica's position to now: it applies what has arrived, in order."""
    ins = s.inst[i]
    log = s.logs[ins.log]
    if ins.link == STOPPED:
        return
    way = way_to(s, ins, log)
    while ins.applied < log.n:
        number = ins.applied + 1
        begin = ins.free_at
        if number > ins.received:
            if ins.link != LINKED:
                break
            begin = max(begin, arrival(s, log, ins, number, way))
        if begin + log.gap > now:
            break
        ins.applied = number
        ins.free_at = begin + log.gap


@inner
def received_by(s, i, now):
    """How many writes have reached a replica, applied or not; it must have caught up."""
    ins = s.inst[i]
    log = s.logs[ins.log]
    n = max(ins.received, ins.applied)
    if ins.link == LINKED:
        way = way_to(s, ins, log)
        while n < log.n and arrival(s, log, ins, n + 1, way) <= now:
            n += 1
    return n


@tiny
def link_of(s, i):
    """How replica i should be linked to its primary as things are."""
    ins = s.inst[i]
    primary = s.inst[s.logs[ins.log].primary]
    a, b = primary.place, ins.place
    me = s.inst[ins.whose]
    if me.down != ALIVE:
        return STOPPED
    if primary.down != ALIVE or primary.role != ROLE_PRIMARY or primary.paused or me.paused or s.path_cut[a, b] or s.path_cut[b, a]:
        return CUT_OFF
    return LINKED


@inner
def set_link(s, i, link, holder, now):
    """A replica's link changes: what has arrived by now stays, the rest is sent again from where it stopped."""
    ins = s.inst[i]
    if ins.link != link or ins.holder != holder:
        catch_up(s, i, now)
        before, ins.received = ins.received, received_by(s, i, now)
        log = s.logs[ins.log]
        if before <= ins.applied < ins.received:  # the write in work, if any, was begun when it arrived
            ins.free_at = max(ins.free_at, arrival(s, log, ins, ins.applied + 1, way_to(s, ins, log)))
        if ins.link == STOPPED:
            ins.free_at = now
        ins.link = link
        ins.holder = holder
        ins.since = now


@inner
def is_holder(s, i):
    """Whether writes are acknowledged for member i: it is among the first that answer the primary, of those a quorum needs."""
    log = s.logs[s.inst[i].log]
    return 1 if log.need > 0 and takes_part(s, log.primary, i) and sooner(s, log.primary, i) < log.need else 0


@inner
def relink(s, now):
    """Something happened to places, instances or roles: bring every replica's link up to date."""
    for i in range(s.n_row):
        if s.inst[i].log >= 0 and s.inst[i].role == ROLE_REPLICA:
            set_link(s, i, link_of(s, i), is_holder(s, i), now)


@inner
def position_of(s, i, now):
    """How much of the log member i has: all of it as the primary, as a replica what has reached it."""
    if s.inst[i].role == ROLE_PRIMARY:
        return s.logs[s.inst[i].log].n
    catch_up(s, i, now)
    return received_by(s, i, now)


@inner
def most_known(s, i, now):
    """What a read at member i can know: what it has applied, or with a quorum the most that any of those it asks has received."""
    log = s.logs[s.inst[i].log]
    if log.ask == 0:
        catch_up(s, i, now)
        return s.inst[i].applied
    best = position_of(s, i, now)
    for j in range(log.first, log.first + log.members):
        if takes_part(s, i, j) and sooner(s, i, j) < log.ask:
            best = max(best, position_of(s, j, now))
    return best


@inner
def follow(s, new, now):
    """The partition's writes come from member ``new`` from now on."""
    log = s.logs[s.inst[new].log]
    for i in range(log.first, log.first + log.members):
        if s.inst[i].role == ROLE_REPLICA and i != new:
            set_link(s, i, min(s.inst[i].link, CUT_OFF), s.inst[i].holder, now)
    log.primary = new
