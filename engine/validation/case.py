"""A case: something with a known answer, a way to measure ours, and the rows that say whether both agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from engine.control.conductor import Conductor
from engine.plan import Plan
from engine.validation.measuring import estimate, play

BUCKET_ERROR = 0.012  # a percentile read from log-linear buckets is this far off at most (16 buckets per octave, linear within)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done to prove a case. ``widest``: an interval beyond this share of the exact value would prove nothing."""

    replications: int
    systems: int  # random systems of each family
    contests: int  # replications of the simulator of back-off
    widest: float


FULL = Effort(replications=16, systems=20, contests=400, widest=0.05)
SHORT = Effort(replications=5, systems=2, contests=12, widest=0.25)


@dataclass(frozen=True, slots=True)
class Row:
    """One quantity. ``half``: half of the 99.9 % interval, computed from replications, 0 where every run gives the same; ``allowance``:
    what the way of measuring cannot tell apart. ``exact`` is a bound when ``sign`` is not "="."""

    what: str
    unit: str
    exact: float
    ours: float
    half: float = 0.0
    allowance: float = 0.0
    sign: str = "="
    widest: float = math.inf  # of ``half``, as a share of ``exact``

    @property
    def passed(self) -> bool:
        """Whether the exact value lies in the interval, and the interval says something; NaN never passes."""
        if self.sign == "≤":
            return self.ours <= self.exact
        if self.sign == "≥":
            return self.ours >= self.exact
        too_wide = self.half > 0 and self.half > self.widest * abs(self.exact)
        return abs(self.ours - self.exact) <= self.half + self.allowance and not too_wide


@dataclass(frozen=True, slots=True)
class Case:
    """``title`` says what is tested as a sentence or a system; ``source`` is the formula and where it stands."""

    title: str
    source: str
    rows: Callable[[Effort], list[Row]]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something measured in a run: its exact value and how far off the measurement itself may be, as a share or absolutely."""

    what: str
    unit: str
    exact: float
    measure: Callable[[Conductor], float]
    relative: float = 0.0
    allowance: float = 0.0
    sign: str = "="


def replicated(title: str, source: str, plan: Callable[[], Plan], *quantities: Quantity, times: int = 1) -> Case:
    """A random system: the mean of each quantity over independent seeds, with its interval. ``times`` as many where a run says little."""

    def rows(effort: Effort) -> list[Row]:
        found = estimate(plan(), times * effort.replications, *(q.measure for q in quantities))
        return [
            Row(q.what, q.unit, q.exact, mean, half, q.allowance + q.relative * abs(q.exact), q.sign, effort.widest)
            for q, (mean, half) in zip(quantities, found, strict=True)
        ]

    return Case(title, source, rows)


def once(title: str, source: str, plan: Callable[[], Plan], *quantities: Quantity) -> Case:
    """A system without chance in it, or one run whose rows are bounds."""

    def rows(effort: Effort) -> list[Row]:
        conductor = play(plan())
        return [
            Row(q.what, q.unit, q.exact, q.measure(conductor), 0.0, q.allowance + q.relative * abs(q.exact), q.sign) for q in quantities
        ]

    return Case(title, source, rows)
