"""Snapshots and runs without an engine: the screen is tested against numbers filled by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.events import Event
from engine.plan import Plan
from engine.results import Result
from engine.results.columns import PerSecond
from engine.series import Series
from tests import runs_by_hand as hand
from ui.charts.base import View
from ui.runner import Job
from ui.snapshot import Snapshot

EVENTS = (
    Event(60.0, "fault_start", "a", "a loses power"),
    Event(70.0, "probe_failed", "front", "web[0] did not answer a probe"),
    Event(95.0, "phase", "orders", "detected", {"phase": "detect", "from_s": 60.0, "to_s": 95.0}),
    Event(99.0, "phase", "orders", "promoted", {"phase": "promote", "from_s": 95.0, "to_s": 99.0}),
)


def broken_series(plan: Plan) -> Series:
    """Steady, but for a quarter of the requests that time out and fail in the minute from 60 s on, with a queue at web."""
    series = hand.steady(plan)
    hand.fail(series, 60, min(120, series.reached_s), 0.25)
    hand.fail(series, 60, min(90, series.reached_s), 0.1, hand.ERROR)
    series.inst_queue[60:120, 2] = 40
    series.inst_state[60:120, 2] = 2
    series.inst_up_s[60:120, 2] = 0
    return hand.totalled(plan, series)


def all_nan(plan: Plan) -> Series:
    """Nothing was ever answered and nothing was up: every ratio divides by zero."""
    from engine.series import empty_series

    series = empty_series(plan, int(plan.duration_s))
    series.reached_s = int(plan.duration_s)
    return series


def no_rows(plan: Plan) -> Series:
    """A run that has not finished its first second."""
    from engine.series import empty_series

    return empty_series(plan, int(plan.duration_s))


def snapshot(plan: Plan | None = None, series: Series | None = None, run_id: str = "run-1", **objectives: float) -> Snapshot:
    """A run of the small shop; broken in its second minute unless told otherwise."""
    plan = plan or hand.plan(300, faults=[hand.fault("f", 60, 120)])
    series = broken_series(plan) if series is None else series
    expect = [{"metric": "availability", "at_least": 0.999, "because": "it should not have failed"}]
    scenario = SimpleNamespace(objectives=dict(objectives), expect=expect, duration_s=plan.duration_s, warmup_s=plan.warmup_s)
    result = Result(scenario, plan, series, list(EVENTS), None, 0.1)
    return Snapshot(run_id, 0, scenario, result, True, None, seed=7)  # type: ignore[arg-type]


def view(series: Series | None = None, dark: bool = False, previous: bool = True, p99_s: float = 0.5) -> View:
    """What a chart is given."""
    from ui import run_info

    now = snapshot(series=series, p99_s=p99_s)
    before = snapshot(series=hand.steady(hand.plan(300)), run_id="run-0") if previous else None
    faults = run_info.faults(now.plan)
    return View(now, before, dark, faults, run_info.phases(now.result.log))


class FakeRun:
    """Stands in for `engine.run.Run`: reveals a series filled by hand, ``per_slice`` seconds a slice."""

    def __init__(self, scenario: Any, seed: int = 1, per_slice: int = 10_000, branched_at_s: float | None = None) -> None:
        self.scenario, self.seed, self.per_slice = scenario, seed, per_slice
        self.branched_at_s = branched_at_s
        self._plan = hand.plan(int(getattr(scenario, "duration_s", 300)))
        self._full = hand.steady(self._plan)
        self._full.reached_s = 0
        self.slices = 0

    @property
    def plan(self) -> Plan:
        return self._plan

    @property
    def reached_s(self) -> float:
        return float(self._full.reached_s)

    def advance(self, until_s: float | None = None, budget_s: float | None = None) -> bool:
        self.slices += 1
        self._full.reached_s = min(int(self._plan.duration_s), self._full.reached_s + self.per_slice)
        return self._full.reached_s >= self._plan.duration_s

    def branch(self, scenario: Any) -> FakeRun:
        return FakeRun(scenario, self.seed, self.per_slice, branched_at_s=42.0)

    def result(self) -> Result:
        return Result(self.scenario, self._plan, self._full, [], None, 0.1)


def start_fake(job: Job) -> FakeRun:
    """A runner's ``start`` that needs no kernel."""
    return FakeRun(job.scenario, job.seed)


def per_second(series: Series, plan: Plan) -> PerSecond:
    """The columns of a series."""
    return PerSecond(plan, series)


def close(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal as float32, NaN being equal to NaN."""
    return bool(np.allclose(np.asarray(a, np.float32), np.asarray(b, np.float32), equal_nan=True))
