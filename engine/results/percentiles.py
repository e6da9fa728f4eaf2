"""Percentiles of many histograms of latencies at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.results.numbers import divide
from engine.series import bucket_edges_s

PERCENTILES = {"p50_s": 0.50, "p90_s": 0.90, "p95_s": 0.95, "p99_s": 0.99, "p999_s": 0.999}
P99 = list(PERCENTILES).index("p99_s")  # in `Series.edge_latency_s`


def extremes_s(fastest_s: np.ndarray, slowest_s: np.ndarray, axis: int | tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Shortest and longest of several latencies' extremes, where (0, 0) stands for no latency."""
    shortest = np.where(slowest_s > 0, fastest_s, np.inf).min(axis=axis, initial=np.inf)
    return shortest, slowest_s.max(axis=axis, initial=0)


def percentiles_s(hist: np.ndarray, shares: Sequence[float], within_s: tuple[np.ndarray, np.ndarray] | None = None) -> list[np.ndarray]:
    """`series.percentile_s` for many histograms at once: [..., N_BUCKETS] → one [...] per share, seconds, NaN when empty.

    ``within_s``: shortest and longest latency that occurred, beyond which no percentile lies.
    """
    cumulated = np.cumsum(hist, axis=-1, dtype=np.float64)
    total, edges = cumulated[..., -1:], bucket_edges_s()
    values = []
    for share in shares:
        need = share * total
        b = np.minimum((cumulated < need).sum(axis=-1, keepdims=True), hist.shape[-1] - 1)
        over, inside = np.take_along_axis(cumulated, b, -1) - need, np.take_along_axis(hist, b, -1)
        value = edges[b] + (edges[b + 1] - edges[b]) * (1 - divide(over, inside))
        if within_s is not None:
            value = np.minimum(np.maximum(value, within_s[0][..., None]), within_s[1][..., None])
        values.append(np.where(total > 0, value, np.nan)[..., 0])
    return values
