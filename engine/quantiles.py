"""Service times as tables of quantiles: any distribution costs the kernel one uniform draw and one interpolation.

Three levels of `DIST_BINS` bins, level l covering the upper 1024^−l of probability, so that the tail is as finely drawn as the body. The
mean of a table is within 0.1 % of its distribution's (tests/test_sources_and_service.py).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from engine.behaviours import Distribution
from engine.kernel.layout import DIST_BINS, TICKS_PER_S


def survival() -> np.ndarray:
    """Probability of lasting longer at each point of the grid that `engine.kernel.program.draw_service` reads: [3 · (DIST_BINS + 1)]."""
    n = DIST_BINS
    levels = [np.maximum(float(n) ** -level * (1 - np.arange(n + 1) / n), float(n) ** -(level + 1) / 2) for level in range(3)]
    return np.concatenate(levels)


@lru_cache(maxsize=64)
def table(distribution: Distribution) -> np.ndarray:
    """Quantiles in ticks over the grid: float64 [3 · (DIST_BINS + 1)]."""
    quantiles = {"lognormal": _lognormal, "erlang": _erlang, "empirical": _empirical}[distribution.kind]
    return quantiles(distribution) * TICKS_PER_S


def _lognormal(d: Distribution) -> np.ndarray:
    normal = NormalDist()
    z = np.array([-normal.inv_cdf(p) if p < 1 else -math.inf for p in survival()])
    return d.scale_s * np.exp(d.sigma * z)


def _erlang(d: Distribution) -> np.ndarray:
    """Survival is e^−x Σ x^i / i! for i < k (k exponential stages of mean scale / k); inverted by bisection. The first bin begins where a
    straight line through its middle does: the least of many stages is far from 0."""
    k, p = int(d.shape), survival()
    p[0] = 1 - 0.5 / DIST_BINS
    low, high = np.zeros(len(p)), np.full(len(p), 60.0 + 3.0 * k)
    for _ in range(80):
        x = (low + high) / 2
        term, total = np.ones(len(p)), np.ones(len(p))
        for i in range(1, k):
            term = term * x / i
            total += term
        above = np.exp(-x) * total > p
        low, high = np.where(above, x, low), np.where(above, high, x)
    low[0] = max(0.0, 2 * low[0] - low[1])
    return low * d.scale_s / k


def _empirical(d: Distribution) -> np.ndarray:
    """Linear between the order statistics."""
    return np.quantile(np.array(d.samples_s), 1 - survival())
