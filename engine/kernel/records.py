"""Records of calls that may be made more than once, shared by all attempts of a call: how often its work was done, and who does it now.

A record exists while anybody refers to it: the caller, from its first attempt to its last (`frame.call`), and each attempt, also one that
the caller has given up (`frame.group`). A balancer passes on the record of the call it forwards. Edges without a second attempt have none.
"""

from __future__ import annotations

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import DUPLICATES, JOINED, OK
from engine.kernel.wires import make_ready


@tiny
def open_record(s, fr, ed):
    """Frame fr begins a call: it passes on the record it belongs to, makes one where there can be a second attempt, or has none."""
    if fr.group >= 0 and s.nodes[s.inst[fr.inst].node].passes:
        fr.call = fr.group
        s.calls[fr.group].refs += 1
    elif ed.tracked:
        fr.call = new_record(s)
        s.calls[fr.call].idempotent = ed.idempotent


@tiny
def new_record(s):
    r = s.free_call
    if r >= 0:
        s.free_call = s.calls[r].refs
    else:
        r = s.n_call
        s.n_call += 1
    record = s.calls[r]
    record.refs = 1
    record.executions = 0
    record.worker = -1
    record.head = -1
    return r


@inner
def wake_joined(s, record):
    """Attempts that waited for another to do the work look again, in the order they came."""
    f = record.head
    record.head = -1
    while f >= 0:
        following = s.frames[f].next
        make_ready(s, f)
        f = following


@inner
def join_or_lead(s, f):
    """Frame f has a slot and would do the work of an idempotent call: True when it may; else another attempt is at it, and f waits."""
    fr = s.frames[f]
    record = s.calls[fr.group]
    if record.worker < 0:
        record.worker = f
        return True
    fr.state = JOINED
    fr.next = -1
    if record.head < 0:
        record.head = f
    else:
        last = record.head
        while s.frames[last].next >= 0:
            last = s.frames[last].next
        s.frames[last].next = f
    return False


@inner
def leave_joined(s, f):
    """Frame f no longer waits for the other attempt."""
    record = s.calls[s.frames[f].group]
    if record.head == f:
        record.head = s.frames[f].next
        return
    before = record.head
    while s.frames[before].next != f:
        before = s.frames[before].next
    s.frames[before].next = s.frames[f].next


@tiny
def stop_leading(s, f):
    """The work of frame f ends without an outcome: another attempt may do it; those that waited are to be woken (`wake_orphans`)."""
    fr = s.frames[f]
    if fr.group >= 0 and s.calls[fr.group].worker == f:
        s.calls[fr.group].worker = -1
        if s.calls[fr.group].head >= 0:
            s.orphans = 1


@inner
def wake_orphans(s, r):
    """Wake whoever waits for an attempt of record r that was cancelled; −1: of any record whose attempt died."""
    s.orphans = 0
    if r >= 0:
        wake_joined(s, s.calls[r])
        return
    for f in range(s.n_used):
        if s.frames[f].state == JOINED and s.calls[s.frames[f].group].worker < 0 and s.calls[s.frames[f].group].head >= 0:
            wake_joined(s, s.calls[s.frames[f].group])


@inner
def executed(s, f, outcome):
    """Frame f has ended with an outcome. Only a success counts as done; a second one of the same call is a duplicate."""
    fr = s.frames[f]
    if s.nodes[s.inst[fr.inst].node].passes:
        return
    record = s.calls[fr.group]
    if record.idempotent:
        if record.worker != f:  # answered from what another attempt did
            return
        record.worker = -1
        if outcome == OK:
            record.executions += 1
        wake_joined(s, record)
    elif outcome == OK:
        record.executions += 1
        if record.executions > 1:
            s.extras[fr.edge, DUPLICATES] += 1
