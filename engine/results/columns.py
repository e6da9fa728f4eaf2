"""The per-second series of a run by name: one float64 array [T, items] per column, NaN where a second says nothing.

These columns are the tidy tables, the metrics of `expect:` and the frames of the canvas; each is defined here once.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from engine.outcomes import CAUSES
from engine.plan import UNLIMITED, Plan
from engine.results.health import health
from engine.results.numbers import divide
from engine.results.percentiles import P99, PERCENTILES, extremes_s, percentiles_s
from engine.series import CACHE_COUNTS, EXTRAS, QUEUE_COUNTS, ROLES, SESSION_COUNTS, STAGES, TOPIC_COUNTS, Series

REPLICA = ROLES.index("replica")
PRIMARY = ROLES.index("primary")  # and below it "none": these roles serve
QUEUE_COLUMNS = {name if k < 2 else f"{name}_per_s": k for k, name in enumerate(QUEUE_COUNTS) if name != "waiting"}
CACHE_COLUMNS = tuple(f"{name}_per_s" for name in CACHE_COUNTS)
CACHE_SERIES = (*CACHE_COLUMNS, "unflushed_writes")  # of caches
TOPIC_COLUMNS = {name if k < 1 else f"{name}_per_s": k for k, name in enumerate(TOPIC_COUNTS)}
QUEUE_SERIES = (*dict.fromkeys([*QUEUE_COLUMNS, *TOPIC_COLUMNS]), "oldest_s")  # of queues and topics; what waits is the column `queue`
GROUP_SERIES = ("instances_in_service", "instances_warming", "instances_launching", "instances_draining", "cpu")  # where groups change size
SESSION_SERIES = tuple(name if k < 1 else f"{name}_per_s" for k, name in enumerate(SESSION_COUNTS))  # where sessions live on instances
Columns = dict[str, np.ndarray]


def by_node(plan: Plan, per_instance: np.ndarray) -> np.ndarray:
    """Sum over the instances of each node: [T, I] → float64 [T, N]. Instances of a node are neighbours, nodes are in order."""
    padded = np.concatenate([per_instance, np.zeros((len(per_instance), 1))], axis=1)  # a last node without instances starts at I
    sums = np.add.reduceat(padded, [n.first for n in plan.nodes], axis=1)
    sums[:, [n.count == 0 for n in plan.nodes]] = 0
    return sums


def slots(plan: Plan) -> np.ndarray:
    """Slots of each instance as float64 [I]; infinite where there is no bound (clients, balancers)."""
    return np.array([np.inf if i.slots >= UNLIMITED else i.slots for i in plan.instances], np.float64)


def capacity_s(plan: Plan, up_s: np.ndarray) -> np.ndarray:
    """Slot-seconds in service of each instance, from its seconds in service: [T, I] → [T, I]; infinite where slots have no bound."""
    with np.errstate(invalid="ignore"):  # no seconds of infinitely many slots: none
        return np.where(up_s > 0, up_s * slots(plan), 0)


def serving(plan: Plan, series: Series) -> np.ndarray:
    """Whether an instance counts as capacity: bool [T, I]. Standbys do not, until they are promoted; replicas do where they are read.

    A second in which a role changes counts for who served at its beginning and for who serves at its end.
    """
    nodes = {n for n in plan.stores() if plan.reads_replicas(n)}
    read = np.array([i.node in nodes for i in plan.instances], bool)
    at_end = (series.inst_role <= PRIMARY) | ((series.inst_role == REPLICA) & read)
    return at_end | np.concatenate([at_end[:1], at_end[:-1]])


class PerSecond:
    """Every per-second column of a run, computed when first asked for."""

    def __init__(self, plan: Plan, series: Series, p99_objective_s: float | None = None) -> None:
        self.plan, self.series = plan, series
        self.p99_objective_s = p99_objective_s

    @cached_property
    def edges(self) -> Columns:
        """By edge [T, E]; ``error_ratio`` is of calls, `amplification` attempts per call, percentiles those of ok calls that ended.

        Breakers are those of the caller's instances, at the end of the second.
        """
        s = self.series
        ends = s.edge_call_ends
        ok = ends[:, :, 0].astype(np.float64)
        failed = ends[:, :, 1:].sum(axis=2, dtype=np.float64)
        calls, attempts = s.edge_calls.astype(np.float64), s.edge_attempts.astype(np.float64)
        columns: Columns = {
            "calls_per_s": calls,
            "attempts_per_s": attempts,
            "retries_per_s": np.maximum(attempts - calls, 0),
            "ok_per_s": ok,
            "failed_per_s": failed,
            "error_ratio": divide(failed, ok + failed),
            "amplification": divide(attempts, calls),
            "breakers_open": s.edge_breakers[:, :, 0].astype(np.float64),
            "breakers_half_open": s.edge_breakers[:, :, 1].astype(np.float64),
            "in_flight": np.cumsum(s.edge_calls - ends.sum(axis=2) - s.edge_abandoned, axis=0, dtype=np.float64),
        }
        columns |= {name: s.edge_latency_s[:, :, k].astype(np.float64) for k, name in enumerate(PERCENTILES)}
        if self.plan.records():
            columns["answer_share"] = np.full(calls.shape, np.nan)
            columns["answer_share"][:, self.plan.records()] = s.edge_answers
        columns |= {f"{name}_per_s": s.edge_extras[:, :, k].astype(np.float64) for k, name in enumerate(EXTRAS)}
        return columns | {f"failed.{cause}_per_s": ends[:, :, k + 1].astype(np.float64) for k, cause in enumerate(CAUSES)}

    @cached_property
    def nodes(self) -> Columns:
        """By node [T, N]. ``utilisation`` and ``load`` are shares of the capacity in service; NaN while none is."""
        plan, s = self.plan, self.series
        counts = serving(plan, s)
        capacity = by_node(plan, capacity_s(plan, s.inst_up_s) * counts)
        columns: Columns = {
            "arrived_per_s": by_node(plan, s.inst_arrived),
            "completed_per_s": by_node(plan, s.inst_completed),
            "rejected_per_s": by_node(plan, s.inst_rejected),
            "killed_per_s": by_node(plan, s.inst_killed),
            "cancelled_per_s": by_node(plan, s.inst_cancelled),
            "wasted_per_s": by_node(plan, s.inst_wasted),
            "utilisation": np.minimum(divide(by_node(plan, s.inst_busy_s * counts), capacity), 1),
            "load": divide(by_node(plan, s.inst_offered_s * counts), capacity),
            "queue": by_node(plan, s.inst_queue),
            "queue_peak": by_node(plan, s.inst_queue_peak),
            "instances_up": by_node(plan, s.inst_state == 0),
        }
        stays = s.inst_arrived - s.inst_completed - s.inst_rejected - s.inst_killed - s.inst_cancelled
        columns["present"] = by_node(plan, np.cumsum(stays, axis=0))
        columns["present"][:, [*plan.queues(), *plan.topics()]] = np.nan
        columns["believed_healthy"] = self._believed()
        columns |= self._life()
        columns |= self._replication()
        columns["hit_ratio"] = self._hit_ratio()
        columns |= self._what_callers_see() | self._on_demand()
        for source, node in enumerate(plan.sources()):
            # Nothing arrives at clients: what they start counts as arrived, what was answered in time as completed.
            columns["arrived_per_s"][:, node] = s.start_begun[:, source]
            columns["completed_per_s"][:, node] = columns["ok_per_s"][:, node]
            columns["present"][:, node] = np.cumsum(s.start_begun[:, source] - s.start_ends[:, source].sum(axis=1))
        columns |= self._queues()
        columns |= self._caches()
        columns |= self._sessions()
        serve = by_node(plan, (s.inst_state == 0) & (s.inst_role <= PRIMARY))
        columns["health"] = health(plan, columns, serve, self.p99_objective_s).astype(np.float64)
        return columns

    def _believed(self) -> np.ndarray:
        """Share of each node's entries in the lists of balancers that are believed healthy: [T, N], NaN where nobody has a list of it."""
        plan, healthy = self.plan, self.series.target_healthy
        owner = np.array([plan.instances[i].node for *_, i in plan.targets()], int)
        found = np.full((len(healthy), len(plan.nodes)), np.nan)
        for node in np.unique(owner):
            found[:, node] = healthy[:, owner == node].mean(axis=1)
        return found

    def _life(self) -> Columns:
        """Instances by stage, and the share of their CPU that is at work; nothing at all in a plan without groups that change size."""
        plan, s = self.plan, self.series
        if not plan.groups():
            return {}
        stages = {f"instances_{name}": by_node(plan, s.inst_stage == k) for k, name in enumerate(STAGES[:-1])}
        assert tuple(stages) == GROUP_SERIES[:-1]
        return stages | {"cpu": np.minimum(divide(by_node(plan, s.inst_worked_s), by_node(plan, capacity_s(plan, s.inst_up_s))), 1)}

    def _hit_ratio(self) -> np.ndarray:
        """Share of the look-ups of each cache that found a fresh value; NaN without any."""
        hits, misses = (np.zeros((len(self.series.edge_calls), len(self.plan.instances))) for _ in range(2))
        hits[:, self.plan.memories()], misses[:, self.plan.memories()] = self.series.cache_hits, self.series.cache_misses
        found = by_node(self.plan, hits)
        return divide(found, found + by_node(self.plan, misses))

    def _caches(self) -> Columns:
        """What only caches have: [T, N], NaN for all other nodes; nothing at all in a plan without caches."""
        plan, counts = self.plan, self.series.cache_counts
        owner = [plan.instances[i].node for i in plan.memories()]
        columns = {name: np.full((len(counts), len(plan.nodes)), np.nan) for name in CACHE_SERIES if owner}
        for node in dict.fromkeys(owner):
            mine = np.equal(owner, node)
            for k, name in enumerate(CACHE_COLUMNS):
                columns[name][:, node] = counts[:, mine, k].sum(axis=1)
            columns["unflushed_writes"][:, node] = self.series.cache_unflushed[:, mine].sum(axis=1)
        return columns

    def _sessions(self) -> Columns:
        """What only nodes with sessions on their instances have: [T, N], NaN for all others; nothing at all in a plan without."""
        plan, counts = self.plan, self.series.session_counts
        owner = [plan.instances[i].node for i in plan.keepers()]
        columns = {name: np.full((len(counts), len(plan.nodes)), np.nan) for name in SESSION_SERIES if owner}
        for node in dict.fromkeys(owner):
            for k, name in enumerate(SESSION_SERIES):
                columns[name][:, node] = counts[:, np.equal(owner, node), k].sum(axis=1)
        return columns

    def _replication(self) -> Columns:
        """How far the replicas of each store are behind, the worst of them, and the stale reads they answered; 0 without any."""
        plan, s = self.plan, self.series
        names = {"replication_lag_s": s.copy_lag_s, "replication_lag_writes": s.copy_lag_writes, "stale_reads_per_s": s.copy_stale,
                 "conflicting_writes_per_s": s.copy_conflicts}  # fmt: skip
        columns = {name: np.zeros((len(s.edge_calls), len(plan.nodes))) for name in names}
        owner = np.array([plan.instances[i].node for i in plan.copies()], int)
        for node in np.unique(owner):
            for name, values in names.items():
                mine = values[:, owner == node]
                columns[name][:, node] = mine.sum(axis=1) if name.endswith("_per_s") else mine.max(axis=1)
        return columns

    def _on_demand(self) -> Columns:
        """Cold starts and environments of functions; other nodes have none. [T, N]"""
        shape = (len(self.series.inst_cold), len(self.plan.nodes))
        cold, alive = np.zeros(shape), np.zeros(shape)
        cold[:, self.plan.functions()], alive[:, self.plan.functions()] = self.series.inst_cold, self.series.inst_environments
        return {"cold_starts_per_s": cold, "environments": alive}

    def _queues(self) -> Columns:
        """What only message queues and topics have: [T, N], NaN for all other nodes; nothing at all in a plan without them."""
        plan, s = self.plan, self.series
        queues, topics = plan.queues(), plan.topics()
        if not queues and not topics:
            return {}
        columns = {name: np.full((len(s.edge_calls), len(plan.nodes)), np.nan) for name in QUEUE_SERIES}
        readers = np.array([n for n, _ in plan.readers()], int)
        for n in queues:  # a stream's readers add up; what is published comes to each of them
            mine, oldest_s = s.queue_counts[:, readers == n], s.queue_oldest_s[:, readers == n]
            for name, k in QUEUE_COLUMNS.items():
                columns[name][:, n] = mine[:, 0, k] if name == "published_per_s" else mine[:, :, k].sum(axis=1)
            columns["oldest_s"][:, n] = oldest_s.max(axis=1)
        for name, k in TOPIC_COLUMNS.items():
            columns[name][:, topics] = s.topic_counts[:, :, k]
        return columns

    def _what_callers_see(self) -> Columns:
        """Outcomes and the slowest p99 of the attempts into each node; for clients, of the calls they make. [T, N]"""
        plan, s = self.plan, self.series
        shape = (len(s.edge_calls), len(plan.nodes))
        ok, failed, p99_s = np.zeros(shape), np.zeros(shape), np.full(shape, np.nan)
        sources = plan.sources()
        for index, edge in enumerate(plan.edges):
            seen = [(edge.callee, s.edge_attempt_ends)] + [(edge.caller, s.edge_call_ends)] * (edge.caller in sources)
            for node, ends in seen:
                ok[:, node] += ends[:, index, 0]
                failed[:, node] += ends[:, index, 1:].sum(axis=1)
                p99_s[:, node] = np.fmax(p99_s[:, node], s.edge_latency_s[:, index, P99])
        return {"ok_per_s": ok, "failed_per_s": failed, "error_ratio": divide(failed, ok + failed), "p99_s": p99_s}

    @cached_property
    def instances(self) -> Columns:
        """By instance [T, I]; ``state`` 0 up, 1 refused, 2 black hole, 3 none there; ``stage`` and ``role`` indices into
        `series.STAGES` and `series.ROLES`."""
        s = self.series
        capacity = capacity_s(self.plan, s.inst_up_s)
        columns = {
            "arrived_per_s": s.inst_arrived.astype(np.float64),
            "completed_per_s": s.inst_completed.astype(np.float64),
            "rejected_per_s": s.inst_rejected.astype(np.float64),
            "killed_per_s": s.inst_killed.astype(np.float64),
            "cancelled_per_s": s.inst_cancelled.astype(np.float64),
            "wasted_per_s": s.inst_wasted.astype(np.float64),
            "utilisation": np.minimum(divide(s.inst_busy_s, capacity), 1),
            "load": divide(s.inst_offered_s, capacity),
            "queue": s.inst_queue.astype(np.float64),
            "queue_peak": s.inst_queue_peak.astype(np.float64),
            "state": s.inst_state.astype(np.float64),
            "role": s.inst_role.astype(np.float64),
            "stage": s.inst_stage.astype(np.float64),
        }
        for k, name in enumerate(SESSION_SERIES if s.session_counts.shape[1] else ()):
            columns[name] = np.full(s.inst_stage.shape, np.nan)
            columns[name][:, self.plan.keepers()] = s.session_counts[:, :, k]
        return columns

    @cached_property
    def requests(self) -> Columns:
        """By clients node [T, S], each second holding the requests *started* in it; latencies are of the ok ones."""
        s = self.series
        parts = (s.start_begun, s.start_ends, s.start_latency_s, s.start_hist)
        columns = request_columns(*parts, extremes_s(s.start_fastest_s[None], s.start_slowest_s[None], 0), s.hist_bin_s)
        return columns | {"degraded_per_s": s.start_degraded.astype(np.float64)}

    @cached_property
    def all_requests(self) -> Columns:
        """The same for all clients together: [T, 1]."""
        s = self.series
        parts = (s.start_begun, s.start_ends, s.start_latency_s, s.start_hist)
        begun, ends, latency_s, hist = (part.sum(axis=1, keepdims=True) for part in parts)
        shortest, longest = extremes_s(s.start_fastest_s, s.start_slowest_s, 1)
        columns = request_columns(begun, ends, latency_s, hist, (shortest[:, None], longest[:, None]), s.hist_bin_s)
        return columns | {"degraded_per_s": s.start_degraded.sum(axis=1, keepdims=True, dtype=np.float64)}


def request_columns(
    begun: np.ndarray, ends: np.ndarray, latency_s: np.ndarray, hist: np.ndarray, within_s: tuple[np.ndarray, np.ndarray], bin_s: int
) -> Columns:
    """Columns over requests by the second they started in, from the ``start_`` arrays of a `Series`."""
    ok, failed = ends[:, :, 0].astype(np.float64), ends[:, :, 1:].sum(axis=2, dtype=np.float64)
    columns: Columns = {
        "started_per_s": begun.astype(np.float64),
        "ok_per_s": ok,
        "failed_per_s": failed,
        "in_flight": begun - ok - failed,
        "availability": divide(ok, ok + failed),
        "error_ratio": divide(failed, ok + failed),
        "mean_s": divide(latency_s, ok),
    }
    rows = np.arange(len(ok)) // bin_s
    columns |= {name: value[rows] for name, value in zip(PERCENTILES, percentiles_s(hist, list(PERCENTILES.values()), within_s))}
    return columns | {f"failed.{cause}_per_s": ends[:, :, k + 1].astype(np.float64) for k, cause in enumerate(CAUSES)}
