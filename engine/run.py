"""One run of a scenario, playable before it is finished and continuable under other faults."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from engine.control.conductor import Conductor
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.lowering import lower

if TYPE_CHECKING:
    from engine.document import Scenario
    from engine.events import Event
    from engine.plan import Plan
    from engine.results import Result
    from engine.series import Series

RUN_FIELDS_EXEMPT = {"title", "story", "patterns", "reading", "objectives", "expect", "variants", "layout", "faults"}


class Run:
    """A run in progress. Not for use from two threads at once; a result already taken stays valid."""

    def __init__(self, scenario: Scenario, *, seed: int | None = None, duration_s: float | None = None) -> None:
        self.scenario = scenario
        self._seed, self._duration_s = seed, duration_s
        self._conductor = Conductor(lower(scenario, seed=seed, duration_s=duration_s))
        self.branched_at_s: float | None = None
        self.wall_s = 0.0

    @property
    def plan(self) -> Plan:
        """The lowered scenario."""
        return self._conductor.plan

    @property
    def series(self) -> Series:
        """Everything measured so far; what is counted by start time is brought up to date by `result`."""
        return self._conductor.series

    @property
    def events(self) -> list[Event]:
        """The log so far."""
        return self._conductor.events

    @property
    def reached_s(self) -> float:
        """Simulated seconds done."""
        return self._conductor.now / TICKS_PER_S

    @property
    def done(self) -> bool:
        """Whether the run has reached its end or was stopped by saturation."""
        return self._conductor.saturated_at is not None or self._conductor.now >= self._conductor.end

    @property
    def stopped(self) -> dict[str, Any] | None:
        """When and why a saturated run ended, else None."""
        if self._conductor.saturated_at is None:
            return None
        return {"at_s": self._conductor.saturated_at / TICKS_PER_S, "why": self._conductor.saturation()}

    def advance(self, until_s: float | None = None, budget_s: float | None = None) -> bool:
        """Simulate up to ``until_s``, or for about ``budget_s`` seconds of wall time, or to the end. True when the run is done."""
        started = time.perf_counter()
        end = self.plan.duration_s if until_s is None else until_s
        while not self.done and self.reached_s < end:
            if budget_s is None:
                self._conductor.run_to(ticks(end))
                break
            self._conductor.run_to(min(ticks(end), ticks(int(self.reached_s) + 1)))
            if time.perf_counter() - started >= budget_s:
                break
        self.wall_s += time.perf_counter() - started
        return self.done

    def branch(self, scenario: Scenario) -> Run:
        """This run under a changed document. When only faults differ, everything before the first difference is shared, bit for bit;
        otherwise it is a fresh run. ``branched_at_s`` tells which."""
        other = Run.__new__(Run)
        other.scenario, other._seed, other._duration_s = scenario, self._seed, self._duration_s
        other.wall_s = 0.0
        started = time.perf_counter()
        plan = lower(scenario, seed=self._seed, duration_s=self._duration_s)
        at_s = first_difference(self.scenario, scenario)
        at = ticks(min(at_s, self.plan.duration_s, self.reached_s))
        other._conductor = self._conductor.branch(plan, at) if at > 0 else Conductor(plan)
        other.branched_at_s = at_s if at > 0 else None
        other.wall_s = time.perf_counter() - started
        return other

    def release(self) -> None:
        """Give back the memory of a run of which only results are needed."""
        self._conductor.release()

    def result(self) -> Result:
        """What there is so far. Raises `engine.control.conductor.Broken` when a request was lost or counted twice."""
        from engine.results import Result

        return Result(self.scenario, self.plan, self._conductor.sync(), self.events, self.stopped, self.wall_s)


def first_difference(old: Scenario, new: Scenario) -> float:
    """Simulated second of the first effect of what differs: 0 unless only faults do, inf when nothing that matters does."""
    if old.model_dump(exclude=RUN_FIELDS_EXEMPT) != new.model_dump(exclude=RUN_FIELDS_EXEMPT):
        return 0.0
    before, after = list(old.faults), list(new.faults)
    changed = [f for f in before if f not in after] + [f for f in after if f not in before]
    if not changed and before != after:
        return min(f.at_s for f in before)
    return min((f.at_s for f in changed), default=float("inf"))


def replicate(scenario: Scenario, seeds: Iterable[int], duration_s: float | None = None, threads: int | None = None) -> Iterator[Result]:
    """Results of a scenario under many seeds, in their order; the runs share the processors."""
    from engine import replications
    from engine.results import Result

    def result(c: Conductor) -> Result:
        stopped = None if c.saturated_at is None else {"at_s": c.saturated_at / TICKS_PER_S, "why": c.saturation()}
        return Result(scenario, c.plan, c.series, c.events, stopped, c.wall_s)

    return replications.replicate(lower(scenario, duration_s=duration_s), seeds, result, threads)


def simulate(
    scenario: Scenario,
    seed: int | None = None,
    variant: str | None = None,
    duration_s: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Run a scenario to its end. ``progress`` is called with the share done, 0 … 1, about ten times a second."""
    run = Run(scenario.variant(variant) if variant is not None else scenario, seed=seed, duration_s=duration_s)
    while not run.advance(budget_s=0.1 if progress else None):
        if progress:
            progress(run.reached_s / run.plan.duration_s)
    result = run.result()
    run.release()
    return result
