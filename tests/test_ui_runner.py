"""The background thread: short runs at once, long ones in pieces, and it hears of a cancellation."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from engine.document.problem import too_large
from tests.ui_fakes import FakeRun
from ui import runner as runners
from ui.runner import COMPILING, EngineRun, Job, Runner, Status


def job(duration_s: int = 300, seed: int = 1, branch: bool = False) -> Job:
    scenario: Any = SimpleNamespace(objectives={}, expect=[], duration_s=duration_s, warmup_s=0)
    return Job(scenario, seed, branch=branch)


class SlowRun(FakeRun):
    """Ten simulated seconds in about ten milliseconds."""

    def __init__(self, scenario: Any, seed: int = 1) -> None:
        super().__init__(scenario, seed, per_slice=10)

    def advance(self, until_s: float | None = None, budget_s: float | None = None) -> bool:
        time.sleep(0.01)
        return super().advance(until_s, budget_s)


def slow(job: Job) -> EngineRun:
    return SlowRun(job.scenario, job.seed)


def fast(job: Job) -> EngineRun:
    return FakeRun(job.scenario, job.seed)


def settled(runner: Runner) -> Status:
    assert runner.wait(5), "the run did not end"
    return runner.status()


def test_a_short_run_is_delivered_within_the_callback() -> None:
    runner = Runner(fast, lambda: True)
    runner.submit(job())
    assert runner.wait_for_news(60.0)
    assert runner.wait(1)
    status = runner.status()
    assert (status.state, status.fraction, status.message) == ("done", 1.0, "")
    assert status.snapshot is not None and status.snapshot.final
    assert status.frames is not None and status.frames.meta["id"] == status.run_id
    assert status.frames.meta["n"] == 300


def test_the_beginning_of_a_long_run_is_delivered_within_the_callback() -> None:
    runner = Runner(slow, lambda: True)
    runner.submit(job(86_400))
    assert runner.wait_for_news(60.0)
    status = runner.status()
    runner.cancel()
    assert status.state == "running"
    assert status.frames is not None and 0 < status.frames.meta["n"] < 86_400


def test_a_drawing_too_large_for_a_run_is_told_so() -> None:
    def refuse(job: Job) -> EngineRun:
        raise too_large("the document needs 600 nodes; one run holds at most 512")

    runner = Runner(refuse, lambda: True)
    runner.submit(job())
    status = settled(runner)
    assert (status.state, status.message) == ("failed", "the document needs 600 nodes; one run holds at most 512")


def test_a_long_run_streams_growing_frames_under_one_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "FIRST_S", 0.02)
    monkeypatch.setattr(runners, "PARTIAL_S", 0.02)
    runner = Runner(slow, lambda: True)
    runner.submit(job(400))
    seen: dict[int, int] = {}
    ids = set()
    while not runner.wait(0.005):
        frames = runner.status().frames
        if frames is not None:
            seen[frames.meta["rev"]] = frames.meta["n"]
            ids.add(frames.meta["id"])
    status = settled(runner)
    assert status.frames is not None
    seen[status.frames.meta["rev"]] = status.frames.meta["n"]
    assert len(seen) > 2
    assert [seen[rev] for rev in sorted(seen)] == sorted(set(seen.values())), "every delivery has more rows"
    assert seen[max(seen)] == 400
    assert ids == {status.run_id}


def test_a_delivered_snapshot_stands_still_while_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "FIRST_S", 0.0)
    monkeypatch.setattr(runners, "PARTIAL_S", 0.0)
    runner = Runner(slow, lambda: True)
    runner.submit(job(300))
    while (early := runner.status().snapshot) is None:
        time.sleep(0.005)
    rows = early.rows
    settled(runner)
    assert early.rows == rows == len(early.series.start_begun) < 300


def test_cancelling_stops_within_a_slice_and_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "FIRST_S", 0.0)
    monkeypatch.setattr(runners, "PARTIAL_S", 0.0)
    runner = Runner(slow, lambda: True)
    runner.submit(job(86_400))
    while runner.status().snapshot is None:
        time.sleep(0.005)
    runner.cancel()
    assert runner.wait(1)
    status = runner.status()
    assert status.state == "cancelled"
    assert status.snapshot is not None and not status.snapshot.final


def test_a_new_run_replaces_the_old_one_and_only_one_thread_touches_the_engine() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    class Watched(SlowRun):
        def advance(self, until_s: float | None = None, budget_s: float | None = None) -> bool:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            try:
                return super().advance(until_s, budget_s)
            finally:
                with lock:
                    inside -= 1

    runner = Runner(lambda j: Watched(j.scenario, j.seed), lambda: True)
    for seed in range(5):
        runner.submit(job(86_400, seed))
        time.sleep(0.02)
    runner.submit(job(100, seed=9))
    status = settled(runner)
    assert status.job is not None and status.job.seed == 9
    assert status.state == "done"
    assert most == 1


def test_a_run_waits_for_the_kernel_and_says_so() -> None:
    warm = threading.Event()
    runner = Runner(fast, warm.is_set)
    runner.submit(job())
    assert not runner.wait(0.05)
    assert (runner.status().state, runner.status().message) == ("waiting", COMPILING)
    warm.set()
    assert settled(runner).state == "done"


def test_waiting_for_the_kernel_can_be_cancelled() -> None:
    runner = Runner(fast, lambda: False)
    runner.submit(job())
    runner.cancel()
    assert settled(runner).state == "cancelled"


def test_a_branch_continues_the_run_before_it_unless_the_seed_changed() -> None:
    runner = Runner(fast, lambda: True)
    for branch, seed in ((False, 1), (True, 1), (True, 2)):
        runner.submit(job(seed=seed, branch=branch))
        snapshot = settled(runner).snapshot
        assert snapshot is not None
        assert snapshot.branched_at_s == (42.0 if branch and seed == 1 else None)


def test_a_crash_of_the_engine_becomes_a_sentence() -> None:
    def crash(job: Job) -> EngineRun:
        raise RuntimeError("node web has no instances")

    runner = Runner(crash, lambda: True)
    runner.submit(job())
    status = settled(runner)
    assert (status.state, status.message) == ("failed", "The run stopped: node web has no instances")


def test_a_run_nobody_looks_at_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "ABANDONED_S", 0.05)
    runner = Runner(slow, lambda: True)
    runner.submit(job(86_400))
    assert runner.wait(2)
    assert runner.status().state == "cancelled"


def test_the_frames_of_the_run_before_stay_until_there_are_new_ones() -> None:
    warm = threading.Event()
    warm.set()
    runner = Runner(fast, warm.is_set)
    runner.submit(job())
    first = settled(runner)
    warm.clear()
    runner.submit(job(seed=2))
    waiting = runner.status()
    assert waiting.run_id != first.run_id
    assert waiting.frames is first.frames
    warm.set()
    assert settled(runner).frames is not first.frames
