"""The conductor: SimPy leads, the compiled kernel follows.

Control processes touch the data plane through two doors only: ``see`` (an observation, recorded) and ``do`` (a change, skipped in a
replay). That makes a run restartable although Python's generators cannot be copied: to branch at t, restore the data plane from the last
checkpoint before t and replay the processes up to there against the record.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import numpy as np
import simpy

from engine import memory
from engine.build import build_world
from engine.control import checkpoints, conservation, room
from engine.control.aftermath import duties
from engine.control.autoscaling import watch_group
from engine.control.breakers import watch_breakers
from engine.control.conservation import Broken as Broken
from engine.control.failover import watch_store
from engine.control.faults import strike
from engine.control.health import watch_targets
from engine.control.lifecycle import first_stages
from engine.control.mappings import scale_pollers
from engine.control.moves import operators
from engine.control.promotion import watch_replicas
from engine.control.regions import watch_regions
from engine.control.resolution import Names, watch_records
from engine.control.zones import watch_zones
from engine.events import Event, Kind
from engine.kernel import caches, doors, environments, loop, meters, sessions, shards, writers
from engine.kernel.layout import HALF_OPEN, MOST_FRAMES, MOST_MESSAGES, OPEN, TICKS_PER_S, ticks
from engine.plan import Plan
from engine.series import SPAN, Series, empty_series

T = TypeVar("T")
Process = Generator[simpy.Event, Any, None]


class Conductor:
    """One run in progress: the world, its control processes, its log and its checkpoints. Times are ticks unless named ``_s``."""

    def __init__(self, plan: Plan, checkpoint_every_s: float | None = None, world: np.ndarray | None = None) -> None:
        self.plan = plan
        self.end = ticks(plan.duration_s)
        self.budget = memory.budget_bytes()
        self.exhausted: str | None = None  # why the run ended for want of memory
        self.wall_s = 0.0  # how long it took, told by whoever lets it run
        self.world = build_world(plan) if world is None else world
        rows = math.ceil(plan.duration_s)
        self.series = empty_series(plan, rows)
        self.copies = np.array(plan.copies(), np.int64)
        sites = self.world[0]["edges"]["first_site"]
        edges = enumerate(plan.edges)
        self.breakers = [(e, int(sites[e]), plan.nodes[edge.caller].count) for e, edge in edges if edge.policy.breaker]
        self._counts = np.zeros((1, len(plan.instances), 10), np.int64)
        self._seconds = np.zeros((1, len(plan.instances), 3))
        self._state = np.zeros((1, len(plan.instances), 2), np.int64)
        self.streams = np.array([q for q, (n, _) in enumerate(plan.readers()) if plan.queue(n).shards], np.int64)
        self.functions = np.array([plan.nodes[n].first for n in plan.functions()], np.int64)
        self.events: list[Event] = []
        self.seen: list[Any] = []
        self.now = 0
        self.saturated_at: int | None = None
        shelf = memory.shelf_bytes(self.budget)
        self.fixed_bytes = room.measured_bytes(plan, self.series) + shelf
        self.shelf = checkpoints.Shelf(ticks(checkpoint_every_s or max(5.0, math.ceil(plan.duration_s / 120))), shelf)
        doors.start(self.world)
        self._start(None)

    def _start(self, replay_until: int | None) -> None:
        """Create the control processes afresh; their order decides between events of the same instant."""
        self.env = simpy.Environment()
        self.replaying, self.n_seen = replay_until is not None, 0
        self.log: list[Event] = []
        self.lost_writes: list[tuple[float, int, float, str]] = []
        self.duties = duties(self.plan)
        self.beliefs = self.plan.beliefs()
        self.shown = np.array(self.plan.shown_beliefs(), np.int64)
        k = len(self.beliefs) + 1  # the last one is about what no balancer sends to
        self.belief_healthy, self.belief_streak = np.ones(k, np.int8), np.zeros(k, np.int16)
        self.belief_decides = np.full(k, np.nan)  # ticks at which the belief can change at the earliest
        self.names = Names(self)
        self.live, self.stage = self.plan.live(), first_stages(self.plan)
        self.env.process(strike(self))
        for name in (*self.plan.resolvers(), *self.plan.named()):
            self.env.process(watch_records(self, name))
        for balancer in self.plan.balancers():
            self.env.process(watch_targets(self, balancer))
            self.env.process(watch_zones(self, balancer))
        for group in self.plan.groups():
            self.env.process(watch_group(self, group))
        for store in self.plan.stores():
            for watch in (watch_store, watch_replicas, watch_regions):
                for partition in range(self.plan.store(store).partitions):
                    self.env.process(watch(self, store, partition))
        for edge in self.plan.mappings():
            self.env.process(scale_pollers(self, edge))
        for process in operators(self):
            self.env.process(process)
        self.env.process(watch_breakers(self))
        if replay_until is not None:
            while self.env.peek() <= replay_until:
                self.env.step()
            self.replaying = False
            if self.n_seen != len(self.seen):
                raise Broken(f"the replay used {self.n_seen} of {len(self.seen)} observations: a control process looked past `see`")
        self.events = self.log

    def release(self) -> None:
        """Give back the memory of a run that will neither go on nor be branched; series and log stay. It and its processes hold one
        another, and Python looks for such circles when many objects have been made: these are few, and large."""
        self.world = self.world[:0].copy()
        self.shelf = checkpoints.Shelf(self.shelf.interval)

    def branch(self, plan: Plan, time: int) -> Conductor:
        """The same run under a plan that differs only in faults from ``time`` on: bit-identical before."""
        if not self.shelf.kept or time <= self.shelf.kept[0].time:
            return Conductor(plan)
        checkpoint = self.shelf.before(time)
        other = copy.copy(self)
        other.plan = plan
        other.world = checkpoints.restore(checkpoint, self.world)
        other.series = copy.deepcopy(self.series)
        other.series.reached_s = checkpoint.time // TICKS_PER_S
        other._counts, other._seconds, other._state = self._counts.copy(), self._seconds.copy(), self._state.copy()
        other.seen = self.seen[: checkpoint.n_seen]
        other.shelf = self.shelf.until(checkpoint)
        other.now, other.saturated_at, other.exhausted = checkpoint.time, None, None
        other._start(checkpoint.time)
        return other

    # ---- driving ----
    def run_to(self, time: int) -> None:
        """Bring everything to ``time`` (ticks), or to saturation."""
        time = min(time, self.end)
        while self.saturated_at is None and self.env.peek() <= time:
            self._flow(int(self.env.peek()))
            if self.saturated_at is None:
                self.env.step()
        if self.saturated_at is None:
            self._flow(time)

    def _flow(self, time: int) -> None:
        """Let the requests run to ``time``. Every full second on the way is metered before that instant's control events; a checkpoint is
        taken after them, when the flow goes on."""
        while self.now < time:
            if self.now % TICKS_PER_S == 0 and self.shelf.due(self.now):
                self.shelf.add(checkpoints.take(self.world, self.now, len(self.seen), len(self.events)))
            to = min(time, (self.now // TICKS_PER_S + 1) * TICKS_PER_S)
            if loop.advance(self.world, to) == loop.SATURATED:
                self._saturate()
                return
            self.now = to
            if to % TICKS_PER_S == 0 or to == self.end:
                self._meter((to - 1) // TICKS_PER_S)
                used = self.fixed_bytes + room.crowd_bytes(self.world[0])
                if used > self.budget and self.now < self.end:
                    self.exhausted = room.exhausted(used, self.budget, self.world[0], self.now / TICKS_PER_S)
                    self.saturated_at = self.now
                    self.say("stopped", None, self.saturation())
                    return

    def _saturate(self) -> None:
        """Stop, and meter the second that will not be finished."""
        self.now = self.saturated_at = int(self.world[0]["now"])
        self._meter(self.now // TICKS_PER_S)
        self.say("stopped", None, self.saturation())

    def saturation(self) -> str:
        """Why a saturated run ended, for people."""
        if self.exhausted:
            return self.exhausted
        at = (self.saturated_at or 0) / TICKS_PER_S
        if self.world[0]["messages_in_use"] > MOST_MESSAGES:
            return f"more than {MOST_MESSAGES:,} messages in queues at {at:.1f} s: they come in faster than they are worked on"
        return f"more than {MOST_FRAMES:,} requests and calls in flight at {at:.1f} s: the system is saturated and its backlog only grows"

    def _meter(self, row: int) -> None:
        """Write the second that just ended into row ``row`` of the series."""
        s = self.series
        begun = (s.edge_calls, s.edge_attempts, s.edge_abandoned)
        self._meter_breakers(row)
        meters.collect_edges(self.world, row, *begun, s.edge_attempt_ends, s.edge_call_ends, s.edge_extras, s.edge_latency_s)
        meters.collect_instances(self.world, 0, self.now, self._counts, self._seconds, self._state)
        counts = self._counts[0]
        s.inst_arrived[row], s.inst_completed[row], s.inst_rejected[row] = counts[:, 0], counts[:, 1], counts[:, 2]
        s.inst_killed[row], s.inst_queue[row], s.inst_queue_peak[row] = self._counts[0, :, 3], self._counts[0, :, 4], self._counts[0, :, 5]
        s.inst_cancelled[row] = counts[:, 6]
        s.inst_wasted[row], s.inst_wasted_s[row] = counts[:, 8], counts[:, 9] / TICKS_PER_S
        s.inst_worked_s[row], s.inst_stage[row] = counts[:, 7] / TICKS_PER_S, self.stage
        s.inst_busy_s[row], s.inst_up_s[row], s.inst_offered_s[row] = self._seconds[0].T
        s.inst_state[row], s.inst_role[row] = self._state[0].T
        if len(self.copies):
            counted = (s.copy_lag_s, s.copy_lag_writes, s.copy_stale, s.copy_conflicts)
            writers.collect_copies(self.world, row, self.now, self.copies, *counted)
        environments.collect_environments(self.world, row, self.now, self.functions, s.inst_cold, s.inst_environments)
        if s.cache_hits.shape[1]:
            caches.collect_memories(self.world, row, s.cache_hits, s.cache_misses, s.cache_held, s.cache_counts, s.cache_unflushed)
        if s.queue_counts.shape[1]:
            meters.collect_queues(self.world, row, self.now, s.queue_counts, s.queue_oldest_s)
        if s.topic_counts.shape[1]:
            meters.collect_topics(self.world, row, s.topic_counts)
        if s.session_counts.shape[1]:
            sessions.collect_sessions(self.world, row, s.session_counts)
        if s.queue_shard_age_s.shape[1]:
            shards.collect_shards(self.world, row, self.now, self.streams, s.queue_shard_age_s)
        s.target_healthy[row], s.target_streak[row] = self.belief_healthy[self.shown], self.belief_streak[self.shown]
        s.target_decides_s[row] = (self.belief_decides[self.shown] - self.now) / TICKS_PER_S
        s.edge_answers[row] = self.names.answers
        s.reached_s = row + 1

    def _meter_breakers(self, row: int) -> None:
        """Breakers by state. One whose time is over stays open until its caller's next attempt asks it."""
        world = self.world[0]
        for e, first, count in self.breakers:
            states = world["sites"]["state"][first : first + count]
            self.series.edge_breakers[row, e] = (states == OPEN).sum(), (states == HALF_OPEN).sum()

    def sync(self) -> Series:
        """The series, with everything by start time and the totals brought up to date. Checks conservation."""
        w, s = self.world[0], self.series
        n = int(w["n_source"])
        for name in ("start_begun", "start_ends", "start_hist", "start_degraded"):
            series = getattr(s, name)
            series[:] = w[name][: series.shape[0] * n].reshape(series.shape)
        for name, less in (("start_latency", 0), ("start_fastest", 0), ("start_slowest", 1)):  # the slowest are kept one tick higher
            series = getattr(s, f"{name}_s")
            series[:] = np.maximum(w[name][: series.size] - less, 0).reshape(series.shape) / TICKS_PER_S
        s.total_begun[:], s.total_ends[:], s.total_hist[:] = w["total_begun"][:n], w["total_ends"][:n], w["total_hist"][:n]
        s.total_latency_s[:], s.total_fastest_s[:] = w["total_latency"][:n] / TICKS_PER_S, w["total_fastest"][:n] / TICKS_PER_S
        s.total_slowest_s[:] = np.maximum(w["total_slowest"][:n] - 1, 0) / TICKS_PER_S
        s.total_messages[:] = w["carried"][: len(self.plan.edges)].reshape(-1, 2, 4)
        s.total_degraded[:] = w["total_degraded"][:n]
        classes = len(self.plan.classes())
        s.total_class_begun[:], s.total_class_ends[:] = w["class_begun"][:classes], w["class_ends"][:classes]
        s.total_blame[:] = w["blame"][: len(self.plan.edges)]
        s.lost_writes[:] = self.lost_writes
        s.spans = np.asarray(w["spans"][: w["n_span"]]).view(np.int64).reshape(-1, len(SPAN)).copy()
        s.acked[:] = w["inst"]["acked"][: len(self.plan.instances)]
        s.lost[:] = w["inst"]["n_lost"][: len(self.plan.instances)]
        conservation.check(self)
        return s

    # ---- the two doors, and the log ----
    def see(self, look: Callable[..., T], *arguments: Any) -> T:
        """Observe the data plane. ``look`` must return plain values that stay what they are."""
        if self.replaying:
            value: T = self.seen[self.n_seen]
        else:
            value = look(*arguments)
            self.seen.append(value)
        self.n_seen += 1
        return value

    def do(self, change: Callable[..., T], *arguments: Any) -> T | None:
        """Change the data plane."""
        return None if self.replaying else change(*arguments)

    def say(self, kind: Kind, node: str | None, text: str, **data: object) -> None:
        """Write a line into the log at the present instant."""
        now = self.saturated_at if self.saturated_at is not None else self.env.now
        self.log.append(Event(float(now) / TICKS_PER_S, kind, node, text, data))

    def say_phase(self, node: str, phase: str, since: int, text: str, instance: int) -> None:
        """Log a phase that began at ``since`` (ticks), ends now and is about one instance."""
        times = {"from_s": since / TICKS_PER_S, "to_s": self.env.now / TICKS_PER_S}
        self.say("phase", node, text, phase=phase, instance=self.name(instance), **times)

    def lose_writes(self, node: str, count: int, since: int) -> None:
        """Book acknowledged writes of a store that are lost now, the oldest acknowledged at ``since`` (ticks)."""
        if count:
            self.lost_writes.append((float(self.env.now) / TICKS_PER_S, count, (self.env.now - since) / TICKS_PER_S, node))

    def wait(self, duration: int) -> simpy.Event:
        """Let ``duration`` ticks pass."""
        return self.env.timeout(max(0, duration))

    # ---- small looks at the truth, for `see` ----
    def name(self, i: int) -> str:
        """How people call instance i: web[2], or the node's name when it has one instance."""
        instance = self.plan.instances[i]
        node = self.plan.nodes[instance.node]
        return f"{node.id}[{instance.index}]" if node.count > 1 else node.id

    def down_since(self, i: int) -> int:
        """When instance i went down (ticks); its present instant if it is up."""
        row = self.world[0]["inst"][i]
        return int(row["down_since"]) if row["down"] else int(self.env.now)
