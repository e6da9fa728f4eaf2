"""What must hold in every run of every system: Hypothesis looks for a system in which it does not. `test_theory` has the named cases."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.behaviours import Balancer, CallPolicy, Distribution, Failover, HealthCheck, Source, Station, Store
from engine.kernel.layout import TICKS_PER_S
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.validation import invariants
from engine.validation.families import FAMILIES, Family
from engine.validation.invariants import equal as equal
from engine.validation.measuring import play
from engine.validation.plans import down, make_plan, mm, random_fault, random_plan

SEEDS = st.integers(0, 10_000)
OFTEN = settings(max_examples=25, deadline=None, derandomize=True)
run = play


@OFTEN
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    assert invariants.differs_when_repeated(random_plan(seed, 15.0)) == []


@OFTEN
@given(SEEDS, st.lists(st.integers(1, 15 * TICKS_PER_S), max_size=40))
def test_stopping_anywhere_and_going_on_changes_nothing(seed: int, stops: list[int]) -> None:
    assert invariants.differs_when_split(random_plan(seed, 15.0), stops) == []


def assert_branch_is_exact(plan: Plan, extra: PlanFault, second: int) -> None:
    """Branching at ``second`` with one more fault gives the bytes of a run that had it from the start, and shares everything before."""
    assert invariants.differs_when_branched(plan, extra, second) == []


@OFTEN
@given(SEEDS, st.integers(1, 28))
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int, second: int) -> None:
    plan = random_plan(seed)
    assert_branch_is_exact(plan, random_fault(random.Random(seed), plan, plan.duration_s), second)


@OFTEN
@given(SEEDS, st.integers(4, 25))
def test_a_branch_of_a_branch_and_the_way_back_are_exact_too(seed: int, second: int) -> None:
    plan = random_plan(seed)
    assert invariants.differs_when_taken_back(plan, random_fault(random.Random(seed), plan, 30.0), second) == []


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_nothing_is_left_behind(seed: int) -> None:
    assert invariants.leaves_behind(random_plan(seed, 30.0)) == []


@OFTEN
@given(SEEDS)
def test_nothing_is_lost_or_counted_twice(seed: int) -> None:
    assert invariants.breaks_its_books(random_plan(seed, 20.0)) == []


@OFTEN
@given(SEEDS, st.randoms(use_true_random=False))
def test_time_never_goes_back(seed: int, order: random.Random) -> None:
    assert invariants.goes_back_in_time(random_plan(seed, 15.0), order) == []


@OFTEN
@given(SEEDS)
def test_an_unrelated_node_changes_nobody_elses_traffic(seed: int) -> None:
    assert invariants.is_disturbed_by_a_stranger(seed) == []


@OFTEN
@given(SEEDS, st.sampled_from(FAMILIES), st.randoms(use_true_random=False))
def test_overlapping_faults_heal_in_any_order_back_to_the_design(seed: int, family: Family, order: random.Random) -> None:
    plan = family.plan(seed, 30.0)
    faults = [family.fault(order, plan, 2.0 + order.random() * 8, 10.5 + order.random() * 8) for _ in range(5)]
    assert invariants.does_not_heal(plan, faults, 25.0) == []


def test_a_difference_is_found() -> None:
    """What looks for differences finds them: another seed, one more fault, a run without the other's log."""
    a, b = random_plan(3, 10.0), dataclasses.replace(random_plan(3, 10.0), seed=4)
    assert "edge_attempts" in invariants.different(play(a), play(b)) and invariants.different(play(a), play(a)) == []
    forever = dataclasses.replace(down(2.0, 1e9, [3]))
    assert invariants.does_not_heal(a, [forever], 10.0) == ["struck", "down"]
    busy = dataclasses.replace(mm(10.0, 1, Distribution("constant", 1e4)), duration_s=10.0)
    assert invariants.leaves_behind(busy) != []


@OFTEN
@given(SEEDS)
def test_every_instance_accounts_for_everything_that_arrived(seed: int) -> None:
    conductor = run(random_plan(seed, 20.0))
    series, s = conductor.series, conductor.world[0]
    present = np.zeros(len(conductor.plan.instances), int)
    frames = s["frames"][: s["n_used"]]
    for state in range(4, 10):  # WAIT … BACKOFF
        np.add.at(present, frames["inst"][(frames["state"] == state)], 1)
    ended = (series.inst_completed.astype(int) + series.inst_rejected + series.inst_killed).sum(0)
    assert (series.inst_arrived.sum(0) == ended + present).all()
    slots = np.array([i.slots for i in conductor.plan.instances])
    assert (series.inst_busy_s <= slots * series.inst_up_s + 1e-6).all()


def test_an_answer_in_the_very_tick_of_the_timeout_still_counts() -> None:
    nodes = {"users": Source(((0.0, 5.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 1.0))}
    series = run(make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=10.0)).series
    assert series.total_ends[0, OUTCOMES.index("timeout")] == 0 and series.total_ends[0, 0] == 45


def test_a_slot_freed_in_the_tick_of_an_arrival_is_free_for_it() -> None:
    series = run(mm(10.0, 1, Distribution("constant", 0.1), capacity=0, duration_s=10.0)).series
    even = dataclasses.replace(mm(10.0, 1, Distribution("constant", 0.1), capacity=0, duration_s=10.0))
    even = dataclasses.replace(even, nodes=(dataclasses.replace(even.nodes[0], behaviour=Source(((0.0, 10.0),), "even")), even.nodes[1]))
    assert run(even).series.inst_rejected.sum() == 0 < series.inst_rejected.sum()


def test_a_write_waits_for_its_standby_until_the_controller_gives_it_up() -> None:
    failover = Failover(1.0, 0.5, 3, 1.0, 1.0, 1.0, 5.0)
    store = Store(("a", "b"), 1000, None, Distribution("constant", 0.01), failover)
    plan = make_plan(
        {"users": Source(((0.0, 50.0),), "even"), "db": store}, {("users", "db"): CallPolicy(60.0)},
        duration_s=60.0, cross_az_s=0.002, faults=(down(10.0, 30.0, [2]),),
    )  # fmt: skip
    conductor = run(plan)
    completed = conductor.series.inst_completed[:, 1]
    given_up = next(e.t_s for e in conductor.events if e.kind == "role" and "goes on without it" in e.text)
    assert 12.0 < given_up < 15.0
    assert completed[11:12].sum() == 0 and completed[int(given_up)] > 100, "stalled writes are acknowledged all at once"
    assert [e.text for e in conductor.events if e.kind == "role"][-1] == "db: db[1] is in sync and stands by"


def test_a_health_check_of_none_never_learns() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),)), "front": Balancer("round_robin", None),
        "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    series = run(make_plan(nodes, edges, duration_s=300.0, faults=(down(50.0, 250.0, [2]),))).series
    assert series.start_ends[100:200, 0, 0].sum() / series.start_begun[100:200].sum() == pytest.approx(0.5, abs=0.01)


def test_all_targets_unhealthy_means_all_are_used() -> None:
    check = HealthCheck(5.0, 1.0, 2, 2)
    nodes = {
        "users": Source(((0.0, 50.0),)), "front": Balancer("round_robin", check),
        "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    conductor = run(make_plan(nodes, edges, duration_s=60.0, faults=(down(10.0, 30.0, [2, 3]),)))
    assert "fail_open" in [e.kind for e in conductor.events]
    assert conductor.series.start_ends[31:33, 0, 0].sum() > 80, "traffic flows as soon as they are back, before any check has passed"
