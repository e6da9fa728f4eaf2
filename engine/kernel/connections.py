"""Connections to a store: where a caller instance believes the primary to be, and the pool that does not notice that the address moved.

`addresses` holds a target row per caller instance and partition; `moved`, beside it, the row new connections would go to while pooled ones
still go to the old one (−1: there is no difference).
"""

from __future__ import annotations

from engine.kernel.jit import entry, inner
from engine.kernel.wires import NOBODY


@inner
def reconnect(s, ed, inst, row):
    """A connection of this caller instance to target ``row`` is dead (−1: all are): new ones go where the address points now."""
    pool = s.pools[ed.pool]
    first = pool.first_address + (inst - ed.caller_first) * pool.partitions
    for k in range(first, first + pool.partitions):
        if s.moved[k] >= 0 and (row < 0 or s.addresses[k] == row):
            s.addresses[k] = s.moved[k]
            s.moved[k] = NOBODY


@entry
def move_address(w, e, j, p, row):
    """Caller instance j of edge e learns the new address of partition p: it is used from now on, or with a pool, by new connections."""
    s = w[0]
    pool = s.pools[s.edges[e].pool]
    k = pool.first_address + j * pool.partitions + p
    if not s.edges[e].pooled:
        s.addresses[k] = row
    elif s.addresses[k] == row:
        s.moved[k] = NOBODY
    else:
        s.moved[k] = row


@entry
def retire(w, e, j, p, row):
    """The pooled connections of caller instance j of edge e have reached their greatest age since ``row`` became partition p's address."""
    s = w[0]
    pool = s.pools[s.edges[e].pool]
    k = pool.first_address + j * pool.partitions + p
    if s.moved[k] == row:
        s.addresses[k] = row
        s.moved[k] = NOBODY
