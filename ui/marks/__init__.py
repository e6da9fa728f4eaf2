"""What single nodes, edges and instances have to show beside the columns that all of them have: one file a subject.

Each `Mark` is a per-second series under the name of what it belongs to; which there are follows from the plan alone, so that a run that
goes on only ever adds rows. ``facts`` are the numbers that stand still.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from ui.bins import binned
from ui.marks import breakers, caches, functions, groups, names, places, queues, stores
from ui.marks.base import Facts, Mark, Measured

log = logging.getLogger(__name__)
SUBJECTS = (stores, queues, caches, functions, groups, breakers, names, places)


def marks(run: Measured) -> list[Mark]:
    """Every mark of a run. A subject that fails leaves its marks out: it must not take the run with it."""
    found: list[Mark] = []
    for subject in SUBJECTS:
        try:
            found += list(subject.marks(run))
        except Exception:
            log.exception("Marks of %s failed.", subject.__name__)
    return found


def facts(run: Measured) -> dict[str, dict[str, Any]]:
    """By item: bounds, lengths and names that marks are drawn with. A subject that fails leaves its own out, as with marks."""
    found: Facts = {}
    for subject in SUBJECTS:
        try:
            told = subject.facts(run.plan)
        except Exception:
            log.exception("Facts of %s failed.", subject.__name__)
            continue
        for item, values in told.items():
            found.setdefault(item, {}).update(values)
    return found


def packed(found: list[Mark], rows: int, step: int) -> np.ndarray:
    """All marks as one float32 array [rows, marks], ``step`` seconds a row."""
    if not found:
        return np.zeros((-(-rows // step), 0), np.float32)
    return np.ascontiguousarray(np.stack([binned(np.asarray(m.values, np.float64), step, m.how) for m in found], axis=-1), np.float32)
