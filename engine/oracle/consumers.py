"""The consumers of the oracle's queues: a process for every delivery, and one for the pollers of each function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Function
from engine.kernel.layout import FOREVER, TICKS_PER_S
from engine.kernel.rng import stream_uniform
from engine.oracle.boxes import Box, Delivery
from engine.oracle.deliveries import Deliveries
from engine.oracle.draws import ERROR, THROTTLE
from engine.oracle.state import Job, Server

Process = Generator[simpy.Event, Any, Any]


class Consumers(Deliveries):
    """The consumers' part of `Oracle`."""

    servers: list[Server]
    deliveries: dict[Job, Box]  # messages on their way to consumers
    reading: dict[int, list[Box]]
    rejected: Counter[int]

    def work_on(self, box: Box, delivery: Delivery, server: Server, job: Job) -> Process:
        """The consumer's side of one delivery, from the queue's answer to the delete."""
        epoch, mapping = server.epoch, self.mappings.get(delivery.edge)
        self.deliveries[job] = box
        came = yield from self.travel(job, 0)
        if not came and job in self.deliveries:  # a lossy network: the consumer notices when it should have come
            self.flying[job] = 0
            yield self.work(self.one_way(box.server.place, server.place), job.key)
            if self.flying.pop(job, None) is not None and self.deliveries.pop(job) and server.epoch == epoch:
                self.give_place_up(server, job)
            return
        if not self.deliveries.pop(job, None) or not came or server.epoch != epoch:
            return
        self.arrived[server.number] += 1
        throttled = server.throttle_share and self.draws.uniform(job.key, THROTTLE) < server.throttle_share
        if throttled or (server.error_share and self.draws.uniform(job.key, ERROR) < server.error_share):
            self.rejected[server.number] += 1
            self.give_place_up(server, job)
            return
        behaviour = self.plan.nodes[server.node].behaviour
        if mapping is not None and isinstance(behaviour, Function):
            if self.environment(server, behaviour, job):
                self.rejected[server.number] += 1
                mapping.open.discard(job)
                mapping.held += 1
                delivery.held = True
                return
            server.busy += 1
        server.jobs.add(job)
        if job.cold:
            assert isinstance(behaviour, Function)
            yield self.work(int(min(self.cold_ticks(behaviour, job.key) * server.slow, FOREVER) + 0.5), job.key)
            if server.epoch != epoch:
                return
        result = yield from self.program(server, epoch, job)
        if result is None or server.epoch != epoch or not (yield from self.answers_leave(job, epoch)):
            return
        server.jobs.discard(job)
        self.completed[server.number] += 1
        if mapping is not None:
            mapping.open.discard(job)
        if self.holds_to_the_end(server.node):
            self.free_slot(server)
        self.leave_environment(server)
        spoiled = not delivery.over and any(m.poison for m in delivery.messages)
        if result[0] == "ok" and not spoiled and (yield from self.travel(job, 1)):
            self.delete(box, delivery)

    def lose(self, job: Job) -> None:
        """A cut took a message on its way to its consumer: the slot that waited for it is free again."""
        if self.deliveries.pop(job, None):
            server = job.callee
            if job.edge in self.mappings:
                self.mappings[job.edge].open.discard(job)
            elif server.queue:
                server.queue.popleft()[1].succeed()
            else:
                server.busy -= 1

    def give_place_up(self, server: Server, job: Job) -> None:
        """The slot, or the poller, of a delivery that came to nothing takes another."""
        if job.edge in self.mappings:
            self.mappings[job.edge].open.discard(job)
            self.serve_consumer(server)
        else:
            self.free_slot(server)

    def scale_pollers(self, e: int) -> Process:
        """More pollers while messages wait and all have a batch in hand; when none waits, those in use."""
        edge = self.plan.edges[e]
        box = next(b for b in self.reading[edge.caller] if e in [mine for mine, _ in b.consumers])
        mapping, rules = self.mappings[e], edge.pollers
        names, there = (self.plan.nodes[edge.caller].id, self.plan.nodes[edge.callee].id), float(rules.start)
        yield self.control(int(stream_uniform(self.plan.seed, "pollers", *names) * TICKS_PER_S))
        while True:
            waiting, in_hand = sum(m.place != "taken" for m in box.messages), len(mapping.open) + mapping.held
            if waiting and in_hand >= int(there):
                there = min(float(rules.most), there + rules.per_minute / 60)
            elif not waiting:
                there = max(float(rules.start), min(there, float(in_hand)))
            if int(there) != mapping.most:
                mapping.most = int(there)
                self.serve_box(box)
            yield self.control(TICKS_PER_S)

    if TYPE_CHECKING:  # in `Gates`

        def environment(self, server: Server, function: Function, job: Job) -> str | None: ...
        def leave_environment(self, server: Server) -> None: ...
        def cold_ticks(self, function: Function, key: int) -> float: ...

    def free_slot(self, server: Server) -> None:
        """A slot is free; in `Oracle`."""
        raise NotImplementedError

    def holds_to_the_end(self, node: int) -> bool:
        """Whether a slot is kept to the answer; in `Oracle`."""
        raise NotImplementedError

    def program(self, server: Server, epoch: int, job: Job) -> Process:
        """What a server does; in `Oracle`."""
        raise NotImplementedError

    def answers_leave(self, job: Job, epoch: int) -> Process:
        """Wait while a server hangs; in `Oracle`."""
        raise NotImplementedError
