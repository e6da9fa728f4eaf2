"""What goes to the canvas: only what it has not got."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.document import Scenario, load
from engine.run import Run
from ui.frames import ARRAYS, Frames, frames
from ui.payload import base_of

SHOP = Path(__file__).parent.parent / "scenarios" / "three-tier-shop.yaml"


def framed(run: Run, run_id: str, rev: int = 0) -> Frames:
    result = run.result()
    return frames(result.plan, result.series, result.per_second, result.log, run_id, rev)


def shown(branched_at_s: float | None, branch_of: str | None) -> Any:
    return SimpleNamespace(branched_at_s=branched_at_s, branch_of=branch_of)


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return load(SHOP).model_copy(update={"duration_s": 120})


@pytest.fixture(scope="module")
def base(shop: Scenario) -> Run:
    run = Run(shop, seed=7)
    run.advance()
    return run


def with_fault(shop: Scenario, **fault: Any) -> Scenario:
    from engine.document import parse

    return parse({**shop.to_dict(), "faults": [fault]})


def test_a_branch_is_sent_from_the_instant_at_which_it_leaves(shop: Scenario, base: Run) -> None:
    branch = base.branch(with_fault(shop, kind="az_power_loss", target="us-east-1a", at_s=60, for_s=30))
    branch.advance()
    before, after = framed(base, "a"), framed(branch, "b")
    found = base_of(before.meta, after.meta, shown(branch.branched_at_s, "a"))
    assert found == {"id": "a", "n": 60}
    for name in ARRAYS:
        whole, kept = getattr(after, name), getattr(before, name)[:60]
        assert np.array_equal(np.concatenate([kept, whole[60:]]), whole, equal_nan=True), name


def test_a_run_that_goes_on_is_sent_from_the_last_row_that_was_sent(shop: Scenario) -> None:
    run = Run(shop, seed=7)
    run.advance(until_s=40)
    early = framed(run, "a", 0)
    run.advance()
    late = framed(run, "a", 1)
    assert base_of(early.meta, late.meta, shown(None, None)) == {"id": "a", "n": 39}
    for name in ARRAYS:
        whole = getattr(late, name)
        assert np.array_equal(np.concatenate([getattr(early, name)[:39], whole[39:]]), whole, equal_nan=True), name


def test_other_runs_are_sent_whole(shop: Scenario, base: Run) -> None:
    meta = framed(base, "a").meta
    other = {**meta, "id": "b"}
    assert base_of(None, meta, shown(None, None)) is None
    assert base_of(meta, other, shown(None, None)) is None, "a fresh run"
    assert base_of(meta, other, shown(60, "c")) is None, "a branch of one that was never shown"
    assert base_of(meta, {**other, "marks": [["web", "wanted"]]}, shown(60, "a")) is None, "other columns"
    assert base_of(meta, {**other, "dt": 2}, shown(60, "a")) is None, "other rows"
    assert base_of(meta, meta, shown(None, None)) == {"id": "a", "n": 120}
