"""The oracle's faults and health checks, one small process each."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from engine.behaviours import Autoshift, Balancer, CallPolicy, HealthCheck, Queue, Station, Topic
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_key, stream_uniform
from engine.live import Live
from engine.oracle.failovers import Failovers
from engine.oracle.sites import Site
from engine.oracle.state import About, Job, Pool, Server, Target

Process = Generator[simpy.Event, Any, Any]


class Control(Failovers):
    """The control plane's half of `Oracle`."""

    add: list[int]
    cut: list[list[bool]]
    path_cut: set[tuple[int, int]]
    edge_loss: np.ndarray
    path_loss: np.ndarray
    path_add: np.ndarray
    flying: dict[Job, int]
    servers: list[Server]
    sites: dict[tuple[int, Server], Site]
    pools: list[list[Pool]]
    killed: Counter[int]
    mute: dict[int, bool]
    note_answer: Callable[[int], None]
    shift: Callable[[Live], None]
    stranded: list[tuple[float, int, float, str]]

    def start_control(self) -> None:
        """Start every control process."""
        self.env.process(self.faults())
        for e in self.plan.mappings():
            self.env.process(self.scale_pollers(e))
        self.start_moves()
        self.start_groups()
        for b in self.plan.balancers():
            behaviour = self.plan.nodes[b].behaviour
            assert isinstance(behaviour, Balancer)
            if behaviour.autoshift:
                self.env.process(self.watch_zones(b, behaviour.autoshift))
            if behaviour.health_check:
                for pool, prober in zip(self.pools[b], self.of(b), strict=True):
                    for target in pool.targets:
                        self.env.process(self.probe_for_ever(prober, pool, target, behaviour.health_check))
        for n in self.plan.stores():
            store = self.plan.store(n)
            if store.failover and len(store.azs) - store.replicas > 1:
                for p in range(store.partitions):
                    self.env.process(self.failover(n, p, store.failover))

    # ---- faults ----
    def faults(self) -> Process:
        """At each start and end of a fault the configuration is made anew."""
        for time in sorted({ticks(min(t, 1e5)) for f in self.plan.faults for t in (f.start_s, *f.moments_s, f.end_s, f.over_s)}):
            yield self.control(time - self.env.now)
            live = Live(len(self.servers), len(self.plan.edges), len(self.plan.places), time / 1e7)
            for fault in self.plan.faults:
                if ticks(fault.start_s) <= time < ticks(min(fault.over_s, 1e5)):
                    fault.apply(live)
            self.become(live)
            self.lost_writes += [self.unbooked.pop(i) for i in sorted(self.unbooked)]
            self.lost_writes += self.stranded
            self.stranded = []

    def become(self, live: Live) -> None:
        """Make the world as ``live`` says."""
        self.live = live
        self.add = [round(a * 1e7) for a in live.edge_add_s]
        self.cut = [[bool(a), bool(b)] for a, b in live.edge_cut]
        self.policies = [self.as_now(e, edge.policy, live) for e, edge in enumerate(self.plan.edges)]
        self.edge_loss, self.path_loss = live.edge_loss, live.path_loss
        self.path_add = np.rint(live.path_add_s * 1e7).astype(np.int64)
        n = len(self.plan.places)
        self.path_cut = {(a, b) for a in range(n) for b in range(n) if live.path_cut[a, b]}
        for job, direction in list(self.flying.items()):
            if self.is_cut(job, direction):
                del self.flying[job]
                self.lose(job)
        self.shift(live)
        for n, mute in self.mute.items():
            if mute != bool(live.dns_empty[self.of(n)[0].number]):
                self.mute[n] = not mute
                self.note_answer(n)
        for server in self.servers:
            server.strain, server.error_share = float(live.slow[server.number]), float(live.error_share[server.number])
            server.slow = server.strain * server.chill
            server.extra = ticks(float(live.extra_s[server.number]))
            server.spike, server.spike_share = ticks(float(live.spike_s[server.number])), float(live.spike_share[server.number])
            server.throttle_share = float(live.throttle_share[server.number])
            server.flap_share = float(live.flap_share[server.number])
            server.paused = bool(live.paused[server.number])
            server.hot_share = float(live.hot_share[server.number])
            if server.node in self.plan.sources():
                self.set_surge(self.plan.sources().index(server.node), float(live.surge[server.number]))
            server.stopped, server.poison_share = bool(live.stopped[server.number]), float(live.poison_share[server.number])
            server.hung = bool(live.hung[server.number])
            server.withdrawn, server.struck = bool(live.withdrawn[server.number]), int(live.down[server.number])
            down = server.down if server.absent else server.struck
            if down and not server.down:
                self.kill(server, down)
            self.turn(server, down)
        self.relist()
        self.flush(live)
        self.relink()
        for box in self.boxes.values():
            self.serve_box(box)
        self.unpark()
        for server in self.servers:
            if not server.hung:
                waiting, server.held_back = server.held_back[::-1], []
                for go_on in waiting:
                    go_on.succeed()
        self.resume_all()

    @staticmethod
    def as_now(e: int, policy: CallPolicy, live: Live) -> CallPolicy:
        """A policy as the faults of now have changed it."""
        attempts, timeout_s = int(live.edge_attempts[e]) or policy.attempts, float(live.edge_timeout_s[e])
        timeout_s = policy.timeout_s if math.isinf(timeout_s) else timeout_s
        return dataclasses.replace(policy, attempts=attempts, timeout_s=timeout_s, backoff=None if live.edge_hasty[e] else policy.backoff)

    def flush(self, live: Live) -> None:
        """Empty caches that a fault hits now."""
        for server in self.servers:
            if live.flushes[server.number] > server.flushes:
                self.forget(server, dies=False)
                self.lose_sessions(server)
            server.flushes = int(live.flushes[server.number])

    def kill(self, server: Server, down: int) -> None:
        """Everything there is lost; callers get a reset unless it is a black hole. What it knew about its own calls is gone."""
        if isinstance(self.plan.nodes[server.node].behaviour, Queue | Topic):
            return  # what it keeps is safe
        self.turn(server, down)
        server.epoch, server.busy = server.epoch + 1, 0
        self.forget(server, dies=True)
        self.lose_sessions(server)
        self.drop_fetches(server)
        waiting = [turn for _, turn in server.queue]
        server.queue.clear()
        server.stalled.clear()
        server.held_back.clear()
        server.idle.clear()
        for attempt in server.attempts:
            attempt.target.out -= 1
            attempt.job.abandoned = True
        server.attempts.clear()
        for (_, caller), site in self.sites.items():
            if caller is server:
                site.inflight = 0
                site.reset(self.env.now)
                site.reconnect()
        for mapping in self.mappings.values():
            mapping.open = {job for job in mapping.open if job.callee is not server}
        jobs = sorted(server.jobs, key=lambda job: self.draws.lot(job.key, 0))  # they are answered by lot
        server.jobs.clear()
        self.killed[server.number] += len(jobs)
        for job in jobs:
            if job.record is not None:
                job.record.leave(job)
        for turn in waiting:
            turn.succeed()
        if down == 1:
            for job in jobs:
                self.env.process(self.answer(job, "refused", None))

    # ---- health checks ----
    def probe_for_ever(self, prober: Server, pool: Pool, target: Target, check: HealthCheck) -> Process:
        """One server of a balancer probes one target every interval from a random phase on."""
        node, server = self.plan.nodes[prober.node], target.server
        names: tuple[Any, ...] = (node.id, self.plan.nodes[server.node].id, self.plan.instances[server.number].index)
        if node.count > 1:
            names = (*names, self.plan.instances[prober.number].index)
        interval = ticks(check.interval_s)
        counts = [0]  # consecutive results against the belief
        yield self.control(int(stream_uniform(self.plan.seed, "probe phase", *names) * interval))
        number = 0
        while True:
            if prober.down and node.count > 1:  # a dead node sends no probe
                number += 1
                yield self.control(interval)
                continue
            passed, delay = self.ask(prober.place, target.edge, server, check.timeout_s, (*names, number))
            if passed and check.deep and isinstance(self.plan.nodes[server.node].behaviour, Station):
                self.env.process(self.judge_work(delay, pool, target, check, counts, (*names, number)))
            elif passed or delay == 0:
                self.judge(pool, target, check, passed, counts)
            else:
                self.env.process(self.judge_later(delay, pool, target, check, counts))
            number += 1
            yield self.control(interval)

    def ask(self, here: int, e: int | None, server: Server, timeout_s: float, names: tuple[Any, ...], spent: int = 0) -> tuple[bool, int]:
        """One probe from a place: (passed, ticks until that is known)."""
        there, seed = server.place, self.plan.seed
        way = spent + self.way(here, there) + self.way(there, here) + (0 if e is None else self.add[e])
        cut = (e is not None and any(self.cut[e])) or (here, there) in self.path_cut or (there, here) in self.path_cut
        if cut or server.down == 2 or (server.hung and not server.down) or way > ticks(timeout_s):
            return False, ticks(timeout_s)
        for direction, a, z in ((0, here, there), (1, there, here)):
            share = 1.0 - (1.0 - (0.0 if e is None else float(self.edge_loss[e, direction]))) * (1.0 - float(self.path_loss[a, z]))
            if share and stream_uniform(seed, "probe loss", *names, direction) < share:
                return False, ticks(timeout_s)
        if server.down:
            return False, way
        if server.throttle_share and stream_uniform(seed, "probe throttled", *names) < server.throttle_share:
            return False, way
        if server.error_share and stream_uniform(seed, "probe error", *names) < server.error_share:
            return False, way
        if server.flap_share and stream_uniform(seed, "probe flapping", *names) < server.flap_share:
            return False, way
        return True, way

    def judge_work(self, way: int, pool: Pool, target: Target, check: HealthCheck, counts: list[int], names: tuple[Any, ...]) -> Process:
        """A probe that is worked on: done in time or not."""
        key = int(stream_key(self.plan.seed, "deep probe", *names))
        job = Job(target.edge, None, target.server, key, None, About(0, -1), abandoned=True)
        self.env.process(self.work_on_probe(job))
        yield self.control(ticks(check.timeout_s) - way)
        passed = job.stage == "over"
        if not passed and way:
            yield self.control(way)
        self.judge(pool, target, check, passed, counts)

    def judge_later(self, delay: int, pool: Pool, target: Target, check: HealthCheck, counts: list[int]) -> Process:
        """A failed probe is known after a while."""
        yield self.control(delay)
        self.judge(pool, target, check, False, counts)

    def judge(self, pool: Pool, target: Target, check: HealthCheck, passed: bool, counts: list[int]) -> None:
        """Enough consecutive results against the belief turn it."""
        if target.server.stage not in ("serving", "warming"):
            return
        counts[0] = 0 if passed == target.healthy else counts[0] + 1
        if counts[0] >= (check.unhealthy if target.healthy else check.healthy):
            counts[0] = 0
            if not target.healthy:
                target.warm_at = self.env.now + pool.ramp
            pool.believe(target, not target.healthy)

    def set_surge(self, k: int, factor: float) -> None:
        """A source's clock runs faster; in `Traffic`."""
        raise NotImplementedError

    def of(self, node: int) -> list[Server]:
        """A node's servers; in `Oracle`."""
        raise NotImplementedError

    if TYPE_CHECKING:  # in `Replication`

        def watch_zones(self, b: int, rules: Autoshift) -> Process: ...
        def work_on_probe(self, job: Job) -> Process: ...

        unbooked: dict[int, tuple[float, int, float, str]]
        lost_writes: list[tuple[float, int, float, str]]

        def forget(self, server: Server, dies: bool) -> None: ...
        def lose_sessions(self, server: Server) -> None: ...
        def drop_fetches(self, server: Server) -> None: ...
