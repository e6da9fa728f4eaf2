"""The fingerprint of a run: equal for equal measurements, whatever way and in however many pieces the run was made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields

import numpy as np

from engine.events import Event
from engine.results.numbers import plain
from engine.series import Series


def digest(series: Series, events: Iterable[Event]) -> str:
    """SHA-256 (hex) over every array of the series, row by row filled, and the log. Wall time and provenance are not in it."""
    sha = hashlib.sha256()
    for field in fields(series):
        value = getattr(series, field.name)
        if isinstance(value, np.ndarray):
            sha.update(f"{field.name} {value.dtype.str[1:]} {value.shape}".encode())
            sha.update(_bytes(value))
    sha.update(json.dumps(plain(series.lost_writes)).encode())
    for e in events:
        sha.update(json.dumps(plain([e.t_s, e.kind, e.node, e.text, e.data]), sort_keys=True).encode())
    return sha.hexdigest()


def _bytes(array: np.ndarray) -> bytes:
    """Little-endian, contiguous, with one pattern for every NaN."""
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
