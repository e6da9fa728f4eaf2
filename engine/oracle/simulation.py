"""The oracle's requests: arrivals, travel, service, calls with retries, answers. One SimPy process per request and per attempt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from engine.behaviours import Balancer, Cache, Function, Limiter, Resolver, Station, Store
from engine.kernel.layout import FOREVER, TICKS_PER_S, ticks
from engine.oracle.afar import Afar
from engine.oracle.caches import Caches
from engine.oracle.control import Control
from engine.oracle.draws import ERROR, SPIKE, THROTTLE, Draws
from engine.oracle.gates import Gates
from engine.oracle.resolution import Names
from engine.oracle.sessions import Sessions
from engine.oracle.state import About, First, Job, Pool, Server, Site, Span, Target
from engine.oracle.traffic import Traffic
from engine.plan import Plan

TRACES = 300  # requests followed in a run

Process = Generator[simpy.Event, Any, Any]


class Oracle(Gates, Names, Traffic, Sessions, Control, Afar, Caches):
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

    def make_pools(self, n: int) -> list[Pool]:
        """A balancer has one pool over all its edges for each of its servers, every other node one for each edge."""
        node, behaviour = self.plan.nodes[n], self.plan.nodes[n].behaviour
        if isinstance(behaviour, Balancer):
            return [self.pool_of_balancer(n, behaviour, server) for server in self.of(n)]
        pools = []
        for e in node.calls:
            called = self.plan.edges[e].callee
            callee, store = self.plan.nodes[called].behaviour, self.plan.nodes[called].store
            targets = [Target(s, e, via=v) for v, s in self.behind(e)]
            for s in self.of(n):
                self.sites[e, s].primaries = targets[self.plan.asked_first(called, s.number) :: len(store.azs) if store else 1]
            named = isinstance(callee, Resolver) or (isinstance(callee, Balancer) and len(self.of(called)) > 1)
            algorithm = "named" if named else "primary" if isinstance(callee, Store | Cache) else "random"
            pools.append(Pool(targets, algorithm, resolver=called if named else None, edge=e))
        return pools

    def pool_of_balancer(self, n: int, behaviour: Balancer, server: Server) -> Pool:
        """Everybody behind it, or those in the same AZ."""
        edges = self.plan.nodes[n].calls
        everybody = [Target(s, e, weight=self.plan.edges[e].weight) for e in edges for s in self.of(self.plan.edges[e].callee)]
        mine = [t for t in everybody if behaviour.cross_zone or t.server.place == server.place]
        pool = Pool(mine, behaviour.algorithm, edge=edges[0], balances=True)
        pool.ramp = ticks(behaviour.slow_start_s)
        return pool

    def behind(self, e: int) -> list[tuple[int, Server]]:
        """(edge of the record or −1, server) of everybody a call over an edge can come to."""
        callee = self.plan.nodes[self.plan.edges[e].callee]
        if isinstance(callee.behaviour, Resolver):
            return [(v, s) for v in callee.calls for s in self.of(self.plan.edges[v].callee)]
        return [(-1, s) for s in self.of(self.plan.edges[e].callee)]

    def run(self, until_s: float | None = None) -> Oracle:
        """Simulate to ``until_s`` (the plan's duration when absent)."""
        self.env.run(until=ticks(self.plan.duration_s if until_s is None else until_s))
        return self

    # ---- clients ----
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

    # ---- the callee ----
    def handle(self, job: Job) -> Process:
        """A request travels, is admitted, is worked on, and its answer travels back."""
        if not (yield from self.travel(job, 0)) or job.cancelled:
            return
        server = job.callee
        if server.down:
            if server.down == 1:
                yield from self.answer(job, "refused", None)
            return
        self.arrived[server.number] += 1
        if job.span:
            job.span.arrived = int(self.env.now)
        turned_away = self.turned_away(server, job)
        if turned_away:
            self.rejected[server.number] += 1
            yield from self.answer(job, turned_away, None)
            return
        if server.node in self.boxes:
            yield from self.publish(server.node, job)
            return
        if server.node in self.topics:
            yield from self.announce(self.topics[server.node], job)
            return
        epoch = server.epoch
        server.jobs.add(job)
        if not (yield from self.take_slot(server, job, epoch)):
            return
        job.since = int(self.env.now)
        if job.cold:
            function = self.plan.nodes[server.node].behaviour
            assert isinstance(function, Function)
            job.stage = "cold"
            self.starts(job)
            yield self.work(int(min(self.cold_ticks(function, job.key) * server.slow, FOREVER) + 0.5), job.key)
            if server.epoch != epoch:
                return
        result = yield from self.program(server, epoch, job)
        if result is None or self.gone(job, epoch) or not (yield from self.answers_leave(job, epoch)):
            return
        outcome, first = result
        job.stage = "over"
        server.jobs.discard(job)
        self.completed[server.number] += 1
        if outcome == "ok" and server.role != "none":
            outcome = self.vouch(job)
        self.executed(job, outcome)
        if self.holds_to_the_end(server.node) or job.in_slot:
            self.count_waste(job)
            self.free_slot(server)
        self.leave_environment(server)
        yield from self.answer(job, outcome, first)

    def work_on_probe(self, job: Job) -> Process:
        """A deep health check: admitted and worked on like a request, then it is over."""
        server, behaviour = job.callee, self.plan.nodes[job.callee.node].behaviour
        assert isinstance(behaviour, Station)
        self.arrived[server.number] += 1
        if self.gate(server, job) or (server.busy >= server.slots and len(server.queue) >= server.capacity):
            self.rejected[server.number] += 1
            return
        epoch = server.epoch
        server.jobs.add(job)
        if not (yield from self.take_slot(server, job, epoch)):
            return
        job.stage = "serve"
        work = int(min(self.draws.service_ticks(behaviour.service, job.key, 0) * server.slow + self.held_up(server, job), FOREVER) + 0.5)
        self.worked[server.number] += work
        yield self.work(work, job.key)
        if self.gone(job, epoch) or not (yield from self.answers_leave(job, epoch)):
            return
        job.stage = "over"
        server.jobs.discard(job)
        self.completed[server.number] += 1
        self.free_slot(server)

    def take_slot(self, server: Server, job: Job, epoch: int) -> Process:
        """A free slot, or the queue until there is one; False when the work ended meanwhile."""
        if server.busy < server.slots:
            server.busy += 1
            return True
        job.stage, turn = "wait", self.env.event()
        behaviour = self.plan.nodes[server.node].behaviour
        if isinstance(behaviour, Station) and behaviour.lifo:
            server.queue.appendleft((job, turn))
        else:
            server.queue.append((job, turn))
        yield turn
        return not self.gone(job, epoch)

    def answers_leave(self, job: Job, epoch: int) -> Process:
        """Wait while the server hangs; False when the work ended meanwhile."""
        while job.callee.hung:
            job.stage, go_on = "hung", self.env.event()
            job.callee.held_back.append(go_on)
            yield go_on
            if self.gone(job, epoch):
                return False
        return True

    def executed(self, job: Job, outcome: str) -> None:
        """A second success of one call is a duplicate; of an idempotent call, only the one that does the work counts."""
        record = job.record
        if record is None or isinstance(self.plan.nodes[job.callee.node].behaviour, Balancer | Limiter):
            return
        if record.idempotent and record.worker is not job:
            return
        record.executions += outcome == "ok"
        if record.idempotent:
            record.worker = None
            record.wake()
        elif outcome == "ok" and record.executions > 1:
            self.extras[self.env.now // TICKS_PER_S, job.edge, "duplicates"] += 1

    def turned_away(self, server: Server, job: Job) -> str | None:
        """Why a living server answers at once instead of working."""
        if server.throttle_share and self.draws.uniform(job.key, THROTTLE) < server.throttle_share:
            return "throttled"
        if server.error_share and self.draws.uniform(job.key, ERROR) < server.error_share:
            return "error"
        if server.role not in ("none", "primary") and not self.reads_here(job):
            return "no_writer"
        closed = self.gate(server, job)
        if closed:
            return closed
        if server.busy >= server.slots and len(server.queue) >= server.capacity:
            return "queue_full"
        return "error" if self.starts_over(server, job) else None

    def held_up(self, server: Server, job: Job) -> int:
        """Ticks this work takes more: what all of it does, and what a share of it does."""
        return server.extra + (server.spike if self.draws.uniform(job.key, SPIKE, 0) < server.spike_share else 0)

    def starts(self, job: Job) -> None:
        """Write down that work begins."""
        if job.span and job.span.started < 0:
            job.span.started = int(self.env.now)

    def count_waste(self, job: Job) -> None:
        """The slot is given back: was the time it was held for nobody?"""
        if not isinstance(self.plan.nodes[job.callee.node].behaviour, Balancer | Limiter) and job.for_nobody():
            self.wasted[job.callee.number] += 1
            self.wasted_ticks[job.callee.number] += int(self.env.now) - job.since

    def free_slot(self, server: Server) -> None:
        """Hand the slot to the first in the queue, or let it idle."""
        if server.queue:
            server.queue.popleft()[1].succeed()
        else:
            server.busy -= 1
            self.serve_consumer(server)

    def holds_to_the_end(self, node: int) -> bool:
        """Whether a request keeps its slot until it is answered."""
        behaviour = self.plan.nodes[node].behaviour
        return not (isinstance(behaviour, Station) and not behaviour.holds_slot and self.plan.nodes[node].calls)

    def program(self, server: Server, epoch: int, job: Job) -> Process:
        """Serve, replicate, call the dependencies in order. Returns (outcome, first cause), or None when the work ended meanwhile."""
        node = self.plan.nodes[server.node]
        behaviour, local = node.behaviour, 0
        if isinstance(behaviour, Station | Store | Function):
            if job.record is not None and job.record.idempotent:
                may = yield from self.take_on(job, epoch)
                job.in_slot = may is False
                if not may:
                    return None if may is None else ("ok", None)
            job.stage = "serve"
            self.starts(job)
            work = self.draws.service_ticks(behaviour.service, job.key, local) * server.slow + self.held_up(server, job)
            local += 1
            self.worked[server.number] += int(min(work, FOREVER) + 0.5)
            yield self.work(int(min(work, FOREVER) + 0.5), job.key)
            if self.gone(job, epoch):
                return None
        if isinstance(behaviour, Store) and self.waits_for_members(behaviour):
            local += 1
            job.stage = "sync"
            if not (yield from self.replicate(job, epoch)):
                return None
        if not self.holds_to_the_end(server.node):
            local += 1
            self.count_waste(job)
            self.free_slot(server)
        if isinstance(behaviour, Station) and behaviour.parallel and len(self.pools[server.node]) > 1:
            return (yield from self.all_at_once(job, local, epoch))
        if isinstance(behaviour, Cache):
            return (yield from self.read_through(job, epoch)) if node.calls else self.asked(job)
        first: First = None
        pools = dict(zip(node.calls, self.pools[server.node], strict=False))
        if isinstance(behaviour, Balancer):  # it has one for all
            pools = {node.calls[0]: self.pools[server.node][self.plan.instances[server.number].index]}
        asked = {self.plan.edges[e].lookup for e in node.calls} - {-1}
        for e, pool in pools.items():
            lookup = self.plan.edges[e].lookup
            if e in asked:
                continue
            if lookup >= 0:
                result = yield from self.call_after_look_up(job, pools[lookup], pool, local, epoch)
                local += 6
            else:
                result = yield from self.call(job, pool, local, epoch)
            if result is None:
                return None
            outcome, first = result
            if outcome != "ok":
                return "error", first
            local += 1
        return "ok", None

    def all_at_once(self, job: Job, local: int, epoch: int) -> Process:
        """Call every dependency now; the last success or the first failure decides. Each call has a job of its own in the same place."""
        server, decided = job.callee, self.env.event()
        job.stage = "fork"
        job.branches = [
            Job(job.edge, job.caller, server, job.key, None, job.about, above=job, decided=decided, span=job.span)
            for _ in self.pools[server.node]
        ]
        left = len(job.branches)

        def branch(mine: Job, pool: Pool, place: int) -> Process:
            nonlocal left
            result = yield from self.call(mine, pool, place, epoch)
            mine.stage = "over"
            left -= 1
            if result is None or decided.triggered:
                return
            job.degraded |= mine.degraded
            outcome, first = result
            if outcome != "ok":
                decided.succeed(("error", first))
            elif left == 0:
                decided.succeed(("ok", None))

        for k, (mine, pool) in enumerate(zip(job.branches, self.pools[server.node], strict=True)):
            self.env.process(branch(mine, pool, local + k))
        result = yield decided
        return None if self.gone(job, epoch) else result

    def take_on(self, job: Job, epoch: int) -> Process:
        """Take on the work of an idempotent call: True; False when it is done already; None when this attempt ended while it waited."""
        record = job.record
        assert record is not None
        while not record.executions:
            if record.worker is None:
                record.worker = job
                return True
            job.stage, turn = "joined", self.env.event()
            record.followers.append((job, turn))
            yield turn
            if self.gone(job, epoch):
                return None
        return False
