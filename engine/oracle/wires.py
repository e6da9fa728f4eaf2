"""The oracle's wires: what a message takes from place to place, and what is lost on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import Clock
from engine.oracle.draws import JITTER, LOSS, Draws
from engine.oracle.state import First, Job

Process = Generator[simpy.Event, Any, Any]


class Wires(Clock):
    """The network's part of `Oracle`."""

    draws: Draws
    add: list[int]
    cut: list[list[bool]]
    path_cut: set[tuple[int, int]]
    flying: dict[Job, int]
    extras: Counter[tuple[int, int, str]]
    answers: int
    edge_loss: np.ndarray
    path_loss: np.ndarray
    path_add: np.ndarray
    messages: Counter[tuple[int, int, int]]

    def one_way(self, a: int, b: int) -> int:
        """Ticks from place a to place b."""
        return ticks(float(self.plan.one_way_s[a, b]))

    def way(self, a: int, b: int) -> int:
        """The same with what faults add to it."""
        return self.one_way(a, b) + int(self.path_add[a, b])

    def is_cut(self, job: Job, direction: int) -> bool:
        """Whether nothing gets through in this direction (0 request, 1 answer)."""
        assert job.caller is not None
        a, b = (job.caller, job.callee) if direction == 0 else (job.callee, job.caller)
        return self.cut[job.edge][direction] or (a.place, b.place) in self.path_cut

    def travel(self, job: Job, direction: int) -> Process:
        """Cross the network; False when the message was lost, at the start or by a cut meanwhile."""
        assert job.caller is not None
        if not job.word and self.env.now >= ticks(self.plan.warmup_s):
            self.messages[job.edge, direction, self.plan.hop(job.caller.place, job.callee.place)] += job.parts if direction == 0 else 1
        if self.is_cut(job, direction):
            return False
        a, b = (job.caller, job.callee) if direction == 0 else (job.callee, job.caller)
        number = 2 if job.word else direction  # word of a cancellation has draws of its own
        share = 1.0 - (1.0 - float(self.edge_loss[job.edge, direction])) * (1.0 - float(self.path_loss[a.place, b.place]))
        if share > 0 and self.draws.uniform(job.key, LOSS, number) < share:
            self.extras[self.env.now // TICKS_PER_S, job.edge, "lost_messages"] += not job.word
            return False
        half = self.add[job.edge] >> 1
        extra = (half if direction == 0 else self.add[job.edge] - half) + int(self.path_add[a.place, b.place])
        if self.plan.jitter > 0:
            u = self.draws.uniform(job.key, JITTER, number)
            extra += int(self.one_way(a.place, b.place) * (self.plan.jitter * (2.0 * u - 1.0)))
        self.flying[job] = direction
        yield self.wire(self.one_way(a.place, b.place), extra, job)
        return self.flying.pop(job, None) is not None

    def answer(self, job: Job, outcome: str, first: First) -> Process:
        """Carry an outcome back to a caller that still waits."""
        if job.span:
            job.span.finished, job.span.outcome = int(self.env.now), outcome
        if not job.abandoned and (yield from self.travel(job, 1)) and not job.abandoned:
            assert job.done is not None
            self.answers += 1
            if job.span:
                job.span.answered, job.span.seen = int(self.env.now), outcome
            job.answered = self.answers
            job.done.succeed((outcome, first))
