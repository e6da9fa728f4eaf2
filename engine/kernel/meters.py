"""Measuring: latency buckets and the per-second roll-up of counters into the output arrays."""

from __future__ import annotations

import numpy as np

from engine.kernel.jit import COMPILED, entry, inner, tiny
from engine.kernel.layout import ALIVE, FIRST_BUCKET, N_EXTRA, N_OUT, NB, OK, TICKS_PER_S
from engine.kernel.slots import ONE_MORE, count_busy

NOTHING = np.int64(-1)
NOT_THERE = np.int64(3)
SHARES = np.array([0.5, 0.9, 0.95, 0.99, 0.999])

if COMPILED:
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    @intrinsic
    def float_bits(typing_context, x):
        """The bits of a float32 as an int32."""

        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], ir.IntType(32))

        return types.int32(types.float32), generate

else:

    def float_bits(x):  # type: ignore[misc]
        """The bits of a float32 as an int."""
        return int(np.float32(x).view(np.int32))


@tiny
def bucket(ticks):
    """Log-linear latency bucket, 16 per octave, straight from the bits of the float: exponent and the first four bits after it."""
    b = (float_bits(np.float32(ticks)) >> 19) - FIRST_BUCKET  # type: ignore[call-arg]
    return min(max(b, 0), NB - 1)


@tiny
def note_latency(s, e, latency):
    """A call on edge e was answered after so many ticks."""
    ed = s.edges[e]
    s.hist[e, bucket(latency)] += 1
    if latency < ed.fastest or ed.slowest < 0:
        ed.fastest = latency
    if latency > ed.slowest:
        ed.slowest = latency


@inner
def quantiles(hist, total, fastest, slowest, out):
    """p50, p90, p95, p99 and p99.9 in seconds of one histogram, linear within its bucket but not beyond what occurred; NaN when it is
    empty."""
    for k in range(5):
        out[k] = np.nan
    cumulated = 0
    k = 0
    need = SHARES[0] * total
    for b in range(NB):
        n = hist[b]
        if n == 0:
            continue
        cumulated += n
        while k < 5 and cumulated >= need:
            inside = 1.0 - (cumulated - need) / n
            octave = 512 << (b >> 4)
            value = (1.0 + ((b & 15) + inside) / 16.0) * octave
            out[k] = min(max(value, fastest), slowest) / TICKS_PER_S
            k += 1
            need = SHARES[min(k, 4)] * total
        hist[b] = 0


@entry
def collect_edges(w, row, calls, attempts, abandoned, attempt_ends, call_ends, extras, latency):
    """Move the edges' counters of the second that ends now into row ``row`` of the output arrays."""
    s = w[0]
    for e in range(s.n_edge):
        ed = s.edges[e]
        calls[row, e] = ed.n_calls
        attempts[row, e] = ed.n_attempts
        ed.n_calls = 0
        ed.n_attempts = 0
        abandoned[row, e] = ed.n_abandoned
        ed.n_abandoned = 0
        for k in range(N_OUT):
            attempt_ends[row, e, k] = s.attempt_ends[e, k]
            call_ends[row, e, k] = s.call_ends[e, k]
            s.attempt_ends[e, k] = 0
            s.call_ends[e, k] = 0
        for k in range(N_EXTRA):
            extras[row, e, k] = s.extras[e, k]
            s.extras[e, k] = 0
        quantiles(s.hist[e], call_ends[row, e, OK], ed.fastest, ed.slowest, latency[row, e])
        ed.fastest = 0
        ed.slowest = NOTHING


@entry
def collect_instances(w, row, now, counts, seconds, state):
    """The same for instances. ``counts`` [row, i, :]: arrived, completed, rejected, killed, queue, peak, cancelled, work,
    attempts and ticks wasted ·
    ``seconds``: busy, up, offered · ``state``: how dead, role."""
    s = w[0]
    for i in range(s.n_inst):
        ins = s.inst[i]
        count_busy(ins, ONE_MORE - ONE_MORE, now)
        if ins.down == ALIVE:
            ins.up_sum += now - ins.up_t
        ins.up_t = now
        counts[row, i, 0] = ins.n_arrived
        counts[row, i, 1] = ins.n_completed
        counts[row, i, 2] = ins.n_rejected
        counts[row, i, 3] = ins.n_killed
        counts[row, i, 4] = ins.queued
        counts[row, i, 5] = ins.peak
        counts[row, i, 6] = ins.n_cancelled
        counts[row, i, 7] = ins.worked
        counts[row, i, 8] = ins.n_wasted
        counts[row, i, 9] = ins.wasted
        ins.n_wasted = 0
        ins.wasted = 0
        seconds[row, i, 0] = ins.busy_sum / TICKS_PER_S
        seconds[row, i, 1] = ins.up_sum / TICKS_PER_S
        seconds[row, i, 2] = ins.offered / TICKS_PER_S
        state[row, i, 0] = NOT_THERE if ins.absent else ins.down
        state[row, i, 1] = ins.role
        ins.n_arrived = 0
        ins.n_completed = 0
        ins.n_rejected = 0
        ins.n_killed = 0
        ins.n_cancelled = 0
        ins.worked = 0
        ins.peak = ins.queued
        ins.busy_sum = 0
        ins.up_sum = 0
        ins.offered = 0.0


@entry
def collect_queues(w, row, now, counts, oldest_s):
    """The same for message queues. ``counts`` [row, q, :]: waiting, taken, published, delivered, redelivered, deleted, late deletes,
    dead-lettered, expired, redriven · ``oldest_s``: age of the oldest message, 0 when there is none."""
    s = w[0]
    for q in range(counts.shape[1]):  # beyond them are the archives of topics
        qu = s.queues[q]
        counts[row, q, 0] = qu.n_waiting
        counts[row, q, 1] = qu.n_hidden
        counts[row, q, 2] = qu.n_published
        counts[row, q, 3] = qu.n_delivered
        counts[row, q, 4] = qu.n_redelivered
        counts[row, q, 5] = qu.n_deleted
        counts[row, q, 6] = qu.n_late
        counts[row, q, 7] = qu.n_dead
        counts[row, q, 8] = qu.n_expired
        counts[row, q, 9] = qu.n_redriven
        oldest_s[row, q] = (now - s.messages[qu.oldest].born) / TICKS_PER_S if qu.oldest >= 0 else 0.0
        qu.n_published = 0
        qu.n_delivered = 0
        qu.n_redelivered = 0
        qu.n_deleted = 0
        qu.n_late = 0
        qu.n_dead = 0
        qu.n_expired = 0
        qu.n_redriven = 0


@entry
def collect_topics(w, row, counts):
    """The same for topics. ``counts`` [row, t, :]: copies under way, published, delivered, filtered, dead-lettered, dropped, replayed."""
    s = w[0]
    for t in range(s.n_topic):
        to = s.topics[t]
        counts[row, t, 0] = to.t_copies - to.t_delivered - to.t_dead - to.t_dropped
        counts[row, t, 1] = to.n_published
        counts[row, t, 2] = to.n_delivered
        counts[row, t, 3] = to.n_filtered
        counts[row, t, 4] = to.n_dead
        counts[row, t, 5] = to.n_dropped
        counts[row, t, 6] = to.n_replayed
        to.n_published = 0
        to.n_delivered = 0
        to.n_filtered = 0
        to.n_dead = 0
        to.n_dropped = 0
        to.n_replayed = 0
