"""The oracle: a whole run, and each request from its client's side. One SimPy process per request and per attempt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.draws import Draws
from engine.oracle.pools import Pools
from engine.oracle.programs import Programs
from engine.oracle.sites import Site
from engine.oracle.state import About, Job, Server, Span
from engine.plan import Plan

TRACES = 300  # requests followed in a run

Process = Generator[simpy.Event, Any, Any]


class Oracle(Programs, Pools):
    """A run of a plan in plain SimPy, in ticks. After `run`: the counters below, by second, and ``latencies`` of ok requests in ticks."""

    def __init__(self, plan: Plan, exact: bool = False) -> None:
        self.plan, self.env, self.draws = plan, simpy.Environment(), Draws(plan.seed, exact)
        self.set_clock()
        self.add = [0] * len(plan.edges)
        self.cut: list[list[bool]] = [[False, False] for _ in plan.edges]
        self.path_cut: set[tuple[int, int]] = set()
        self.flying: dict[Job, int] = {}  # messages on a wire: job → direction
        self.servers = [Server(k, i.node, i.place, i.slots, i.queue_capacity) for k, i in enumerate(plan.instances)]
        self.sites = {(e, s): Site(edge.policy.breaker) for e, edge in enumerate(plan.edges) for s in self.of(edge.caller)}
        self.tokens = [10.0] * len(plan.edges)
        self.policies = [edge.policy for edge in plan.edges]
        self.pools = [self.make_pools(n) for n in range(len(plan.nodes))]
        self.attempt_ends: Counter[tuple[int, int, str]] = Counter()  # (second, edge, outcome)
        self.call_ends: Counter[tuple[int, int, str]] = Counter()
        self.start_ends: Counter[tuple[int, int, str]] = Counter()  # (start second, source, first cause or ok)
        self.class_ends: Counter[tuple[int, str]] = Counter()  # (class, first cause or ok)
        self.kinds = {name: k for k, name in enumerate(plan.classes())}
        self.extras: Counter[tuple[int, int, str]] = Counter()  # (second, edge, name in engine.series.EXTRAS)
        self.degraded: Counter[tuple[int, int]] = Counter()  # (start second, source)
        self.cancelled: Counter[int] = Counter()
        self.answers = 0
        self.detached: Counter[str] = Counter()
        self.parked: list[tuple[Server, simpy.Event]] = []
        self.messages: Counter[tuple[int, int, int]] = Counter()  # (edge, direction, kind of hop), after the warm-up
        self.edge_loss, self.path_loss = np.zeros((len(plan.edges), 2)), np.zeros((len(plan.places),) * 2)
        self.path_add = np.zeros((len(plan.places),) * 2, np.int64)
        self.begun = 0
        self.arrived: Counter[int] = Counter()
        self.completed: Counter[int] = Counter()
        self.rejected: Counter[int] = Counter()
        self.killed: Counter[int] = Counter()
        self.wasted: Counter[int] = Counter()
        self.wasted_ticks: Counter[int] = Counter()
        self.spans: list[Span] = []
        self.next_sample = 0
        self.worked: Counter[int] = Counter()
        self.latencies: defaultdict[int, list[int]] = defaultdict(list)
        self.buckets = {}
        self.start_stores()
        self.start_caches()
        self.set_queues()
        self.set_topics()
        self.start_names()
        self.start_sessions()
        self.start_control()
        self.start_clients()

    def of(self, node: int) -> list[Server]:
        """A node's servers."""
        return [self.servers[i] for i in self.plan.instances_of(node)]

    def run(self, until_s: float | None = None) -> Oracle:
        """Simulate to ``until_s`` (the plan's duration when absent)."""
        self.env.run(until=ticks(self.plan.duration_s if until_s is None else until_s))
        return self

    def request(self, k: int, server: Server, key: int, about: About) -> Process:
        """One request from its start to its end at the client."""
        born = self.env.now
        job = Job(-1, None, server, key, None, about)
        if born >= self.next_sample:
            gap = ticks(self.plan.duration_s) // TRACES
            self.next_sample = (born // gap + 1) * gap
            job.span = Span(sum(s.parent is None for s in self.spans), None, -1, server.number, 0, int(born), int(born))
            self.spans.append(job.span)
        outcome, first = yield from self.program(server, server.epoch, job)
        if job.span:
            job.span.finished = job.span.answered = int(self.env.now)
            job.span.seen = outcome if outcome == "ok" else first[1]
            job.span.outcome = outcome
        self.class_ends[about.kind, outcome if outcome == "ok" else first[1]] += 1
        self.start_ends[born // TICKS_PER_S, k, outcome if outcome == "ok" else first[1]] += 1
        if outcome == "ok":
            self.latencies[k].append(self.env.now - born)
            self.degraded[born // TICKS_PER_S, k] += job.degraded
