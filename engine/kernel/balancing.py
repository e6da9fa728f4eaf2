"""Ways to choose a target that look at more than the list of the healthy: weights, slow start, and flows that stay where they are."""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import FLOW_HASH, WEIGHTED
from engine.kernel.rng import FOR_PICK, FOR_TURN, ZERO, counter, draw_u64, uniform


@tiny
def warm_up(s, pool, row):
    """A target is back, or new: its share grows from nothing to the full one, where the pool has a slow start."""
    s.targets[row].warm_at = s.now + pool.ramp
    pool.warm_at = max(pool.warm_at, s.targets[row].warm_at)


@tiny
def warmth(s, pool, row, now):
    """How much of its share a target gets: 1, and less during its slow start."""
    left = s.targets[row].warm_at - now
    return 1.0 - left / pool.ramp if left > 0 else 1.0


@inner
def balanced(s, pool, fr, local, tries, now):
    """Row of the target by weight, by flow, or in turn with newcomers left out now and then; −1 when the list is empty."""
    n, o = pool.n_healthy, pool.first
    if n == 0:
        return np.int64(-1)
    if n == 1:
        return s.healthy[o]
    if pool.policy == FLOW_HASH:
        return by_flow(s, pool, fr, local, tries)
    if pool.policy == WEIGHTED:
        return by_weight(s, pool, uniform(fr.key, counter(FOR_PICK, local, tries)), now)
    return in_turn(s, pool, draw_u64(fr.key, counter(FOR_TURN, local, tries)), now)


@inner
def by_weight(s, pool, u, now):
    """At random in proportion to weight × warmth; evenly when nobody has any."""
    n, o = pool.n_healthy, pool.first
    total = 0.0
    for k in range(n):
        total += s.targets[s.healthy[o + k]].weight * warmth(s, pool, s.healthy[o + k], now)
    if total <= 0.0:
        return s.healthy[o + np.int64(u * n)]
    left = u * total
    chosen = np.int64(0)
    for k in range(n):
        share = s.targets[s.healthy[o + k]].weight * warmth(s, pool, s.healthy[o + k], now)
        if share > 0.0:
            chosen = np.int64(k)
            left -= share
            if left < 0.0:
                break
    return s.healthy[o + chosen]


@inner
def in_turn(s, pool, key, now):
    """Round robin in which a target takes its turn with a probability of its warmth; after a whole round of refusals, the next one does."""
    n, o = pool.n_healthy, pool.first
    for turn in range(n + 1):
        k = pool.next if pool.next < n else ZERO
        pool.next = k + 1
        row = s.healthy[o + k]
        if now >= pool.warm_at or turn == n or uniform(key, turn) < warmth(s, pool, row, now):
            return row
    return np.int64(-1)


@inner
def by_flow(s, pool, fr, local, tries):
    """The target that the flow hashes to among all of the pool; while that one is out, another by a second hash. So when one target fails
    only its own flows move. Flows: the key a client's request is about, each request without one; connections of an instance that calls."""
    n, o = pool.n_healthy, pool.first
    u = uniform(fr.key, counter(FOR_PICK, local, tries))
    flow = np.int64(-1)
    if tries == 0:  # until then `origin` is the caller's instance
        if s.nodes[s.inst[fr.origin].node].first_source >= 0:
            flow = fr.subject
        else:
            flow = fr.origin * pool.connections + np.int64(u * pool.connections)
    if flow < 0:
        return s.healthy[o + np.int64(u * n)]
    key = draw_u64(pool.salt, flow)
    row = o + np.int64(uniform(key, 0) * pool.count)
    if s.targets[row].listed:
        return row
    return s.healthy[o + np.int64(uniform(key, 1) * n)]
