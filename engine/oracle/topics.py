"""The oracle's topics, and what operators do with messages: redrive and replay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from engine.behaviours import Topic
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import QUEUE, After
from engine.oracle.draws import COURIER
from engine.oracle.queues import Queues
from engine.oracle.state import About, Job, Pool, Server
from engine.plan import PlanFault, Redrive, Replay

Process = Generator[simpy.Event, Any, Any]
STEP_S = 0.1  # operators' tools move some messages every so often


@dataclass(eq=False)
class News:
    """A topic and what it has archived: (published, key, about)."""

    rules: Topic
    server: Server
    subscriptions: tuple[int, ...]  # edges
    archive: list[tuple[int, int, About]] = field(default_factory=list)
    counts: Counter[tuple[int, str]] = field(default_factory=Counter)


class Topics(Queues):
    """The topics' part of `Oracle`."""

    pools: list[list[Pool]]

    def set_topics(self) -> None:
        """One for each topic of the plan."""
        self.topics: dict[int, News] = {}
        for n in self.plan.topics():
            node = self.plan.nodes[n]
            assert isinstance(node.behaviour, Topic)
            self.topics[n] = News(node.behaviour, self.servers[node.first], node.calls)

    def tell(self, topic: News, what: str) -> None:
        """Book something under the present second."""
        topic.counts[self.env.now // TICKS_PER_S, what] += 1

    def announce(self, topic: News, job: Job) -> Process:
        """Keep, send the copies off, answer."""
        self.completed[topic.server.number] += 1
        if not self.stored_before(job):
            self.tell(topic, "published")
            if topic.rules.archive_s:
                self.env.process(self.keep_for_a_while(topic, (self.env.now, job.key, job.about)))
            self.spread(topic, job.key, job.about, 0)
        yield from self.answer(job, "ok", None)

    def keep_for_a_while(self, topic: News, item: tuple[int, int, About]) -> Process:
        """Into the archive, and out of it when it is too old."""
        topic.archive.append(item)
        yield After(self.env, ticks(topic.rules.archive_s), QUEUE)
        topic.archive.remove(item)

    def spread(self, topic: News, key: int, about: About, turn: int) -> None:
        """A copy to everybody who wants it."""
        for k, e in enumerate(topic.subscriptions):
            only = self.plan.edges[e].only
            if only and self.plan.classes()[about.kind] not in only:
                self.tell(topic, "filtered")
            else:
                self.env.process(self.copy(topic, k, e, self.draws.copy(key, COURIER, k, turn), about))

    def copy(self, topic: News, k: int, e: int, key: int, about: About) -> Process:
        """One copy on its way to one subscriber."""
        outcome, _ = yield from self.call_detached(topic.server, self.pools[topic.server.node][k], key, about)
        letters = self.plan.edges[e].dead_letter
        if outcome == "ok":
            self.tell(topic, "delivered")
        elif letters is None:
            self.tell(topic, "dropped")
        else:
            self.tell(topic, "dead_lettered")
            n = self.plan.node_index(letters)
            self.arrived[self.boxes[n].server.number] += 1
            self.accept(n, key, about)

    def unpark(self) -> None:
        """Copies go on whose topic is back."""
        waiting, self.parked = self.parked, []
        for server, event in waiting:
            if server.down:
                self.parked.append((server, event))
            else:
                event.succeed()

    # ---- operators ----
    def start_moves(self) -> None:
        """Everything the plan has operators do."""
        for fault in self.plan.faults:
            if isinstance(fault.action, Redrive):
                self.env.process(self.redrive(fault, fault.action))
            elif isinstance(fault.action, Replay):
                self.env.process(self.replay(fault, fault.action))

    def instants(self, fault: PlanFault, per_s: float) -> Generator[Any, Any, None]:
        """Not used as a process: (instant, how many may have been moved by then), until the fault is over."""
        start, end, k = ticks(fault.start_s), ticks(min(fault.end_s, 1e5)), 0
        while True:
            k += 1
            time = start + k * ticks(STEP_S)
            if time >= end:
                return
            yield time, int(per_s * k * STEP_S + 1e-9)

    def redrive(self, fault: PlanFault, action: Redrive) -> Process:
        """Some messages every step, until none is left."""
        box, to, moved = self.boxes[action.queue], self.boxes[action.to], 0
        yield self.control(ticks(fault.start_s))
        for time, allowed in self.instants(fault, action.per_s):
            yield self.control(time - self.env.now)
            if box.server.down or to.server.down:
                continue
            waiting = sum(message.place != "taken" for message in box.messages)
            if not waiting:
                return
            asked = min(waiting, allowed - moved)
            moved += asked
            for _ in range(asked):
                message = self.next_in(box)
                if message is None:  # the rest is behind others of their groups
                    break
                self.remove(box, message)
                self.count(box, "redriven")
                message.born, message.key = self.env.now, self.draws.delivery(message.key, 0)
                self.arrived[to.server.number] += 1
                self.keep(to, message)
            self.serve_box(to)

    def replay(self, fault: PlanFault, action: Replay) -> Process:
        """Some archived messages every step, in the order of their publication; those of one instant together."""
        topic, moved, after = self.topics[action.topic], 0, ticks(action.from_s) - 1
        same = [f for f in self.plan.faults if isinstance(f.action, Replay) and f.action.topic == action.topic]
        turn = 1 + same.index(fault) % 255
        yield self.control(ticks(fault.start_s))
        for time, allowed in self.instants(fault, action.per_s):
            yield self.control(time - self.env.now)
            if topic.server.down:
                continue
            left = [item for item in topic.archive if after < item[0] <= ticks(action.to_s)]
            if not left:
                return
            some = left[: max(0, allowed - moved)]
            for born, key, about in [item for item in left if some and item[0] <= some[-1][0]]:
                after = born
                moved += 1
                self.tell(topic, "replayed")
                self.spread(topic, key, about, turn)
