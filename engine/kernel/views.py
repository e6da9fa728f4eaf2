"""Names: what a caller's cached DNS answer says at this instant.

Callers ask through many client resolvers, each of which keeps an answer for the TTL, or far longer when it is one that ignores it, and asks
again the moment it expires, from a random phase on. So nothing needs to be kept for a client resolver: the instant at which it asked last
follows from its key, and the answer it got from the versions of the record's answers (`control.resolution`) and one draw.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import entry, inner
from engine.kernel.layout import N_VERSIONS, OK
from engine.kernel.meters import note_latency
from engine.kernel.rng import FOR_ANSWER, FOR_PICK, FOR_RESOLVER, ZERO, counter, draw_u64, uniform

NO_ANSWER = np.int64(-2)
MOST_VALUES = np.int64(8)  # records in one multivalue answer (Route 53 developer guide)


@inner
def answered(s, view, fr, local, tries, now):
    """Row of the target that the cached answer leads frame fr to; NO_ANSWER when the answer was empty."""
    v = s.views[view]
    slot = fr.inst - v.caller_first
    if v.slots:
        slot = fr.session % v.slots  # a user sits behind one of them
        if fr.session < 0:
            slot = np.int64(uniform(fr.key, counter(FOR_RESOLVER, local, ZERO)) * v.slots)
    key = draw_u64(v.key, slot)
    ttl = v.long_ttl if uniform(key, 0) < v.sticky else v.ttl
    number, asked = now, now
    if ttl > 0:
        ahead = np.int64(uniform(key, 1) * ttl)
        number = (now + ahead) // ttl
        asked = number * ttl - ahead
    k = version_at(s, view, asked)
    u = uniform(fr.key, counter(FOR_ANSWER, local, tries)) if v.many else uniform(key, number + 2)
    if v.many and v.n_record > MOST_VALUES:
        u = one_of_eight(s.view_shares[view, k % N_VERSIONS], v.n_record, draw_u64(key, number + 2), u)
    r = np.int64(0)
    while r < v.n_record and u >= s.view_shares[view, k % N_VERSIONS, r]:
        r += 1
    if r == v.n_record:
        return NO_ANSWER
    u = uniform(fr.key, counter(FOR_PICK, local, tries))
    if s.view_names[view, r]:
        return node_of_balancer(s, s.view_names[view, r] - 1, s.view_rows[view, r], asked, u)
    return registered_one(s, s.view_rows[view, r], s.view_rows[view, r + 1], u)


@inner
def version_at(s, view, asked):
    """Which version of an answer somebody got who asked then; the oldest there is for whoever asked before."""
    k = s.views[view].n_version - 1
    oldest = max(ZERO, s.views[view].n_version - N_VERSIONS)
    while k > oldest and s.view_since[view, k % N_VERSIONS] > asked:
        k -= 1
    return k


@inner
def node_of_balancer(s, view, first, asked, u):
    """Row of one of the nodes that a balancer's own name led to when the caller asked; each attempt may try another one."""
    k = version_at(s, view, asked)
    r = ZERO
    while r < s.views[view].n_record - 1 and u >= s.view_shares[view, k % N_VERSIONS, r]:
        r += 1
    return first + r


@inner
def one_of_eight(shares, n, key, u):
    """A number that falls on the ⌊8u⌋-th of the eight records that are in the answer ``key``, drawn without replacement from all that could
    be: each with probability needed / left (Knuth, TAOCP 2, 3.4.2, algorithm S)."""
    step = shares[n - 1]
    left = np.int64(0)
    before = 0.0
    for r in range(n):
        if shares[r] > before:
            step = min(step, shares[r] - before)
            left += 1
        before = shares[r]
    if left <= MOST_VALUES:
        return u
    needed = MOST_VALUES
    skip = np.int64(u * MOST_VALUES)
    before = 0.0
    for r in range(n):
        if shares[r] > before:
            if uniform(key, r) * left < needed:
                if skip == 0:
                    return before + step / 2
                skip -= 1
                needed -= 1
            left -= 1
        before = shares[r]
    return u


@inner
def registered_one(s, first, end, u):
    """Row of the ⌊u · count⌋-th registered target of these rows; a name without any has no answer."""
    n = np.int64(0)
    for row in range(first, end):
        n += s.inst[s.targets[row].inst].registered
    skip = np.int64(u * n)
    for row in range(first, end):
        if s.inst[s.targets[row].inst].registered:
            if skip == 0:
                return np.int64(row)
            skip -= 1
    return NO_ANSWER


@inner
def begin_record(s, row):
    """An attempt is sent to the record that row belongs to: its edge. There every attempt is a call."""
    v = s.via[row] - 1
    s.edges[v].n_calls += 1
    s.edges[v].n_attempts += 1
    return v


@inner
def leave_record(s, row):
    """The caller lets go of such an attempt; unless `end_record` follows it was given up without an outcome."""
    s.edges[s.via[row] - 1].n_abandoned += 1


@inner
def end_record(s, fr, row, outcome, now):
    """Caller fr has let go of such an attempt because of its outcome."""
    v = s.via[row] - 1
    s.edges[v].n_abandoned -= 1
    s.attempt_ends[v, outcome] += 1
    s.call_ends[v, outcome] += 1
    if outcome == OK:
        note_latency(s, v, now - fr.called)


@entry
def set_answer(w, view, shares, now):
    """From now on whoever asks is answered by these cumulative shares of the records; all 0: an empty answer."""
    s = w[0]
    v = s.views[view]
    if v.n_version == 0 or s.view_since[view, (v.n_version - 1) % N_VERSIONS] < now:
        v.n_version += 1
    k = (v.n_version - 1) % N_VERSIONS
    s.view_since[view, k] = now
    for r in range(v.n_record):
        s.view_shares[view, k, r] = shares[r]
