"""What lies in the oracle's message queues: plain lists, searched from the front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from engine.behaviours import Queue
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import QUEUE, After
from engine.oracle.detached import Detached
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


class Boxes(Detached):
    """What `Oracle` does to the contents of queues."""

    boxes: dict[int, Box]

    def count(self, box: Box, what: str, n: int = 1) -> None:
        """Book something under the present second."""
        box.counts[self.env.now // TICKS_PER_S, what] += n

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
