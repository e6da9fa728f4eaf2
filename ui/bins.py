"""Long runs are drawn in bins of several seconds: no screen is wide enough for a day of seconds, and no browser wants them all."""

from __future__ import annotations

from typing import Literal

import numpy as np

How = Literal["mean", "max", "sum", "last"]


def binned(values: np.ndarray, step: int, how: How = "mean") -> np.ndarray:
    """Rows put together ``step`` at a time; the last bin may be shorter. Seconds without a value (NaN) count for nothing."""
    if step == 1 or not len(values):
        return values
    starts = np.arange(0, len(values), step)
    if how == "last":
        return values[np.minimum(starts + step, len(values)) - 1]
    if how == "max":
        return np.fmax.reduceat(values, starts, axis=0)
    known = np.isfinite(values)
    total = np.add.reduceat(np.where(known, values, 0), starts, axis=0)
    if how == "sum":
        return total
    count = np.add.reduceat(known.astype(np.int64), starts, axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)


def starts_s(rows: int, step: int) -> np.ndarray:
    """Start of each bin in simulated seconds."""
    return np.arange(0, rows, step)
