"""Running a plan many times, and what its replications say about a mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np

from engine.control.conductor import Conductor
from engine.plan import Plan
from engine.replications import replicate
from engine.series import percentile_s

LEVEL = 0.999  # of every interval


def play(plan: Plan) -> Conductor:
    """A whole run, its books checked."""
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    conductor.sync()
    return conductor


def measured(plan: Plan, seeds: Iterable[int], *measures: Callable[[Conductor], float]) -> np.ndarray:
    """Each measure of each replication: float64 [seeds, measures]."""
    return np.array(list(replicate(plan, seeds, lambda conductor: [measure(conductor) for measure in measures])))


def estimate(plan: Plan, replications: int, *measures: Callable[[Conductor], float]) -> list[tuple[float, float]]:
    """(mean, half width of the 99.9 % interval) of each measure over independent seeds."""
    return list(intervals(measured(plan, range(replications), *measures)))


def intervals(values: np.ndarray) -> Iterator[tuple[float, float]]:
    """(mean, half width of the 99.9 % interval of the mean) of each column of [replications, measures], by Student's t."""
    n = len(values)
    for mean, sd in zip(values.mean(axis=0), values.std(axis=0, ddof=1), strict=True):
        yield float(mean), float(student_t(n - 1) * sd / math.sqrt(n))


@lru_cache(maxsize=64)
def student_t(freedom: int, level: float = LEVEL) -> float:
    """Two-sided quantile of Student's t: the density is integrated by Simpson's rule, the quantile found by bisection."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def within(t: float) -> float:
        x = np.linspace(0.0, t, 2001)
        y = (1 + x * x / freedom) ** (-(freedom + 1) / 2)
        return float(2 * scale * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum()) * t / 6000)

    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < level else (low, middle)
    return high


# ---- common measures ----
def mean_s(c: Conductor) -> float:
    """Mean latency of the ok requests of the first clients, after the warm-up."""
    return float(c.series.total_latency_s[0] / c.series.total_ends[0, 0])


def quantile(share: float) -> Callable[[Conductor], float]:
    """A percentile of the same, as a summary has it."""

    def measure(c: Conductor) -> float:
        s = c.series
        return percentile_s(s.total_hist[0], share, float(s.total_fastest_s[0]), float(s.total_slowest_s[0]))

    return measure


def share_of(outcome: int) -> Callable[[Conductor], float]:
    """Share of the first clients' requests that ended with this outcome (index into `engine.outcomes.OUTCOMES`)."""
    return lambda c: float(c.series.total_ends[0, outcome] / c.series.total_ends[0].sum())
