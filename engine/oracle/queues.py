"""The oracle's message queues: plain lists, searched from the front, and a process for every delivery."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Function, Queue
from engine.kernel.layout import FOREVER, TICKS_PER_S, ticks
from engine.kernel.rng import stream_uniform
from engine.oracle.clock import QUEUE, After
from engine.oracle.detached import Detached
from engine.oracle.draws import ERROR, POISON, READER, THROTTLE, Draws
from engine.oracle.state import About, Job, Server

Process = Generator[simpy.Event, Any, Any]


@dataclass(eq=False)
class Message:
    """One message. ``place``: fresh, back (it was taken before, or waited for its group), blocked, taken."""

    key: int
    born: int
    about: About
    poison: bool
    group: int  # order is kept among messages of one: about the same thing, or in the same shard
    receives: int = 0
    place: str = "fresh"
    most: int = 0  # of the next batch it leads; 0: what the queue says


@dataclass(eq=False)
class Delivery:
    """Messages a consumer has in hand, until it deletes them or ``due``."""

    edge: int
    key: int
    messages: list[Message]
    due: int
    over: bool = False
    held: bool = False  # by a poller that is throttled


@dataclass(eq=False)
class Mapping:
    """The pollers of one function at one queue: how many there are, the invocations they wait for, batches they cannot get rid of."""

    most: int
    open: set[Job] = field(default_factory=set)
    held: int = 0

    @property
    def room(self) -> bool:
        """Whether a poller has nothing in hand."""
        return len(self.open) + self.held < self.most


@dataclass(eq=False)
class Box:
    """A queue, or what one consuming edge reads of a stream. ``messages`` by instant of publication; ``fresh`` and ``back`` are what may be
    taken, in order."""

    number: int
    rules: Queue
    node: int
    reader: int
    server: Server
    consumers: list[tuple[int, Server]]  # (edge, instance)
    messages: list[Message] = field(default_factory=list)
    fresh: list[Message] = field(default_factory=list)
    back: list[Message] = field(default_factory=list)
    flying: list[Delivery] = field(default_factory=list)
    order: dict[int, list[Message]] = field(default_factory=dict)  # by group
    turn: int = 0
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)  # (second, what)


class Queues(Detached):
    """The queues' part of `Oracle`."""

    draws: Draws
    servers: list[Server]
    deliveries: dict[Job, Box]
    arrived: Counter[int]
    completed: Counter[int]
    rejected: Counter[int]

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

    def count(self, box: Box, what: str, n: int = 1) -> None:
        """Book something under the present second."""
        box.counts[self.env.now // TICKS_PER_S, what] += n

    # ---- coming in ----
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

    @staticmethod
    def in_order(box: Box) -> bool:
        """Whether groups are read one batch at a time."""
        return box.rules.fifo or box.rules.shards > 0

    def keep(self, box: Box, message: Message) -> None:
        """Into the queue at its age; behind its group where order matters."""
        message.receives, message.most = 0, 0
        if not box.rules.shards:
            message.group = message.about.subject
        after = len(box.messages)
        while after and box.messages[after - 1].born > message.born:
            after -= 1
        box.messages.insert(after, message)
        blocked = self.in_order(box) and any(m.group == message.group for m in box.messages if m is not message)
        message.place = "blocked" if blocked else "fresh"
        box.order.setdefault(message.group, []).append(message)
        if not blocked:
            box.fresh.append(message)
        if box.rules.retention_s < 1e5:
            due = max(message.born + ticks(box.rules.retention_s), self.env.now)
            self.env.process(self.expire(box, message, due - self.env.now))

    def expire(self, box: Box, message: Message, delay: int) -> Process:
        """A message that is too old leaves, unless a consumer has it in hand."""
        yield After(self.env, delay, QUEUE + (2 * box.number + 1) / 10_000)
        if message in box.messages and message.place != "taken":
            self.remove(box, message)
            self.count(box, "expired")

    def remove(self, box: Box, message: Message) -> None:
        """Out of every list; the next of its group comes forward."""
        for some in (box.messages, box.fresh, box.back):
            if message in some:
                some.remove(message)
        group = box.order[message.group]
        first = group[0] is message
        group.remove(message)
        if self.in_order(box) and first and group and group[0].place == "blocked":
            group[0].place = "back"
            box.back.append(group[0])

    # ---- going out ----
    def next_in(self, box: Box) -> Message | None:
        """The message that goes next."""
        if self.room_in_flight(box) <= 0:
            return None
        heads = [some[0] for some in (box.back, box.fresh) if some]
        return min(heads, key=lambda m: m.born) if heads else None

    @staticmethod
    def room_in_flight(box: Box) -> float:
        """How many more may be taken now."""
        most = box.rules.in_flight
        return math.inf if most is None else most - sum(m.place == "taken" for m in box.messages)

    def could_take(self, box: Box, e: int, server: Server) -> bool:
        """Whether a consumer is there, idle enough and within reach."""
        a, b = box.server.place, server.place
        reached = not any(self.cut[e]) and (a, b) not in self.path_cut and (b, a) not in self.path_cut
        room = self.mappings[e].room if e in self.mappings else server.busy < server.slots
        able = server.registered and not server.stopped and not server.down and room
        return reached and able and not box.server.down

    def serve_box(self, box: Box) -> None:
        """Consumers take turns."""
        while self.next_in(box):
            n = len(box.consumers)
            order = [(box.turn + k) % n for k in range(n)]
            ready = next((k for k in order if self.could_take(box, *box.consumers[k])), None)
            if ready is None:
                return
            box.turn = (ready + 1) % n
            self.hand_over(box, *box.consumers[ready])

    def serve_consumer(self, server: Server) -> None:
        """A consumer with a free slot takes the oldest of what its queues offer."""
        while True:
            offers = [(box, e) for box in self.boxes.values() for e, s in box.consumers
                      if s is server and self.next_in(box) and self.could_take(box, e, s)]  # fmt: skip
            if not offers:
                return
            box, e = min(offers, key=lambda offer: self.next_in(offer[0]).born)  # type: ignore[union-attr]
            self.hand_over(box, e, server)

    def hand_over(self, box: Box, e: int, server: Server) -> None:
        """One message, or a batch, goes to one slot."""
        first = self.next_in(box)
        assert first is not None
        room = int(min(self.room_in_flight(box), 1e9))
        if self.in_order(box):
            batch = box.order[first.group][: min(room, first.most or box.rules.batch)]
            first.most = 0
            (box.back if first in box.back else box.fresh).remove(first)
        else:
            batch = []
            while len(batch) < min(room, box.rules.batch) and (message := self.next_in(box)):
                (box.back if message in box.back else box.fresh).remove(message)
                batch.append(message)
        key = self.draws.delivery(first.key, first.receives + 1)
        for message in batch:
            message.place = "taken"
            message.receives += 1
            self.count(box, "redelivered", int(message.receives > 1))
        self.count(box, "delivered", len(batch))
        delivery = Delivery(e, key, batch, self.env.now + ticks(box.rules.visibility_timeout_s))
        if not any(d.due == delivery.due for d in box.flying):
            self.env.process(self.reappear(box, delivery.due))
        box.flying.append(delivery)
        job = Job(e, box.server, server, key, None, first.about.alone(), abandoned=True, parts=len(batch))
        if e in self.mappings:
            self.mappings[e].open.add(job)
        else:
            server.busy += 1
        self.env.process(self.work_on(box, delivery, server, job))

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

    # ---- coming back ----
    def delete(self, box: Box, delivery: Delivery) -> None:
        """In time, or without effect."""
        if box.server.down:
            return
        if delivery.over:
            self.count(box, "late_deletes")
            return
        delivery.over = True
        box.flying.remove(delivery)
        self.ended(delivery, "ok")
        for message in delivery.messages:
            self.remove(box, message)
        self.count(box, "deleted", len(delivery.messages))
        self.completed[box.server.number] += len(delivery.messages)
        self.serve_box(box)

    def ended(self, delivery: Delivery, outcome: str) -> None:
        """Book the end of a delivery as its queue sees it."""
        second = self.env.now // TICKS_PER_S
        self.attempt_ends[second, delivery.edge, outcome] += 1
        self.call_ends[second, delivery.edge, outcome] += 1

    def reappear(self, box: Box, due: int) -> Process:
        """Everything not deleted in time waits again, or has failed too often."""
        yield After(self.env, due - self.env.now, QUEUE + 2 * box.number / 10_000)
        dead = self.boxes[self.plan.node_index(box.rules.dead_letter)] if box.rules.dead_letter else None
        wake: list[Server] = []
        for delivery in [d for d in box.flying if d.due == due]:
            delivery.over = True
            box.flying.remove(delivery)
            self.ended(delivery, "timeout")
            if delivery.held:
                self.mappings[delivery.edge].held -= 1
                wake.append(next(s for e, s in box.consumers if e == delivery.edge))
            for message in delivery.messages:
                message.place = "blocked"
            if box.rules.bisect:
                delivery.messages[0].most = len(delivery.messages) // 2
            for message in delivery.messages[:1] if self.in_order(box) else delivery.messages:
                self.offer_again(box, message, dead)
        self.serve_box(box)
        if dead:
            self.serve_box(dead)
        for server in wake:
            self.serve_consumer(server)

    def offer_again(self, box: Box, message: Message, dead: Box | None) -> None:
        """Back into the line, or out of the queue; then the next of its group is asked the same."""
        rules = box.rules
        too_old = rules.retention_s < 1e5 and message.born + ticks(rules.retention_s) <= self.env.now
        if not too_old and not (rules.max_receives and message.receives >= rules.max_receives):
            message.place = "back"
            box.back.append(message)
            return
        group = box.order[message.group]
        group.remove(message)
        box.messages.remove(message)
        if too_old:
            self.count(box, "expired")
        else:
            self.count(box, "dead_lettered")
            if dead:
                message.key = self.draws.delivery(message.key, 0)
                self.arrived[dead.server.number] += 1
                self.keep(dead, message)
        if self.in_order(box) and group:
            self.offer_again(box, group[0], dead)

    def free_slot(self, server: Server) -> None:
        """A slot is free; in `Oracle`."""
        raise NotImplementedError

    if TYPE_CHECKING:  # in `Gates`

        def environment(self, server: Server, function: Function, job: Job) -> str | None: ...
        def leave_environment(self, server: Server) -> None: ...
        def cold_ticks(self, function: Function, key: int) -> float: ...

    def holds_to_the_end(self, node: int) -> bool:
        """Whether a slot is kept to the answer; in `Oracle`."""
        raise NotImplementedError

    def program(self, server: Server, epoch: int, job: Job) -> Process:
        """What a server does; in `Oracle`."""
        raise NotImplementedError

    def answers_leave(self, job: Job, epoch: int) -> Process:
        """Wait while a server hangs; in `Oracle`."""
        raise NotImplementedError
