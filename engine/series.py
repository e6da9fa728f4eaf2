"""What a run measures, as plain arrays. Rows are full simulated seconds; row t covers [t, t + 1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from engine.outcomes import OUTCOMES
from engine.plan import Plan

N_OUT = len(OUTCOMES)
EXTRAS = ("degraded", "hedges", "hedge_wins", "superseded", "duplicates", "lost_messages")  # columns of ``edge_extras``
N_EXTRA = len(EXTRAS)
QUEUE_COUNTS = ("waiting", "in_flight", "published", "delivered", "redelivered", "deleted", "late_deletes", "dead_lettered", "expired",
                "redriven")  # fmt: skip
TOPIC_COUNTS = ("in_flight", "published", "delivered", "filtered", "dead_lettered", "dropped", "replayed")  # the first in copies now
# Of caches: requests that waited for another's fetch, that got an expired value; fetches nobody asked for; writes flushed, and lost.
CACHE_COUNTS = ("coalesced", "stale_answers", "refreshes", "flushed_writes", "lost_writes")
SESSION_COUNTS = ("sessions", "lost_sessions", "new_logins")  # that live there now; lost; requests of lost ones that had to log in again
STAGES = ("in_service", "warming", "launching", "draining", "terminated")  # column values of ``inst_stage``; the first two serve
SPAN = (
    "root", "parent", "edge", "inst", "tries", "pc", "sent", "arrived", "started", "finished", "answered", "outcome", "seen", "first",
)  # fmt: skip
ROLES = ("none", "primary", "standby", "out_of_sync", "replica")  # column values of ``inst_role``
BY_EVENT = ("edge_", "inst_", "target_", "copy_", "cache_", "queue_", "topic_", "session_")  # how the names of `Series` by event time begin


@dataclass
class Series:
    """Per-second measurements of a plan: T seconds, E edges, I instances, K balancer targets (`Plan.targets`), S sources, F functions,
    Q message queues.

    By event time, and never revised once their second is over: everything named as `BY_EVENT` says.
    By the second a *request started* in, complete only when none of its requests is open: everything named start_.
    Totals count requests that started at or after the warm-up, exactly.
    """

    edge_calls: np.ndarray  # int32 [T, E] calls begun
    edge_attempts: np.ndarray  # int32 [T, E] attempts begun, also those that fail before anything is sent
    edge_breakers: np.ndarray  # int32 [T, E, 2] caller instances whose breaker is open, and half open, at the end of the second
    edge_abandoned: np.ndarray  # int32 [T, E] calls that ended with their caller's death: nobody saw how
    edge_attempt_ends: np.ndarray  # int32 [T, E, N_OUT] attempts ended, by what the caller saw
    edge_call_ends: np.ndarray  # int32 [T, E, N_OUT] calls ended, by what the caller saw
    edge_extras: np.ndarray  # int32 [T, E, N_EXTRA] failed calls that fell back, hedges sent, hedges that won, attempts a hedge made
    # superfluous, executions beyond the first of a call, messages a lossy network dropped
    edge_latency_s: np.ndarray  # float32 [T, E, 5] p50, p90, p95, p99, p99.9 of ok calls that ended; NaN when there were none
    edge_answers: np.ndarray  # float32 [T, A] share of each record in what its resolver answers at the end of the second; `Plan.records`
    inst_arrived: np.ndarray  # int32 [T, I] attempts that reached a living process
    inst_completed: np.ndarray  # int32 [T, I]
    inst_rejected: np.ndarray  # int32 [T, I] answered at once: full queue, injected error, not the writer
    inst_killed: np.ndarray  # int32 [T, I] attempts lost with the instance
    inst_wasted: np.ndarray  # int32 [T, I] attempts done although their caller, or one further up, had given up
    inst_wasted_s: np.ndarray  # float64 [T, I] the slot-seconds they took
    inst_cancelled: np.ndarray  # int32 [T, I] attempts whose caller gave up and said so
    inst_busy_s: np.ndarray  # float64 [T, I] busy slot-seconds
    inst_up_s: np.ndarray  # float64 [T, I] seconds in service
    inst_offered_s: np.ndarray  # float64 [T, I] service seconds asked for by what arrived
    inst_worked_s: np.ndarray  # float64 [T, I] service seconds that began
    inst_stage: np.ndarray  # int8 [T, I] index into STAGES, at the end of the second: where an instance of a group is in its life
    inst_queue: np.ndarray  # int32 [T, I] waiting at the end of the second
    inst_queue_peak: np.ndarray  # int32 [T, I] most waiting within the second
    inst_state: np.ndarray  # int8 [T, I] truth at the end of the second: 0 up, 1 refused, 2 black hole, 3 there is none
    inst_role: np.ndarray  # int8 [T, I] index into ROLES
    inst_cold: np.ndarray  # int32 [T, F] cold starts of each function (`Plan.functions`)
    inst_environments: np.ndarray  # int32 [T, F] environments there are at the end of the second, busy and idle
    target_healthy: np.ndarray  # int8 [T, K] belief at the end of the second: 1 in rotation
    target_streak: np.ndarray  # int16 [T, K] consecutive probe results that speak against the belief
    target_decides_s: np.ndarray  # float32 [T, K] seconds until the belief can change at the earliest; NaN when nothing speaks against it
    copy_lag_s: np.ndarray  # float32 [T, R] age of the oldest write a replica has not applied, at the end of the second; `Plan.copies`
    copy_lag_writes: np.ndarray  # int32 [T, R] how many it has not applied
    copy_conflicts: np.ndarray  # int32 [T, R] writes it took not knowing the latest of their key, which is lost
    copy_stale: np.ndarray  # int32 [T, R] reads it answered although it lacked the latest write of their key
    cache_hits: np.ndarray  # int32 [T, M] look-ups that found a fresh value; `Plan.memories`
    cache_misses: np.ndarray  # int32 [T, M] look-ups that did not
    cache_held: np.ndarray  # int32 [T, M] keys held at the end of the second, expired ones included
    cache_unflushed: np.ndarray  # int32 [T, M] writes acknowledged and not yet in the store, at the end of the second
    cache_counts: np.ndarray  # int32 [T, M, CACHE_COUNTS]
    queue_counts: np.ndarray  # int64 [T, Q, QUEUE_COUNTS] messages: the first two at the end of the second, the others within it
    queue_oldest_s: np.ndarray  # float64 [T, Q] age of the oldest message at the end of the second; 0 when there is none
    queue_shard_age_s: np.ndarray  # float32 [T, H] iterator age of each shard of each reader of a stream, in the order of `Plan.readers`
    topic_counts: np.ndarray  # int64 [T, P, TOPIC_COUNTS] of topics (`Plan.topics`): copies under way at the end, the others within it
    session_counts: np.ndarray  # int32 [T, U, SESSION_COUNTS] of instances that sessions live on (`Plan.keepers`): the first at the end
    start_ends: np.ndarray  # int64 [T, S, N_OUT] requests by start second and first cause (column 0: ok)
    start_begun: np.ndarray  # int64 [T, S] requests started
    start_degraded: np.ndarray  # int64 [T, S] ok requests whose answer was built on a fallback
    start_latency_s: np.ndarray  # float64 [T, S] summed latency of ok requests
    start_hist: np.ndarray  # int32 [B, S, N_BUCKETS] latency of ok requests; a row covers hist_bin_s seconds of start time
    start_fastest_s: np.ndarray  # float64 [B, S] shortest and longest of those latencies, 0 when there are none
    start_slowest_s: np.ndarray
    total_begun: np.ndarray  # int64 [S]
    total_ends: np.ndarray  # int64 [S, N_OUT]
    total_degraded: np.ndarray  # int64 [S]
    total_latency_s: np.ndarray  # float64 [S]
    total_hist: np.ndarray  # int64 [S, N_BUCKETS]
    total_class_begun: np.ndarray  # int64 [C] by class of request, `Plan.classes`
    total_class_ends: np.ndarray  # int64 [C, N_OUT]
    total_fastest_s: np.ndarray  # float64 [S]
    total_slowest_s: np.ndarray
    total_blame: np.ndarray  # int64 [E, N_OUT] failed requests by the edge and cause of their first failure
    total_messages: np.ndarray  # int64 [E, 2, 4] requests and answers sent after the warm-up, by kind of hop (`plan.HOPS`)
    acked: np.ndarray  # int64 [I] writes acknowledged by a store's primary
    lost: np.ndarray  # int64 [I] acknowledged writes that were lost when this instance was promoted
    spans: np.ndarray  # int64 [traced attempts, SPAN]: requests followed from end to end, see `engine.kernel.traces`
    lost_writes: list[tuple[float, int, float, str]]  # (instant of the loss, count, age in seconds of the oldest, store) …
    hist_bin_s: int
    reached_s: int  # rows filled

    def equal_until(self, other: Series, second: int) -> bool:
        """Whether every series by event time is bit-identical in the first ``second`` rows."""
        names = [f.name for f in fields(self) if f.name.startswith(BY_EVENT)]
        return all(np.array_equal(getattr(self, n)[:second], getattr(other, n)[:second], equal_nan=getattr(self, n).dtype.kind == "f")
                   for n in names)  # fmt: skip


N_BUCKETS = 30 * 16  # 30 octaves, 51.2 µs to 15 h, 16 linear buckets per octave
FIRST_BUCKET_S = 512e-7
HIST_ROWS = 57_600  # rows of latency histograms by start time, over all client nodes


def bucket_edges_s() -> np.ndarray:
    """Lower edges of the latency buckets and the end of the last, in seconds: float64 [N_BUCKETS + 1]."""
    b = np.arange(N_BUCKETS + 1)
    return FIRST_BUCKET_S * 2.0 ** (b >> 4) * (1 + (b & 15) / 16)


def percentile_s(hist: np.ndarray, share: float, fastest_s: float = 0.0, slowest_s: float = math.inf) -> float:
    """Quantile of a latency histogram in seconds, linear within its bucket but not beyond what occurred; NaN when it is empty."""
    cumulated = np.cumsum(hist)
    total = int(cumulated[-1])
    if total == 0:
        return float("nan")
    need = share * total
    b = int(np.searchsorted(cumulated, need))
    low, high = bucket_edges_s()[b : b + 2]
    return float(min(max(low + (high - low) * (1 - (cumulated[b] - need) / hist[b]), fastest_s), slowest_s))


def hist_bin_s(plan: Plan) -> int:
    """Width in seconds of a row of the latency histograms by start time: 1 up to an hour, coarser for longer runs or many client nodes."""
    rows = min(3600, HIST_ROWS // max(1, len(plan.sources())))
    return max(1, math.ceil(math.ceil(plan.duration_s) / rows))


def empty_series(plan: Plan, rows: int) -> Series:
    """All-zero series for ``rows`` seconds of a plan."""
    E, I, K, S = len(plan.edges), len(plan.instances), len(plan.targets()), len(plan.sources())
    M, Q = len(plan.memories()), len(plan.readers())
    bin_s, C, R, F = hist_bin_s(plan), len(plan.classes()), len(plan.copies()), len(plan.functions())
    bins = -(-rows // bin_s)

    def zeros(kind: type, *shape: int) -> np.ndarray:
        return np.zeros(shape, kind)

    return Series(
        edge_calls=zeros(np.int32, rows, E), edge_attempts=zeros(np.int32, rows, E),
        edge_abandoned=zeros(np.int32, rows, E), edge_breakers=zeros(np.int32, rows, E, 2),
        edge_attempt_ends=zeros(np.int32, rows, E, N_OUT), edge_call_ends=zeros(np.int32, rows, E, N_OUT),
        edge_extras=zeros(np.int32, rows, E, N_EXTRA), inst_cancelled=zeros(np.int32, rows, I),
        inst_wasted=zeros(np.int32, rows, I), inst_wasted_s=zeros(np.float64, rows, I),
        start_degraded=zeros(np.int64, rows, S), total_degraded=zeros(np.int64, S),
        edge_latency_s=np.full((rows, E, 5), np.nan, np.float32), edge_answers=zeros(np.float32, rows, len(plan.records())),
        inst_arrived=zeros(np.int32, rows, I), inst_completed=zeros(np.int32, rows, I), inst_rejected=zeros(np.int32, rows, I),
        inst_killed=zeros(np.int32, rows, I), inst_busy_s=zeros(np.float64, rows, I), inst_up_s=zeros(np.float64, rows, I),
        inst_offered_s=zeros(np.float64, rows, I), inst_queue=zeros(np.int32, rows, I), inst_queue_peak=zeros(np.int32, rows, I),
        inst_worked_s=zeros(np.float64, rows, I), inst_stage=zeros(np.int8, rows, I),
        inst_state=zeros(np.int8, rows, I), inst_role=zeros(np.int8, rows, I),
        inst_cold=zeros(np.int32, rows, F), inst_environments=zeros(np.int32, rows, F),
        target_healthy=np.ones((rows, K), np.int8), target_streak=zeros(np.int16, rows, K),
        target_decides_s=np.full((rows, K), np.nan, np.float32),
        copy_lag_s=zeros(np.float32, rows, R), copy_lag_writes=zeros(np.int32, rows, R), copy_stale=zeros(np.int32, rows, R),
        copy_conflicts=zeros(np.int32, rows, R),
        cache_hits=zeros(np.int32, rows, M), cache_misses=zeros(np.int32, rows, M), cache_held=zeros(np.int32, rows, M),
        cache_unflushed=zeros(np.int32, rows, M),
        cache_counts=zeros(np.int32, rows, M, len(CACHE_COUNTS)),
        queue_counts=zeros(np.int64, rows, Q, len(QUEUE_COUNTS)), queue_oldest_s=zeros(np.float64, rows, Q),
        queue_shard_age_s=zeros(np.float32, rows, sum(plan.queue(n).shards for n, _ in plan.readers())),
        topic_counts=zeros(np.int64, rows, len(plan.topics()), len(TOPIC_COUNTS)),
        session_counts=zeros(np.int32, rows, len(plan.keepers()), len(SESSION_COUNTS)),
        start_ends=zeros(np.int64, rows, S, N_OUT), start_begun=zeros(np.int64, rows, S), start_latency_s=zeros(np.float64, rows, S),
        start_hist=zeros(np.int32, bins, S, N_BUCKETS),
        start_fastest_s=zeros(np.float64, bins, S), start_slowest_s=zeros(np.float64, bins, S),
        total_fastest_s=zeros(np.float64, S), total_slowest_s=zeros(np.float64, S),
        total_begun=zeros(np.int64, S), total_ends=zeros(np.int64, S, N_OUT), total_latency_s=zeros(np.float64, S),
        total_messages=zeros(np.int64, E, 2, 4),
        total_hist=zeros(np.int64, S, N_BUCKETS), total_class_begun=zeros(np.int64, C), total_class_ends=zeros(np.int64, C, N_OUT),
        total_blame=zeros(np.int64, E, N_OUT), acked=zeros(np.int64, I), lost=zeros(np.int64, I),
        spans=zeros(np.int64, 0, len(SPAN)),
        lost_writes=[], hist_bin_s=bin_s, reached_s=0,
    )  # fmt: skip
