"""The compiled kernel against the plain SimPy oracle, driven by the same draws: not similar, equal."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import Series
from engine.validation.agreement import differences as differences
from engine.validation.measuring import play
from engine.validation.plans import make_plan, random_plan


def run(plan: Plan) -> Series:
    return play(plan).series


@pytest.mark.parametrize("seed", range(60))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system(seed: int) -> None:
    assert differences(random_plan(seed)) == {}


def test_random_systems_reach_every_outcome_of_this_vocabulary() -> None:
    """A fuzz that never gets into trouble would prove nothing."""
    reached: Counter[str] = Counter()
    for seed in range(80):
        ends = run(random_plan(seed)).edge_attempt_ends.sum((0, 1))
        reached.update({o: int(n) for o, n in zip(OUTCOMES, ends, strict=True)})
    wanted = ["ok", "timeout", "refused", "error", "queue_full", "breaker_open", "bulkhead_full", "no_writer"]
    assert {o: reached[o] for o in wanted if reached[o] < 20} == {}


def test_batches_and_constant_times_agree_where_their_order_is_first_come_first_served() -> None:
    users, station = Source(((0.0, 40.0),), batch=4), Station(("a",), 3, 5, Distribution("constant", 0.05))
    plan = make_plan({"users": users, "station": station}, {("users", "station"): CallPolicy(5.0)}, duration_s=60.0, client_s=0.02)
    assert differences(plan) == {}
