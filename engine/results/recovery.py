"""Recovery from each fault, measured on what clients got: RTO, RPO, the phases in between and the requests it cost.

The service level is the availability of the requests started within 10 s, such windows sliding by 1 s. It is *restored* at the
start of the first window that reaches the target, when all windows within the 30 s from there (or up to the next fault, if that
comes earlier) reach it too. The target is the objective; without one, 99 % of the level before the fault, which is the availability
over up to 60 s before it, warm-up excluded. A fault that strikes while an earlier outage lasts keeps that outage's target.
Windows in which no request ended say nothing.

A breach belongs to the fault that started last before the failures that made it. Failures are placed at the instant they happened,
not when their request started: a request on its way when the AZ goes dark is a loss of that fault.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.events import Event
from engine.outcomes import CAUSES
from engine.plan import Plan, PlanFault
from engine.results.numbers import counts, number, ratio
from engine.results.phases import latest_before, next_start_s, phases_by_fault
from engine.series import Series

WINDOW_S, STAY_S, BEFORE_S = 10, 30, 60
LEVEL_SHARE = 0.99
ROUNDING = 1e-12  # a level met exactly is met, however 99 % of it was rounded


@dataclass(frozen=True)
class Outage:
    """The service level after one fault. ``from_s`` is None when it never fell, ``restored_s`` None when it did not come back."""

    target: float
    from_s: int | None
    restored_s: int | None
    told: str  # the same in a sentence


def recoveries(plan: Plan, series: Series, events: Sequence[Event], objective: float | None) -> list[dict[str, Any]]:
    """One entry per fault that has started, as in the summary's ``faults``."""
    faults = [f for f in plan.faults if f.start_s < series.reached_s]
    level = ServiceLevel(plan, series)
    phases = phases_by_fault(faults, events)
    outages: dict[float, Outage] = {}
    for start_s in sorted({f.start_s for f in faults}):
        fault = next(f for f in faults if f.start_s == start_s)
        earlier = [outages[s] for s in outages if outages[s].from_s is not None and (outages[s].restored_s or math.inf) > start_s]
        target = objective if objective is not None else earlier[-1].target if earlier else LEVEL_SHARE * level.before(start_s)
        outages[start_s] = level.outage(fault, faults, target)
    return [_entry(fault, outages[fault.start_s], phases[i], faults, series) for i, fault in enumerate(faults)]


def _entry(fault: PlanFault, outage: Outage, phases: dict[str, float], faults: Sequence[PlanFault], series: Series) -> dict[str, Any]:
    if outage.from_s is None:
        rto_s: float | None = 0.0
        lost_from, lost_to = math.floor(fault.start_s), min(fault.end_s, next_start_s(faults, fault))
    else:
        rto_s = None if outage.restored_s is None else max(0.0, outage.restored_s - fault.start_s)
        lost_from, lost_to = outage.from_s, math.inf if outage.restored_s is None else outage.restored_s
    rows = slice(lost_from, math.ceil(min(lost_to, series.reached_s)))
    lost = [w for w in series.lost_writes if latest_before(faults, w[0]) in _together(faults, fault)]
    return {
        "id": fault.id,
        "kind": fault.kind,
        "target": fault.target,
        "start": fault.start_s,
        "end": number(fault.end_s),
        "rto_s": rto_s,
        "rpo_s": max([0.0, *(fault.start_s - (at_s - age_s) for at_s, _, age_s in lost)]),
        "phases": phases,
        "lost_requests": counts(CAUSES, series.start_ends[rows, :, 1:].sum(axis=(0, 1))),
        "lost_writes": sum(int(count) for _, count, _ in lost),
        "target_availability": outage.target,
        "told": outage.told,
    }


def _together(faults: Sequence[PlanFault], fault: PlanFault) -> list[PlanFault]:
    return [f for f in faults if f.start_s == fault.start_s]


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

    def before(self, start_s: float) -> float:
        """Availability over up to 60 s before an instant, after the warm-up; 1 when no request tells."""
        to = min(math.floor(start_s), self.reached_s)
        level = self._availability(max(to - BEFORE_S, self.first), to)
        return 1.0 if level is None else level

    def _availability(self, since: int, to: int) -> float | None:
        """Of the requests started in [since, to); None when none of them has ended."""
        return ratio(self.ok[to] - self.ok[since], self.ended[to] - self.ended[since]) if to > since else None

    def outage(self, fault: PlanFault, faults: Sequence[PlanFault], target: float) -> Outage:
        """What happened to the service level after a fault, measured against a target."""
        start, limit_s = math.floor(fault.start_s), next_start_s(faults, fault)
        with np.errstate(invalid="ignore"):
            bad, good = self.windows < target - ROUNDING, self.windows >= target - ROUNDING
        bad[: self.first] = False
        for first, last in _runs(bad):
            onset = self._onset(first, target)
            if last < start and onset < start:  # an older breach, over before this fault
                continue
            if onset + 1 > limit_s:  # a later fault's
                break
            restored = self._restored(max(first + 1, math.ceil(fault.start_s)), bad, good, faults)
            return Outage(target, min(start, first + WINDOW_S - 1) if onset >= start else start, restored,
                          self._told(target, onset, onset < start, restored))  # fmt: skip
        tail = self._availability(start, self.reached_s)
        if self.reached_s - start < WINDOW_S and tail is not None and tail < target - ROUNDING:  # too late for a window, not to tell
            return Outage(target, start, None, self._told(target, start, False, None))
        return Outage(target, None, None, f"availability never fell below {target:.5g}")

    def _onset(self, first: int, target: float) -> int:
        """The second in which enough calls had failed to spoil the window that starts at ``first``."""
        allowed = (1 - target) * (self.ended[first + WINDOW_S] - self.ended[first])
        second = np.searchsorted(self.failed_calls, self.failed_calls[first] + allowed, side="right") - 1
        return int(min(max(second, first), self.reached_s - 1))

    def _restored(self, earliest: int, bad: np.ndarray, good: np.ndarray, faults: Sequence[PlanFault]) -> int | None:
        """First second from ``earliest`` on whose window is good and from which no window is bad for 30 s or up to the next fault."""
        starts = np.arange(earliest, len(bad))
        fault_starts = np.array([*sorted(f.start_s for f in faults), np.inf])
        end = np.minimum(starts + STAY_S, fault_starts[np.searchsorted(fault_starts, starts, side="right")])
        last = np.minimum(np.floor(end) - WINDOW_S, len(bad) - 1).astype(np.int64)  # the last window that lies inside
        spoiled = np.concatenate([[0], np.cumsum(bad)])
        clean = spoiled[np.maximum(last, starts) + 1] == spoiled[starts]
        found = np.flatnonzero((end <= self.reached_s) & (last >= starts) & clean & good[earliest:])
        return int(starts[found[0]]) if len(found) else None

    def _told(self, target: float, onset: int, begun_earlier: bool, restored: int | None) -> str:
        fell = f"availability was below {target:.5g} already" if begun_earlier else f"availability fell below {target:.5g} at {onset} s"
        back = f"was back at {restored} s" if restored is not None else f"had not come back for good by {self.reached_s} s"
        return f"{fell} and {back}"


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and last index of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.view(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2])]
