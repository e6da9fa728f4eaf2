"""Caches whose shards have replicas. The members of a shard share one memory; what was kept and dropped is numbered in a log like the
writes of a store, so that a replica is known to lack the latest change of a key, and so does the member that is promoted.

Of a key whose latest change a replica lacks it has what was before: nothing before it was kept, the old value before it was dropped.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import ALIVE, ROLE_PRIMARY, ROLE_REPLICA
from engine.kernel.stores import acknowledge, catch_up

DROPPED = np.int64(-1)  # `until` of a key that was taken out on purpose


@tiny
def note_change(s, ins, subject, now):
    """The primary of a shard has kept or dropped a key."""
    if ins.log >= 0:
        ins.acked += 1
        acknowledge(s, ins.log, subject, now)


@inner
def lacks_latest(s, i, subject, now):
    """Whether instance i is a replica that the latest change of a key has not reached."""
    ins = s.inst[i]
    if ins.log < 0 or ins.role != ROLE_REPLICA:
        return False
    catch_up(s, i, now)
    return s.versions[s.logs[ins.log].first_version + subject] > ins.applied


@inner
def has_survivors(s, ins):
    """Whether another member of a shard still has its keys."""
    if ins.log < 0:
        return False
    log = s.logs[ins.log]
    for k in range(log.first, log.first + log.members):
        if s.inst[k].down == ALIVE and (s.inst[k].role == ROLE_PRIMARY or s.inst[k].role == ROLE_REPLICA):
            return True
    return False
