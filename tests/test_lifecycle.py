"""Instances that come and go: registered targets, launches, drains and what an autoscaler makes of them."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

import pytest

from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import PlanFault
from engine.validation.plans import fault, make_plan
from engine.validation.plans_lifecycle import random_withdrawn_plan, withdrawal
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences, run


@pytest.mark.parametrize("seed", range(36))
def test_kernel_and_oracle_agree_when_targets_are_withdrawn_and_come_back(seed: int) -> None:
    assert differences(random_withdrawn_plan(seed)) == {}


def test_random_withdrawals_leave_callers_without_any_target() -> None:
    reached: Counter[str] = Counter()
    for seed in range(40):
        ends = run(random_withdrawn_plan(seed)).edge_attempt_ends.sum((0, 1))
        reached.update({o: int(n) for o, n in zip(OUTCOMES, ends, strict=True)})
    assert reached["no_healthy_target"] > 100 < reached["ok"]


@pytest.mark.parametrize("seed", range(6))
def test_a_branch_that_withdraws_a_target_is_exact(seed: int) -> None:
    plan = random_withdrawn_plan(seed)
    assert_branch_is_exact(plan, withdrawal(random.Random(seed), plan), 5 + seed * 3)


def withdrawn(start_s: float, end_s: float, instances: list[int]) -> PlanFault:
    def apply(live: Live) -> None:
        live.withdrawn[instances] = True

    return fault("withdrawn", start_s, end_s, apply)


def test_a_withdrawn_instance_gets_nothing_new_and_finishes_what_it_has() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),), "even"), "front": Balancer("round_robin", HealthCheck(5.0, 1.0, 2, 2)),
        "web": Station(("a", "b"), 100, None, Distribution("constant", 1.5)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(4.0)}
    series = run(make_plan(nodes, edges, duration_s=40.0, faults=(withdrawn(10.0, 20.0, [2]),)))
    first, second = series.inst_arrived[:, 2], series.inst_arrived[:, 3]
    assert first[10:20].sum() == 0 and (second[10:20] == 50).all() and (first[21:] == 25).all()
    assert series.inst_completed[10:12, 2].sum() == 75 // 2, "every other request of the last 1.5 s"
    assert series.start_ends[:30, 0, 0].sum() == series.start_begun[:30].sum(), "and nobody noticed"


def test_with_every_instance_withdrawn_a_direct_caller_fails_at_once() -> None:
    nodes = {"users": Source(((0.0, 50.0),), "even"), "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01))}
    plan = make_plan(nodes, {("users", "web"): CallPolicy(5.0)}, duration_s=30.0, faults=(withdrawn(10.0, 20.0, [1, 2]),))
    ends = run(plan).start_ends[:, 0]
    assert (ends[10:20, OUTCOMES.index("no_healthy_target")] == 50).all() and ends[20:29, 0].tolist() == [50] * 9


def test_an_unhealthy_instance_that_is_registered_again_stays_out_until_its_checks_pass() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),), "even"), "front": Balancer("round_robin", HealthCheck(5.0, 1.0, 2, 3)),
        "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}

    def dead(live: Live) -> None:
        live.take_down([2], 1)

    plan = make_plan(nodes, edges, duration_s=90.0, faults=(fault("down", 10.0, 50.0, dead), withdrawn(30.0, 40.0, [2])))
    arrived = run(plan).inst_arrived[:, 2]
    assert arrived[20:60].sum() == 0 < arrived[66:].sum()
    assert run(dataclasses.replace(plan, faults=plan.faults[:1])).inst_arrived[:, 2].tolist() == arrived.tolist()
