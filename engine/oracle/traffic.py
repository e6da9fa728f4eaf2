"""The oracle's clients: open loops with a rate that may repeat and surge, closed loops with users who think."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Generator
from typing import Any

import simpy

from engine.behaviours import Source
from engine.kernel.layout import FOREVER, TICKS_PER_S
from engine.oracle.clock import Clock
from engine.oracle.draws import Draws
from engine.oracle.state import About, Server

Process = Generator[simpy.Event, Any, Any]
THINK, NEXT = 40, 41


class Traffic(Clock):
    """The part of `Oracle` that starts requests."""

    draws: Draws
    kinds: dict[str, int]
    begun: int
    first_sessions: list[int]
    of: Callable[[int], list[Server]]  # a node's servers; in `Oracle`
    request: Callable[[int, Server, int, About], Process]  # one request; in `Oracle`

    def start_clients(self) -> None:
        """Start all clients."""
        self.surge = dict.fromkeys(range(len(self.plan.sources())), 1.0)
        self.surged = {k: self.env.event() for k in self.surge}
        for k, n in enumerate(self.plan.sources()):
            behaviour = self.plan.nodes[n].behaviour
            assert isinstance(behaviour, Source)
            key, server = self.draws.source_key(self.plan.nodes[n].id), self.of(n)[0]
            if behaviour.users:
                for u in range(behaviour.users):
                    self.env.process(self.user(k, behaviour, server, self.draws.request_key(key, u), u))
            else:
                self.env.process(self.open_loop(k, behaviour, server, key))

    def user(self, k: int, behaviour: Source, server: Server, key: int, number: int) -> Process:
        """Think, ask, wait, for ever."""
        while True:
            think = -behaviour.think_s * TICKS_PER_S * math.log(self.draws.uniform(key, THINK))
            yield self.work(int(think + 0.5), key)
            self.begun += 1
            about = self.draws.about(behaviour, self.kinds, server.hot_share, key)
            yield from self.request(k, server, key, dataclasses.replace(about, session=self.first_sessions[k] + number))
            key = self.draws.follower(key, NEXT)

    def set_surge(self, k: int, factor: float) -> None:
        """The design's clock runs ``factor`` times as fast from now on."""
        if factor != self.surge[k]:
            self.surge[k] = factor
            event, self.surged[k] = self.surged[k], self.env.event()
            event.succeed()

    def open_loop(self, k: int, behaviour: Source, server: Server, key: int) -> Process:
        """Start requests at the instants of a unit-rate process, read by a clock that a surge makes faster."""
        t, number, known, since, factor = 0.0, 0, 0.0, 0.0, 1.0
        while True:
            if behaviour.arrivals == "even":
                t += 1.0 if number else 0.0
            else:
                t += self.draws.gap(key, number)
            number += 1
            while True:
                due = self.instant(behaviour, known + (t - since) / factor)
                arrived = self.arrival(max(due, self.env.now) - self.env.now, k)
                yield arrived | self.surged[k]
                if arrived.processed:
                    break
                now = self.expected(behaviour, self.env.now / TICKS_PER_S)
                since, known, factor = since + (now - known) * factor, now, self.surge[k]
            for b in range(behaviour.batch):
                self.begun += 1
                own = self.draws.request_key(key, number * behaviour.batch + b)
                about = self.draws.about(behaviour, self.kinds, server.hot_share, own)
                if behaviour.sessions:
                    about = dataclasses.replace(about, session=self.first_sessions[k] + self.draws.session(behaviour, own))
                self.env.process(self.request(k, server, own, about))

    @staticmethod
    def pieces(behaviour: Source) -> list[tuple[float, float, float, float]]:
        """(start, end, expected arrivals before, rate) of each piece of the rate."""
        ends = [start for start, _ in behaviour.segments[1:]] + [behaviour.repeat_s or math.inf]
        found, passed = [], 0.0
        for (start, rate), end in zip(behaviour.segments, ends, strict=True):
            found.append((start, end, passed, rate / behaviour.batch))
            passed += rate / behaviour.batch * (end - start) if end < math.inf else 0.0
        return found

    def instant(self, behaviour: Source, t: float) -> int:
        """When the expected number of arrivals reaches t, in ticks: the inverse of the integrated rate."""
        pieces, laps = self.pieces(behaviour), 0
        if behaviour.repeat_s:
            start, end, before, rate = pieces[-1]
            cycle = before + rate * (end - start)
            while cycle and t - laps * cycle >= cycle:
                laps += 1
            t -= laps * cycle
        start, _, before, rate = [p for p in pieces if p[2] <= t][-1]
        seconds = laps * behaviour.repeat_s + start + (t - before) / rate if rate else math.inf
        return int(seconds * TICKS_PER_S + 0.5) if seconds * TICKS_PER_S < FOREVER else FOREVER

    def expected(self, behaviour: Source, seconds: float) -> float:
        """Arrivals expected until then."""
        pieces, laps, cycle = self.pieces(behaviour), 0, 0.0
        if behaviour.repeat_s:
            start, end, before, rate = pieces[-1]
            cycle = before + rate * (end - start)
            laps = math.floor(seconds / behaviour.repeat_s)
            seconds -= laps * behaviour.repeat_s
        start, _, before, rate = [p for p in pieces if p[0] <= seconds][-1]
        return laps * cycle + before + (seconds - start) * rate
