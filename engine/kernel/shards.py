"""Sharded queues: a record belongs to the shard its key hashes to, each shard takes so much a second and is read in order.

A shard is to its reader what a group is to a queue in order: one batch at a time, the next only when it is done. Every consuming edge reads
on its own, so a stream is one queue for each of them.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import entry, tiny
from engine.kernel.layout import OK, THROTTLED, TICKS_PER_S
from engine.kernel.messages import place_of_group
from engine.kernel.rng import FOR_SHARD, ZERO, counter, draw_u64


@tiny
def shard_of(qu, key, subject):
    """The shard of a record about this subject; without one, any."""
    bits = draw_u64(qu.salt, subject + 1) if subject >= 0 else draw_u64(key, counter(FOR_SHARD, ZERO, ZERO))
    return np.int64(bits % np.uint64(qu.shards))


@tiny
def pass_shard(s, f, ins, now):
    """Whether the shard of what frame f publishes takes one more record, and its kilobytes, in this second."""
    fr = s.frames[f]
    qu = s.queues[s.nodes[ins.node].queue]
    shard = s.shards[qu.first_shard + shard_of(qu, fr.key, fr.subject)]
    passed = now - shard.filled
    shard.filled = now
    shard.records = min(qu.records_per_s, shard.records + passed * (qu.records_per_s / TICKS_PER_S))
    shard.kb = min(qu.kb_per_s, shard.kb + passed * (qu.kb_per_s / TICKS_PER_S))
    if shard.records < 1.0 or shard.kb < s.edges[fr.edge].kb:
        return THROTTLED
    shard.records -= 1.0
    shard.kb -= s.edges[fr.edge].kb
    return OK


@entry
def collect_shards(w, row, now, rows, ages):
    """Iterator ages: of the oldest record of each shard that has not been worked on, per reader (``rows``: which queues), 0 without any."""
    s = w[0]
    at = 0
    for q in rows:
        for shard in range(s.queues[q].shards):
            m = s.groups[place_of_group(s, q, shard)] - 1
            ages[row, at] = (now - s.messages[m].born) / TICKS_PER_S if m >= 0 else 0.0
            at += 1
