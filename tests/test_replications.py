"""Many seeds of one plan: as if each had been built and run by itself."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.control.conductor import Conductor
from engine.document import load
from engine.replications import replicate
from engine.run import replicate as results
from engine.run import simulate
from engine.validation.families import FAMILIES, Family
from engine.validation.invariants import different
from engine.validation.measuring import play


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_replication_is_the_run_of_that_seed(family: Family) -> None:
    plan = family.plan(3, 10.0)
    for seed, conductor in zip((8, 9), replicate(plan, (8, 9), lambda c: c), strict=True):
        assert different(conductor, play(replace(plan, seed=seed))) == []


def test_the_results_of_a_document_come_in_the_order_of_their_seeds() -> None:
    scenario = load(Path(__file__).parent.parent / "scenarios" / "three-tier-shop.yaml")
    found = list(results(scenario, (11, 4, 7), duration_s=40.0))
    assert [r.summary["seed"] for r in found] == [11, 4, 7]
    assert [r.digest for r in found] == [simulate(scenario, seed=seed, duration_s=40.0).digest for seed in (11, 4, 7)]


def test_runs_that_are_over_give_their_memory_back_at_once() -> None:
    worlds: list[weakref.ref[Any]] = []

    def measure(c: Conductor) -> int:
        worlds.append(weakref.ref(c.world))
        return int(c.world[0]["n_roots"])

    gc.collect()
    gc.disable()
    try:
        assert all(n > 0 for n in replicate(FAMILIES[0].plan(3, 10.0), range(4), measure))
        assert [w() for w in worlds] == [None] * 4
    finally:
        gc.enable()
