"""What a store's request waits for after its work: a write for the members that have to have it, a read for those it has to ask.

A pair has one synchronous standby. With a quorum a request waits for the fastest of the other members, as many as it needs. While too few
can be reached it stalls, until they can or the member is fenced; its caller's timeout decides meanwhile.
"""

from __future__ import annotations

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, ROLE_PRIMARY, ROLE_REPLICA, ROLE_STANDBY, STALL, SYNC
from engine.kernel.rng import ZERO
from engine.kernel.subjects import is_write
from engine.kernel.wires import NOBODY, at, make_ready


@tiny
def further_members(s, ins, fr):
    """How many other members a request needs; 0 where no quorum is asked for."""
    if ins.log < 0:
        return ZERO
    log = s.logs[ins.log]
    if is_write(s, fr):
        return log.need
    return ZERO if log.many and s.edges[fr.edge].eventual else log.ask


@tiny
def can_talk(s, i, j):
    """Whether two members live and anything is replicated between them."""
    one, other = s.inst[s.inst[i].whose], s.inst[s.inst[j].whose]
    if other.down != ALIVE or one.paused or other.paused:
        return False
    return not s.path_cut[one.place, other.place] and not s.path_cut[other.place, one.place]


@tiny
def round_trip(s, i, j):
    """Ticks from member i to member j and back."""
    a, b = s.inst[i].place, s.inst[j].place
    return s.lat[a, b] + s.lat[b, a] + s.path_add[a, b] + s.path_add[b, a]


@tiny
def takes_part(s, i, j):
    """Whether member j counts for a quorum of member i's: it is in touch and no fenced one."""
    role = s.inst[j].role
    return i != j and (role == ROLE_PRIMARY or role == ROLE_REPLICA) and can_talk(s, i, j)


@inner
def sooner(s, i, j):
    """How many members answer member i before member j does."""
    log = s.logs[s.inst[i].log]
    mine = round_trip(s, i, j)
    n = ZERO
    for k in range(log.first, log.first + log.members):
        if k != j and takes_part(s, i, k):
            theirs = round_trip(s, i, k)
            if theirs < mine or (theirs == mine and k < j):
                n += 1
    return n


@inner
def time_of(s, i, n):
    """Ticks until n other members have answered member i; −1: so many are not in touch."""
    log = s.logs[s.inst[i].log]
    for j in range(log.first, log.first + log.members):
        if takes_part(s, i, j) and sooner(s, i, j) == n - 1:
            return round_trip(s, i, j)
    return NOBODY


@tiny
def standby_reachable(s, i):
    """Whether the standby of primary i lives and can be reached both ways."""
    standby = s.inst[i].standby
    return s.inst[standby].role == ROLE_STANDBY and can_talk(s, i, standby)


@tiny
def can_go_on(s, fr):
    """Whether nothing is left to wait for: those it needs are in touch, or the member is fenced and will say so."""
    ins = s.inst[fr.inst]
    n = further_members(s, ins, fr)
    if n > 0 and s.logs[ins.log].many:  # it says that it cannot, rather than wait
        return True
    if n == 0:
        return ins.standby < 0 or standby_reachable(s, fr.inst)
    if ins.role != ROLE_PRIMARY and (ins.role != ROLE_REPLICA or is_write(s, fr)):
        return True
    return time_of(s, fr.inst, n) >= 0


@tiny
def stall(ins, fr, f):
    """Frame f waits until enough members can be reached."""
    fr.state = STALL
    fr.next = ins.stall_head
    ins.stall_head = f


@inner
def replicate(s, f, now):
    """Frame f has done its work and waits for the answers of other members. False when there are none to wait for."""
    fr = s.frames[f]
    ins = s.inst[fr.inst]
    n = further_members(s, ins, fr)
    if n > 0:
        wait = time_of(s, fr.inst, n)
        if wait < 0:
            if can_go_on(s, fr):
                return False
            stall(ins, fr, f)
            return True
    elif ins.standby < 0 or not is_write(s, fr):
        return False
    else:
        wait = round_trip(s, fr.inst, ins.standby)
    fr.state = SYNC
    at(s, now + wait, f)
    return True


@inner
def acknowledged(s, f):
    """The round trip is over: True when the request is done (or nobody waits for the others), else it stalls."""
    fr = s.frames[f]
    if can_go_on(s, fr):
        return True
    stall(s.inst[fr.inst], fr, f)
    return False


@inner
def wake_stalled(s, i):
    """Members answer again, or no longer count: of what waited at member i, what can go on does; the rest waits on in its order."""
    ins = s.inst[i]
    f = ins.stall_head
    ins.stall_head = -1
    last = NOBODY
    while f >= 0:
        fr = s.frames[f]
        following = fr.next
        if can_go_on(s, fr):
            fr.pc = s.steps[fr.pc].on_ok
            make_ready(s, f)
        else:
            fr.next = -1
            if last < 0:
                ins.stall_head = f
            else:
                s.frames[last].next = f
            last = f
        f = following
