"""What was usual before a fault: how many requests failed, and of what.

Only requests that were over when the fault struck can tell. A series knows how many of a client's requests were open at an instant, not
which; the youngest are taken to be the open ones. Seconds that lie in a breach of an earlier fault are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from engine.plan import Plan
from engine.results.level import WINDOW_S
from engine.results.numbers import ratio
from engine.series import Series

BEFORE_S = 60


@dataclass(frozen=True)
class Usual:
    """``level``: availability of all clients. ``shares`` [S, causes]: part of each client's requests that failed by each cause."""

    level: float
    shares: np.ndarray


class History:
    """Requests of every clients node by the second they started in, and which of them were over at a given instant."""

    def __init__(self, plan: Plan, series: Series) -> None:
        self.rows, self.first = len(series.start_begun), math.ceil(plan.warmup_s)
        self.failed = series.start_ends[:, :, 1:]  # [T, S, causes]
        self.ok = series.start_ends[:, :, 0]
        self.ended = series.start_ends.sum(axis=2)
        edges = [[i for i, e in enumerate(plan.edges) if e.caller == source] for source in plan.sources()]
        change = series.edge_calls - series.edge_call_ends.sum(axis=2)
        self._open = np.cumsum(np.stack([change[:, of].sum(axis=1) for of in edges], axis=1), axis=0) if edges else self.ok
        self._begun = np.cumsum(series.start_begun, axis=0)

    def over_before(self, at_s: float) -> np.ndarray:
        """By clients node: requests that started before this second were over at the instant, those that started in it or later not all."""
        row = min(math.floor(at_s), self.rows)
        if row == 0:
            return np.zeros(self.ok.shape[1], np.int64)
        oldest_open = self._begun[row - 1] - np.maximum(self._open[row - 1], 0)
        found = [np.searchsorted(self._begun[:row, s], count, side="right") for s, count in enumerate(oldest_open)]
        return np.array(found, np.int64)

    def usual(self, at_s: float, breached: np.ndarray, first_fault_s: float) -> Usual:
        """Of the last 60 s before an instant that lie after the warm-up and in no ``breached`` second (bool [T]).

        Where there is no such second: of all before the first fault, with the warm-up only when there is nothing else.
        """
        over, over_at_first = self.over_before(at_s), self.over_before(first_fault_s)
        seconds = np.arange(self.rows)
        clear = [np.flatnonzero((seconds >= self.first) & (seconds < until) & ~breached)[-BEFORE_S:] for until in over]
        after_warmup, whatever = ([np.arange(since, until) for until in over_at_first] for since in (self.first, 0))
        for choice in (clear, after_warmup, whatever):
            found = self._of(choice)
            if found is not None:
                return found
        return Usual(1.0, np.zeros(self.failed.shape[1:]))

    def _of(self, chosen: list[np.ndarray]) -> Usual | None:
        """Of the seconds chosen for each clients node; None when no request tells."""
        ended = np.array([self.ended[rows, s].sum() for s, rows in enumerate(chosen)])
        level = ratio(sum(self.ok[rows, s].sum() for s, rows in enumerate(chosen)), ended.sum())
        if level is None:
            return None
        failed = np.stack([self.failed[rows, s].sum(axis=0) for s, rows in enumerate(chosen)])
        return Usual(level, failed / np.maximum(ended, 1)[:, None])


def covered(bad: np.ndarray, until_s: float, rows: int) -> np.ndarray:
    """Seconds inside any bad window that is over at an instant: bool [rows]."""
    last = max(0, math.floor(until_s) - WINDOW_S + 1)
    starts = np.flatnonzero(bad[:last])
    edges = np.zeros(rows + 1, np.int64)
    np.add.at(edges, starts, 1)
    np.add.at(edges, starts + WINDOW_S, -1)
    return np.cumsum(edges[:-1]) > 0
