"""The service level that clients got, in windows of 10 s, and when a fault broke it.

The service level is the availability of the requests started within 10 s, such windows sliding by 1 s. It is *restored* at the start of
the first window that reaches the target when all windows within the 30 s from there reach it too. Windows in which no request ended
say nothing.

A breach belongs to the fault that started last before the failures that made it. To find that fault, failures are placed at the
instant they happened, not when their request started: a request on its way when the AZ goes dark is a loss of that fault.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.plan import Plan, PlanFault
from engine.results.numbers import ratio
from engine.series import Series

WINDOW_S, STAY_S = 10, 30
ROUNDING = 1e-12  # a level met exactly is met, however 99 % of it was rounded


@dataclass(frozen=True)
class Outage:
    """The service level after one fault. ``restored_s`` is None when it did not come back, and when it was not ``broken``."""

    target: float
    broken: bool
    restored_s: int | None
    told: str  # the same in a sentence

    def lasts_at(self, at_s: float) -> bool:
        """Whether the level was broken and not yet restored at an instant after the fault."""
        return self.broken and (self.restored_s is None or self.restored_s > at_s)


def next_start_s(faults: Sequence[PlanFault], fault: PlanFault) -> float:
    """When the next fault after this one starts; infinity when none does. Faults that start together are one blow."""
    return min((f.start_s for f in faults if f.start_s > fault.start_s), default=math.inf)


class ServiceLevel:
    """Availability of all clients by the second requests started in, and its 10 s windows."""

    def __init__(self, plan: Plan, series: Series) -> None:
        ends = series.start_ends.sum(axis=1)
        self.reached_s = len(ends)
        self.first = min(math.ceil(plan.warmup_s), self.reached_s)
        self.ok = np.concatenate([[0], np.cumsum(ends[:, 0])])
        self.ended = np.concatenate([[0], np.cumsum(ends.sum(axis=1))])
        sources = set(plan.sources())
        client_edges = [i for i, e in enumerate(plan.edges) if e.caller in sources]
        failures = series.edge_call_ends[:, client_edges, 1:].sum(axis=(1, 2))
        self.failed_calls = np.concatenate([[0], np.cumsum(failures)])  # by the instant of the failure
        self.windows = self._windows()

    def _windows(self) -> np.ndarray:
        """Availability of [t, t + 10) for every t up to the last full window; NaN where nothing ended."""
        ok, ended = self.ok[WINDOW_S:] - self.ok[:-WINDOW_S], self.ended[WINDOW_S:] - self.ended[:-WINDOW_S]
        return np.divide(ok, ended, out=np.full(len(ok), np.nan), where=ended > 0)

    def bad(self, target: float, start_s: float) -> np.ndarray:
        """Windows below a target, as far as they say something about a fault: bool by the second they start in.

        Those that reach into the warm-up say nothing, unless the fault itself lies in it.
        """
        with np.errstate(invalid="ignore"):
            bad = self.windows < target - ROUNDING
        bad[: min(self.first, math.floor(start_s))] = False
        return bad

    def outage(self, fault: PlanFault, faults: Sequence[PlanFault], target: float) -> Outage:
        """What happened to the service level after a fault, measured against a target."""
        start, limit_s = math.floor(fault.start_s), next_start_s(faults, fault)
        bad = self.bad(target, fault.start_s)
        for first, last in _runs(bad):
            onset = self._onset(first, target)
            if last < start and onset < start:  # an older breach, over before this fault
                continue
            if onset + 1 > limit_s:  # a later fault's
                break
            restored = self._restored(max(first + 1, math.ceil(fault.start_s)), bad, target)
            return Outage(target, True, restored, self._told(target, self._fell(first, target), onset < start, restored))
        if self.reached_s - start < WINDOW_S and self._tail_is_bad(start, target):  # too late for a window, not to tell
            return Outage(target, True, None, self._told(target, start, False, None))
        return Outage(target, False, None, f"availability never fell below {target:.5g}")

    def _tail_is_bad(self, start: int, target: float) -> bool:
        level = ratio(self.ok[-1] - self.ok[start], self.ended[-1] - self.ended[start]) if start < self.reached_s else None
        return level is not None and level < target - ROUNDING

    def _onset(self, first: int, target: float) -> int:
        """The second in which enough calls had failed to spoil the window that starts at ``first``."""
        return self._exceeds(self.failed_calls, first, target)

    def _fell(self, first: int, target: float) -> int:
        """The second in which those requests started that spoilt the window at ``first``."""
        return self._exceeds(self.ended - self.ok, first, target)

    def _exceeds(self, failed: np.ndarray, first: int, target: float) -> int:
        """When a running count of failures, from ``first`` on, is more than the target allows the window there."""
        allowed = (1 - target) * (self.ended[first + WINDOW_S] - self.ended[first])
        second = np.searchsorted(failed, failed[first] + allowed, side="right") - 1
        return int(min(max(second, first), self.reached_s - 1))

    def _restored(self, earliest: int, bad: np.ndarray, target: float) -> int | None:
        """First second from ``earliest`` on whose window is good and from which no window within 30 s is bad."""
        starts = np.arange(earliest, max(earliest, self.reached_s - STAY_S + 1))
        spoiled = np.concatenate([[0], np.cumsum(bad)])
        clean = spoiled[starts + STAY_S - WINDOW_S + 1] == spoiled[starts]
        with np.errstate(invalid="ignore"):
            good = self.windows[starts] >= target - ROUNDING
        found = np.flatnonzero(clean & good)
        return int(starts[found[0]]) if len(found) else None

    def _told(self, target: float, fell: int, begun_earlier: bool, restored: int | None) -> str:
        """A sentence in which both times are those at which requests started."""
        below = f"below {target:.5g}"
        broke = f"availability was {below} already" if begun_earlier else f"availability fell {below} for requests started at {fell} s"
        those = "those" if not begun_earlier else "requests"
        back = f"was back for {those} started at {restored} s" if restored is not None else f"was not back for good by {self.reached_s} s"
        return f"{broke} and {back}"


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and last index of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.view(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2])]
