"""The oracle's message queues and streams: what is published, and for which readers it is kept."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import simpy

from engine.kernel.layout import TICKS_PER_S
from engine.oracle.boxes import Box, Mapping, Message
from engine.oracle.consumers import Consumers
from engine.oracle.draws import POISON, READER
from engine.oracle.state import About, Job, Server

Process = Generator[simpy.Event, Any, Any]


class Queues(Consumers):
    """The queues' part of `Oracle`."""

    def set_queues(self) -> None:
        """One box per queue."""
        self.boxes: dict[int, Box] = {}
        self.mappings = {e: Mapping(self.plan.edges[e].pollers.start) for e in self.plan.mappings()}
        self.deliveries = {}  # messages on their way to consumers
        self.reading: dict[int, list[Box]] = {}  # all boxes of a node; those of a stream's further readers have numbers < 0 in `boxes`
        self.limits: dict[tuple[int, int], list[float]] = {}  # (node, shard): records and kB left, and since when
        for number, (n, edges) in enumerate(self.plan.readers()):
            rules, mine = self.plan.queue(n), self.reading.setdefault(n, [])
            consumers = [(e, self.servers[i]) for e in edges for i in self.plan.instances_of(self.plan.edges[e].callee)]
            box = Box(number, rules, n, len(mine), self.servers[self.plan.nodes[n].first], consumers)
            self.boxes[-1 - number if mine else n] = box
            mine.append(box)

    def publish(self, n: int, job: Job) -> Process:
        """Store, then answer."""
        if not self.stored_before(job):
            self.accept(n, job.key, job.about)
        yield from self.answer(job, "ok", None)

    def stored_before(self, job: Job) -> bool:
        """Whether an idempotency key tells that another attempt has published this; without one a second message is a duplicate."""
        if job.record is None:
            return False
        job.record.executions += 1
        if job.record.executions > 1 and not job.record.idempotent:
            self.extras[self.env.now // TICKS_PER_S, job.edge, "duplicates"] += 1
        return job.record.executions > 1 and job.record.idempotent

    def accept(self, n: int, key: int, about: About) -> None:
        """A new message in queue n, for each of its readers."""
        for box in self.reading[n]:
            share = box.server.poison_share
            group = self.shard_of(n, key, about) if box.rules.shards else about.subject
            own = self.draws.reader(key, READER, box.reader) if box.reader else key
            self.count(box, "published")
            self.keep(box, Message(own, self.env.now, about, bool(share) and self.draws.uniform(key, POISON) < share, group))
            self.serve_box(box)

    def shard_of(self, n: int, key: int, about: About) -> int:
        """A record's shard: by what it is about, or any."""
        return self.draws.shard(self.plan.nodes[n].id, self.plan.queue(n).shards, key, about.subject)

    def write_limit(self, server: Server, job: Job) -> str | None:
        """Whether the shard of what is published is written to faster than it can take."""
        n, rules, size_kb = server.node, self.plan.queue(server.node), self.plan.edges[job.edge].request_kb
        if not rules.shards:
            return None
        full = [rules.records_per_s, rules.kb_per_s]
        left = self.limits.setdefault((n, self.shard_of(n, job.key, job.about)), [*full, 0])
        passed, left[2] = self.env.now - left[2], self.env.now
        for k, rate in enumerate(full):
            left[k] = min(rate, left[k] + passed * (rate / TICKS_PER_S)) if rate < math.inf else math.inf
        if left[0] < 1 or left[1] < size_kb:
            return "throttled"
        left[0] -= 1
        left[1] -= size_kb
        return None
