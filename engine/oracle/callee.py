"""The callee's side of a call in the oracle: admitted or turned away, a slot, an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

import simpy

from engine.behaviours import Balancer, Function, Limiter, Station
from engine.kernel.layout import FOREVER, TICKS_PER_S
from engine.oracle.afar import Afar
from engine.oracle.caches import Caches
from engine.oracle.control import Control
from engine.oracle.draws import ERROR, SPIKE, THROTTLE
from engine.oracle.gates import Gates
from engine.oracle.resolution import Names
from engine.oracle.sessions import Sessions
from engine.oracle.state import Job, Server
from engine.oracle.traffic import Traffic

Process = Generator[simpy.Event, Any, Any]


class Callee(Gates, Names, Traffic, Sessions, Control, Afar, Caches):
    """The callee's half of `Oracle`."""

    wasted: Counter[int]
    wasted_ticks: Counter[int]

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
