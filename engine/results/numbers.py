"""Small helpers that keep numbers honest on their way out: no NaN in JSON, no division by zero, no numpy types."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np


def number(value: float | None) -> float | None:
    """A plain float, or None for what is not a number: JSON has no NaN and no infinity."""
    return None if value is None or not math.isfinite(value) else float(value)


def ratio(part: float, whole: float) -> float | None:
    """``part / whole``, None when there is nothing to divide by."""
    return float(part) / float(whole) if whole else None


def divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Element-wise ``part / whole`` as float64, NaN where ``whole`` is 0."""
    out = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    return np.divide(part, whole, out=out, where=whole != 0)


def counts(names: Sequence[str], values: Iterable[Any]) -> dict[str, int]:
    """The counts that are not zero, under their names."""
    return {name: int(value) for name, value in zip(names, values) if value}


def plain(value: Any) -> Any:
    """The same value in JSON's types: numpy scalars become numbers, NaN and infinities None, tuples lists."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    return number(value) if isinstance(value, float) else value


def fields_of(model: Any) -> dict[str, Any]:
    """The set fields of a document model (pydantic or a plain object), without those left out."""
    if model is None:
        return {}
    if isinstance(model, dict):
        items = model
    elif hasattr(model, "model_dump"):
        items = model.model_dump()
    else:
        items = vars(model)
    return {k: v for k, v in items.items() if v is not None}
