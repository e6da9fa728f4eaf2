"""Runs in the background: one thread at a time touches the engine, the page only ever sees immutable snapshots.

A thread lives as long as its run. It works in slices, so it hears of a cancellation within `SLICE_S`, and it gives up by itself when
nobody has looked for `ABANDONED_S`: the tab is closed.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from engine.document import ScenarioError
from ui import warmup
from ui.frames import Frames, frames
from ui.snapshot import Snapshot

if TYPE_CHECKING:
    from engine.document import Scenario
    from engine.plan import Plan
    from engine.results import Result

log = logging.getLogger(__name__)

SLICE_S = 0.06  # wall seconds the engine works between two looks at the outside world
FIRST_S = 0.05  # wall seconds the engine works before its first delivery: a short run is done by then, of a longer one it is the beginning
AT_ONCE_S = 0.2  # a callback waits at most this long for that delivery, so that it is on the canvas in the same round trip
HOLD_S = 0.15  # after it the engine leaves the interpreter to the page until the delivery is handed over, at most this long
PARTIAL_S = 0.4  # wall seconds between two later deliveries
ABANDONED_S = 180.0  # browsers slow timers of hidden tabs to one a minute; three missed looks mean nobody is there (an assumption)
WARM_LOOK_S = 0.1
COMPILING = "Compiling the simulation kernel (first start only, about ten seconds)…"

State = Literal["idle", "waiting", "running", "done", "saturated", "failed", "cancelled"]
BUSY: tuple[State, ...] = ("waiting", "running")


class EngineRun(Protocol):
    """What the runner needs of `engine.run.Run`."""

    branched_at_s: float | None

    @property
    def plan(self) -> Plan: ...

    @property
    def reached_s(self) -> float: ...

    def advance(self, until_s: float | None = None, budget_s: float | None = None) -> bool: ...

    def branch(self, scenario: Scenario) -> EngineRun: ...

    def result(self) -> Result: ...


@dataclass(frozen=True)
class Job:
    """One thing to run. ``branch`` continues the run before it where its faults allow, else it starts afresh."""

    scenario: Scenario
    seed: int
    variant: str | None = None
    branch: bool = False


@dataclass(frozen=True)
class Status:
    """What the page may know, in one immutable piece. ``fraction`` is 0 … 1 of the simulated time."""

    state: State = "idle"
    message: str = ""
    fraction: float = 0.0
    run_id: str = ""
    job: Job | None = None  # what was asked for last, whatever became of it
    snapshot: Snapshot | None = None  # the latest measurements; of the run before until this one has some
    frames: Frames | None = None

    @property
    def busy(self) -> bool:
        return self.state in BUSY


def start_run(job: Job) -> EngineRun:
    """A fresh run of the engine. Imported here: the kernel's compiler takes a second to load."""
    from engine.run import Run

    return Run(job.scenario, seed=job.seed)


class Runner:
    """The background work of one visitor."""

    def __init__(self, start: Callable[[Job], EngineRun] = start_run, is_warm: Callable[[], bool] = warmup.is_ready) -> None:
        self.is_warm, self._start = is_warm, start
        self._lock = threading.Lock()
        self._status = Status()
        self._finished = threading.Event()
        self._news = threading.Event()
        self._handed = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._run: EngineRun | None = None  # these two are touched by the working thread only
        self._run_seed, self._run_id = -1, ""
        self._looked_at = time.monotonic()

    def status(self) -> Status:
        """The latest state; looking also tells the thread that somebody is still there."""
        with self._lock:
            self._looked_at = time.monotonic()
            return self._status

    def submit(self, job: Job) -> None:
        """Run this instead of whatever runs now."""
        self._stop.set()
        stop, finished, news, before = threading.Event(), threading.Event(), threading.Event(), self._thread
        with self._lock:
            kept = self._status.snapshot, self._status.frames
            self._status = Status("waiting", "Starting…", run_id=uuid.uuid4().hex[:8], job=job, snapshot=kept[0], frames=kept[1])
            self._looked_at = time.monotonic()
        self._handed.clear()
        self._stop, self._finished, self._news = stop, finished, news
        work = _Work(self, job, self._status.run_id, stop, finished, news, before)
        self._thread = threading.Thread(target=work.run, name="faultline-run", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the run is over, at most ``timeout_s``; whether it is."""
        return self._finished.wait(timeout_s)

    def wait_for_news(self, timeout_s: float = AT_ONCE_S) -> bool:
        """Wait until the run has delivered something or is over, at most ``timeout_s``; whether it has."""
        return self._news.wait(timeout_s)

    def handed_over(self) -> None:
        """The page has passed on what `status` told it: the engine may go on."""
        self._handed.set()

    def wait_until_handed_over(self) -> None:
        """Called by the working thread: the page builds its message alone, or the two would take turns every few milliseconds."""
        self._handed.wait(HOLD_S)

    def cancel(self) -> None:
        """Stop the run after its current slice; what it has measured stays."""
        self._stop.set()
        with self._lock:
            if self._status.busy:
                self._status = replace(self._status, state="cancelled", message="Cancelled.")

    def forget(self) -> None:
        """Cancel and drop the results: the document they belong to is gone."""
        self._stop.set()
        with self._lock:
            self._status = Status()

    def publish(self, run_id: str, **changes: Any) -> None:
        """Called by the working thread: change the status, unless a newer run or a cancellation has replaced it."""
        with self._lock:
            if self._status.run_id == run_id and self._status.state != "cancelled":
                self._status = replace(self._status, **changes)

    def begin(self, job: Job, run_id: str) -> tuple[EngineRun, str | None]:
        """Called by the working thread: the run of a job, continuing the one before it where it can, and the id of that one."""
        before, self._run_id = self._run_id, run_id
        if job.branch and self._run is not None and self._run_seed == job.seed:
            self._run = self._run.branch(job.scenario)
            return self._run, before
        self._run, self._run_seed = self._start(job), job.seed
        return self._run, None

    def abandoned(self) -> bool:
        """Whether nobody has asked for the status for a long time."""
        with self._lock:
            return time.monotonic() - self._looked_at > ABANDONED_S


@dataclass
class _Work:
    """One run from start to end, on its own thread."""

    runner: Runner
    job: Job
    run_id: str
    stop: threading.Event
    finished: threading.Event
    news: threading.Event  # set by the first delivery, and at the end
    before: threading.Thread | None  # the thread it replaces; the engine is its own until it ends

    def run(self) -> None:
        """Thread entry: nothing that goes wrong here may reach the person as a traceback."""
        try:
            if self.before is not None:
                self.before.join()
            self._wait_until_warm()
            if not self.stop.is_set():
                self._simulate()
        except ScenarioError as error:  # sound, but too large for one run
            self.runner.publish(self.run_id, state="failed", message="; ".join(str(p) for p in error.problems))
        except Exception as error:  # the log has the details, the page gets the sentence
            log.exception("A run failed")
            self.runner.publish(self.run_id, state="failed", message=f"The run stopped: {error}")
        finally:
            self.news.set()
            self.finished.set()

    def _wait_until_warm(self) -> None:
        while not self.stop.is_set() and not self.runner.is_warm():
            self.runner.publish(self.run_id, message=COMPILING)
            self.stop.wait(WARM_LOOK_S)

    def _simulate(self) -> None:
        run, before = self.runner.begin(self.job, self.run_id)
        due, rev, done = time.monotonic() + FIRST_S, 0, False
        self.runner.publish(self.run_id, state="running", message="Simulating…", fraction=0.0)
        while not done and not self.stop.is_set() and not self.runner.abandoned():
            done = run.advance(budget_s=SLICE_S if rev else min(SLICE_S, FIRST_S))
            if not done and time.monotonic() > due:
                self._deliver(run, before, rev, final=False)
                if not rev:
                    self.runner.wait_until_handed_over()
                due, rev = time.monotonic() + PARTIAL_S, rev + 1
        if done:
            self._deliver(run, before, rev, final=True)
        elif self.runner.abandoned():
            self.runner.publish(self.run_id, state="cancelled", message="Stopped: nobody was looking.")

    def _deliver(self, run: EngineRun, before: str | None, rev: int, final: bool) -> None:
        if not final and run.reached_s < 1:
            return
        result, job = run.result(), self.job
        stopped = result.stopped
        snapshot = Snapshot(self.run_id, rev, job.scenario, result, final, run.branched_at_s, job.seed, job.variant, before)
        self.runner.publish(
            self.run_id,
            state="running" if not final else "saturated" if stopped else "done",
            message="Simulating…" if not final else f"Saturated at {stopped['at_s']:.0f} s: {stopped['why']}" if stopped else "",
            fraction=1.0 if final else min(1.0, run.reached_s / run.plan.duration_s),
            snapshot=snapshot,
            frames=frames(result.plan, result.series, result.per_second, result.log, self.run_id, rev),
        )
        self.news.set()
