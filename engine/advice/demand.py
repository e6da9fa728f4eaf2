"""What the drawing is asked for and can give, by arithmetic alone: rate × time a slot is held, against slots (Little's law).

Rates are the clients' peaks, times are means without any waiting. Both are what a person would put on the back of an envelope: a design
that fails here fails in a run, one that passes may still fail there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from engine.advice.survival import works
from engine.behaviours import WRITE, Cache, Function, Limiter, Queue, Source, Store
from engine.resolving import View, shares
from engine.topology import ASYNCHRONOUS

if TYPE_CHECKING:
    from engine.advice.design import Design
    from engine.plan import PlanEdge


class Demand:
    """Requests per second, seconds per request and slots of every node when the instances in ``lost`` are gone and all have noticed."""

    def __init__(self, design: Design, lost: frozenset[int], mean_over_s: float | None = None) -> None:
        """Rates are the peaks of the clients' shapes, or their means over ``mean_over_s``."""
        self.design, self.lost, self.mean_over_s = design, lost, mean_over_s
        self.fine = works(design, lost)
        self.answer_s: dict[str, float] = {}
        self.hold_s: dict[str, float] = {}
        self.rate_per_s: dict[str, float] = dict.fromkeys(design.nodes, 0.0)
        for id in reversed(design.order):
            self._time(id)
        for id in design.order:
            self._flow(id)

    def load(self, id: str) -> float:
        """Share of its slots that are taken on average; 0 where slots are without a bound, inf where there are none left."""
        slots = self.slots(id)
        work = self.rate_per_s[id] * self.hold_s[id]
        return work / slots if slots else (math.inf if work else 0.0)

    def slots(self, id: str) -> float:
        """Requests it can work on at once."""
        behaviour = self.design.nodes[id].behaviour
        if isinstance(behaviour, Store):
            return float(behaviour.partitions * behaviour.concurrency)  # one member of each partition serves
        if isinstance(behaviour, Function):
            return float(behaviour.concurrency)
        per_instance = getattr(behaviour, "concurrency", math.inf)
        return len(self.left(id)) * per_instance if self.left(id) else 0.0

    def left(self, id: str) -> list[int]:
        """Its instances that are there."""
        return [i for i in self.design.present(id) if i not in self.lost]

    def split(self, id: str) -> list[tuple[PlanEdge, float]]:
        """How many calls over each of its edges one request makes, on average."""
        calls, does = self.design.calls[id], self.design.does(id)
        if does == "balancer":
            weighted = self.design.nodes[id].behaviour.algorithm == "weighted"  # type: ignore[union-attr]
            return self._even(calls, [self._size(edge) * (edge.weight if weighted else 1) for edge in calls])
        if does == "topic":
            return [(edge, self._wanted(edge)) for edge in calls]
        if does == "resolver":
            return self._named(id, calls)
        if does == "queue":
            units = self._even(calls, [self._size(edge) for edge in calls])
            return [(edge, part / self.design.nodes[id].behaviour.batch) for edge, part in units]  # type: ignore[union-attr]
        return [(edge, self._misses(id, edge)) for edge in calls]

    def _flow(self, id: str) -> None:
        behaviour = self.design.nodes[id].behaviour
        if isinstance(behaviour, Source):
            self.rate_per_s[id] = self._peak(id, behaviour)
        passed = self.rate_per_s[id]
        if isinstance(behaviour, Limiter | Cache | Queue) and behaviour.rate_per_s is not None:
            passed = min(passed, behaviour.rate_per_s)
        for edge, part in self.split(id):
            self.rate_per_s[self.design.callee(edge)] += passed * part

    def _peak(self, id: str, source: Source) -> float:
        """The highest rate of the shape, or its mean; users send one request per think time and answer."""
        if source.users:
            return source.users / (source.think_s + self.answer_s[id])
        return max(rate for _, rate in source.segments) if self.mean_over_s is None else _mean_rate(source, self.mean_over_s)

    def _time(self, id: str) -> None:
        behaviour = self.design.nodes[id].behaviour
        own_s = behaviour.service.mean_s if hasattr(behaviour, "service") else 0.0
        answers_first = behaviour.behaviour in ASYNCHRONOUS
        waits = [] if answers_first else [self.call_s(id, edge) * part for edge, part in self.split(id)]
        called_s = max(waits, default=0.0) if getattr(behaviour, "parallel", False) else math.fsum(waits)
        self.hold_s[id] = own_s + (called_s if getattr(behaviour, "holds_slot", True) else 0.0)
        self.answer_s[id] = own_s + called_s + (self._copied_s(id, behaviour) if isinstance(behaviour, Store) else 0.0)

    def call_s(self, caller: str, edge: PlanEdge) -> float:
        """The way there and back and the answer; over a resolver to what it names, and from a resolver nothing passes."""
        callee = self.design.callee(edge)
        if self.design.does(caller) == "resolver":
            return self.answer_s.get(callee, 0.0)
        if self.design.does(callee) == "resolver":
            return math.fsum(part * (self.way_s(caller, self.design.callee(record)) + self.answer_s.get(self.design.callee(record), 0.0))
                             for record, part in self.split(callee))  # fmt: skip
        return self.way_s(caller, callee) + self.answer_s.get(callee, 0.0)

    def way_s(self, a: str, b: str) -> float:
        """Mean round trip between instances of two nodes; a store is asked at its first member."""
        ends = [self.places(id, asked=True) for id in (a, b)]
        if not ends[0] or not ends[1]:
            return 0.0
        return 2 * float(np.mean(self.design.plan.one_way_s[np.ix_(*ends)]))

    def places(self, id: str, asked: bool = False) -> list[int]:
        """Places of its instances; of a store only that of the first member when it is ``asked``."""
        places = [self.design.plan.instances[i].place for i in self.left(id)]
        return places[:1] if asked and self.design.does(id) == "store" else places

    def _copied_s(self, id: str, store: Store) -> float:
        """A write is answered when the furthest synchronous standby has it."""
        first = self.design.nodes[id].first
        places = [self.design.plan.instances[first + k].place for k in range(len(store.azs) - store.replicas)]
        return max((2 * float(self.design.plan.one_way_s[places[0], place]) for place in places[1:]), default=0.0)

    def _size(self, edge: PlanEdge) -> float:
        """The weight of a target among those of a balancer or a queue: instances that are there, none if it does not work."""
        id = self.design.callee(edge)
        return len(self.left(id)) if id in self.fine else 0

    @staticmethod
    def _even(calls: list[PlanEdge], sizes: list[float]) -> list[tuple[PlanEdge, float]]:
        total = sum(sizes)
        return [(edge, size / total if total else 1 / len(calls)) for edge, size in zip(calls, sizes)]

    def _named(self, id: str, calls: list[PlanEdge]) -> list[tuple[PlanEdge, float]]:
        """Records by the answers of the resolver's callers, all callers alike."""
        healthy = [self.design.callee(edge) in self.fine for edge in calls]
        index, records = self.design.plan.node_index(id), self.design.nodes[id].calls
        callers = self.design.callers[id]
        views = [View(self.design.edge_index[edge.id], edge.caller, index, records) for edge in callers]
        named = [np.diff(shares(self.design.plan, view, healthy), prepend=0.0) for view in views]
        mean = np.mean(named, axis=0) if named else np.zeros(len(calls))
        return [(edge, float(part)) for edge, part in zip(calls, mean)]

    def _misses(self, id: str, edge: PlanEdge) -> float:
        """Share of requests for which this call is made: those a fixed hit ratio does not answer. Real keys may all miss."""
        if getattr(self.design.nodes[id].behaviour, "second", None) == self.design.callee(edge):
            return 0.0  # as long as the first origin answers
        own = getattr(self.design.nodes[id].behaviour, "hit_ratio", None)
        aside = None
        if edge.lookup >= 0:
            aside = getattr(self.design.plan.nodes[self.design.plan.edges[edge.lookup].callee].behaviour, "hit_ratio", None)
        if not own and not aside:
            return 1.0
        asked = self._of_class(lambda name: name != WRITE)  # writes pass
        return 1 - asked * (1 - (1 - (own or 0.0)) * (1 - (aside or 0.0)))

    def _wanted(self, edge: PlanEdge) -> float:
        """Share of a topic's messages that a subscription asks for."""
        return self._of_class(lambda name: name in edge.only) if edge.only else 1.0

    def writes_per_s(self, id: str) -> float:
        """Of its requests, those that change something, by the classes of all clients together."""
        return self.rate_per_s[id] * self._of_class(lambda name: name in ("", WRITE))  # without a class it is a write

    def _of_class(self, wanted: Callable[[str], bool]) -> float:
        """Share of the requests of all clients together whose class is wanted."""
        sources = [(self._peak(s, b), b) for s in self.design.nodes if isinstance(b := self.design.nodes[s].behaviour, Source)]
        mix = [(rate * part, name) for rate, source in sources for name, part in source.classes or (("", 1.0),)]
        total = math.fsum(rate for rate, _ in mix)
        return math.fsum(rate for rate, name in mix if wanted(name)) / total if total else 0.0


def _mean_rate(source: Source, duration_s: float) -> float:
    """Requests per second on average over the first ``duration_s``; a shape that repeats, over whole periods."""
    until_s = source.repeat_s or duration_s
    ends = [*(start for start, _ in source.segments[1:]), math.inf]
    pieces = [(max(0.0, min(end, until_s) - start), rate) for (start, rate), end in zip(source.segments, ends)]
    return math.fsum(length * rate for length, rate in pieces) / until_s
