"""What the oracle's nodes do for a request: serve, replicate, call."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from engine.behaviours import Balancer, Cache, Function, Station, Store
from engine.kernel.layout import FOREVER
from engine.oracle.callee import Callee
from engine.oracle.state import First, Job, Pool, Server

Process = Generator[simpy.Event, Any, Any]


class Programs(Callee):
    """The part of `Oracle` that does the work of a request."""

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
        return (yield from self.one_by_one(job, local, epoch))

    def one_by_one(self, job: Job, local: int, epoch: int) -> Process:
        """Call the dependencies in order, a cache before whom it saves; the first failure decides."""
        server, node = job.callee, self.plan.nodes[job.callee.node]
        first: First = None
        pools = dict(zip(node.calls, self.pools[server.node], strict=False))
        if isinstance(node.behaviour, Balancer):  # it has one for all
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
