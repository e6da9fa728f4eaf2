"""What the control plane and the faults do to the members of a store with a log: links, roles, promotions, returns."""

from __future__ import annotations

from engine.kernel.caches import drop
from engine.kernel.jit import entry
from engine.kernel.layout import ROLE_PRIMARY, ROLE_REPLICA
from engine.kernel.stores import CUT_OFF, acknowledged_at, catch_up, follow, received_by, relink
from engine.kernel.subjects import partition_of_key


@entry
def links_changed(w, now):
    """Faults began or ended."""
    s = w[0]
    if s.n_log > 0:
        relink(s, now)


@entry
def set_role(w, i, role, now):
    """Member i is fenced, or is the primary again."""
    s = w[0]
    s.inst[i].role = role
    relink(s, now)


@entry
def position(w, i, now):
    """(writes that have reached replica i, writes in the log, when the first that has not was acknowledged)."""
    s = w[0]
    ins = s.inst[i]
    log = s.logs[ins.log]
    catch_up(s, i, now)
    n = log.n if log.shared else received_by(s, i, now)
    return n, log.n, acknowledged_at(s, log, n + 1) if n < log.n else now


@entry
def promote(w, i, whole, now):
    """Replica i becomes the primary with what it has received; what it has not is lost. ``whole``: it has everything, because the storage
    is shared or the old primary stopped and waited for it."""
    s = w[0]
    ins = s.inst[i]
    log = s.logs[ins.log]
    catch_up(s, i, now)
    kept = log.n if whole or log.shared else received_by(s, i, now)
    follow(s, i, now)
    log.lost += log.n - kept
    ins.n_lost += log.n - kept
    log.n = kept
    for k in range(log.first, log.first + log.members):
        s.inst[k].received = min(s.inst[k].received, kept)
        s.inst[k].applied = min(s.inst[k].applied, kept)
    ins.role = ROLE_PRIMARY
    if log.first_version >= 0:
        for subject in range(s.n_keys):  # of a key whose latest write is lost the one before is not known: at most as new as the log
            row = log.first_version + subject
            if s.versions[row] > kept and partition_of_key(subject, log.salt, log.partitions) == log.partition:
                s.versions[row] = kept
                if ins.memory >= 0:
                    drop(s, ins.memory, subject)
    relink(s, now)


@entry
def rejoin(w, i, now):
    """A member that was away has copied everything and follows as a replica."""
    s = w[0]
    ins = s.inst[i]
    log = s.logs[ins.log]
    ins.role = ROLE_REPLICA
    ins.received = log.n
    ins.applied = log.n
    ins.free_at = now
    ins.link = CUT_OFF
    relink(s, now)
