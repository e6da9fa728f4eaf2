"""The requests a fault cost, by cause: what failed from then on beyond what failed before anyway.

A request counts from the second on whose requests were still open when the fault struck, so whoever was on the way is a victim. The
count ends with the next fault that strikes while nothing unusual is failing; one that strikes earlier shares what follows. Whether a
failure is unusual is asked for each cause in windows of 10 s: with nothing of the kind before, every single one is; with a steady share
before, a window has to exceed it by five standard deviations of a Poisson count, and only the excess over the share is lost.
"""

from __future__ import annotations

import numpy as np

from engine.outcomes import CAUSES
from engine.results.before import History, Usual
from engine.results.level import WINDOW_S

DEVIATIONS = 5  # an assumption: a false alarm in a million windows, and a share that doubles is noticed from 2.5 failures/s on


def lost_requests(history: History, starts_s: list[float], usual: list[Usual]) -> list[dict[str, int]]:
    """By cause, for faults that begin at these instants (ascending)."""
    over = [history.over_before(at_s) for at_s in starts_s]
    calm = [not _unusual(*_failures(history, u, o - WINDOW_S, o)).any() for u, o in zip(usual, over)]
    found = []
    for i, since in enumerate(over):
        until = next((over[j] for j in range(i + 1, len(over)) if calm[j]), np.full(len(since), history.rows))
        found.append(_excess(*_failures(history, usual[i], since, until)))
    return found


def _failures(history: History, usual: Usual, since: np.ndarray, until: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Failed requests and how many would have been usual, [seconds, causes], of each client's requests started in [since, until)."""
    first, last = max(0, int(since.min(initial=history.rows))), int(until.max(initial=0))
    seconds = np.arange(first, max(first, last))[:, None]
    inside = (seconds >= since) & (seconds < until)
    rows = slice(first, max(first, last))
    failed = np.einsum("tsk,ts->tk", history.failed[rows], inside)
    return failed, (history.ended[rows] * inside) @ usual.shares


def _unusual(failed: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """By window of 10 s (of all seconds if they are fewer) and cause: whether failures are more than chance makes of the usual share."""
    failed, usual = (_sums(values, min(WINDOW_S, len(values))) for values in (failed, usual))
    return failed > usual + DEVIATIONS * np.sqrt(usual) + 1e-9


def _sums(values: np.ndarray, width: int) -> np.ndarray:
    """Sums over all windows of ``width`` rows."""
    running = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    return running[width:] - running[: len(running) - width]


def _excess(failed: np.ndarray, usual: np.ndarray) -> dict[str, int]:
    """Failures beyond the usual ones within unusual windows."""
    width = min(WINDOW_S, len(failed))
    if width == 0:
        return {}
    windows = _unusual(failed, usual).astype(np.int64)
    padding = np.zeros((width - 1, windows.shape[1]), np.int64)
    counted = _sums(np.concatenate([padding, windows, padding]), width) > 0  # seconds inside any unusual window
    lost = np.rint(((failed - usual) * counted).sum(axis=0)).astype(np.int64)
    return {cause: int(n) for cause, n in zip(CAUSES, lost) if n > 0}
