"""Lists of targets: whom callers may choose, because he is registered, and whom a balancer believes healthy."""

from __future__ import annotations

import numpy as np

from engine.kernel.balancing import warm_up
from engine.kernel.jit import entry, inner

OUT, IN = np.arange(2)  # of the registered targets


@entry
def set_healthy(w, p, row, healthy):
    """Target ``row`` enters or leaves the rotation of pool p. With nobody healthy the balancer uses everybody (fail-open). Returns how many
    are believed healthy."""
    s = w[0]
    if healthy:
        warm_up(s, s.pools[p], row)
    s.targets[row].healthy = healthy
    return relist(s, s.pools[p])


@inner
def relist(s, pool):
    """Who can be chosen from a pool: its registered targets that are believed healthy; when none of those is, all registered ones. A
    balancer leaves out those in an AZ its traffic is shifted away from, unless there are no others."""
    believed = 0
    n = 0
    for level in range(4):
        for k in range(pool.count):
            target = s.targets[pool.first + k]
            ins = s.inst[target.inst]
            away = max(pool.balances * ins.shifted, target.away)
            target.listed = ins.registered and target.healthy >= 1 - level % 2 and away <= level // 2
            if target.listed:
                s.healthy[pool.first + n] = pool.first + k
                n += 1
        if level == 0:
            believed = n
        if n > 0:
            break
    pool.n_healthy = n
    return believed


@entry
def relist_balancers(w):
    """Traffic was shifted away from an AZ, or back."""
    s = w[0]
    for p in range(s.n_pool):
        if s.pools[p].balances:
            relist(s, s.pools[p])


@inner
def set_registered(s, i, registered):
    """Instance i enters or leaves every list of targets it is in."""
    s.inst[i].registered = registered
    for p in range(s.n_pool):
        pool = s.pools[p]
        for k in range(pool.count):
            if s.targets[pool.first + k].inst == i:
                if registered:
                    warm_up(s, pool, pool.first + k)
                relist(s, pool)
                break


@entry
def register(w, i):
    """Instance i may be chosen by its callers from now on; to let it take messages, `wake_queues` afterwards."""
    set_registered(w[0], i, IN)


@entry
def deregister(w, i):
    """Nobody chooses instance i any more and it takes no messages; what it has in hand, and what is on its way to it, goes on."""
    set_registered(w[0], i, OUT)
