"""Processes that hang, versions that go out in batches, retry policies that somebody changed: against the oracle, and case by case."""

from __future__ import annotations

import dataclasses
import itertools
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from engine.behaviours import Backoff, Balancer, Behaviour, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.document import parse
from engine.document.problem import ScenarioError
from engine.faults.bad_deployment import BadDeployment
from engine.faults.base import Reach
from engine.live import REFUSED, Live
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.run import simulate
from engine.series import EXTRAS
from engine.validation.plans import down, fault, make_plan, random_plan
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_lifecycle import random_change, random_changed_plan
from tests.documents import shop
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences

TIMEOUT = OUTCOMES.index("timeout")


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_when_processes_hang_and_versions_and_policies_change(seed: int) -> None:
    assert differences(random_changed_plan(seed)) == {}


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_with_such_a_change_is_exact(seed: int) -> None:
    plan = random_plan(seed)
    assert_branch_is_exact(plan, random_change(random.Random(seed), plan), 4 + 2 * seed)


@OFTEN
@given(SEEDS)
def test_overlapping_changes_heal_in_any_order_back_to_the_design(seed: int) -> None:
    r, plan = random.Random(seed), random_plan(seed)
    changes = [dataclasses.replace(random_change(r, plan), start_s=2.0 + r.random() * 8, end_s=10.5 + r.random() * 8) for _ in range(6)]
    s = run(dataclasses.replace(plan, faults=tuple(changes), duration_s=22.0)).world[0]
    inst, edges = s["inst"][: len(plan.instances)], s["edges"][: len(plan.edges)]
    assert not any((inst[name] != 0).any() for name in ("hung", "hung_head", "withdrawn", "error_share"))
    assert (inst["registered"] == 1).all() and np.allclose(inst["slow"], 1.0)
    assert all((edges[name] == edges[f"own_{name}"]).all() for name in ("attempts", "backoff", "timeout"))
    assert [int(s["timers"]["delay"][row["timer"]]) for row in edges] == edges["timeout"].tolist()


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_changes_leave_nothing_behind(seed: int) -> None:
    s = run(quiet_after(random_changed_plan(4 * seed), 20.0, 60.0)).world[0]
    left = {"frames": int(s["in_use"]), "busy": int(s["inst"]["busy"].sum()), "open": int(np.abs(s["sites"]["inflight"]).sum())}
    assert left == dict.fromkeys(left, 0)


def tier(faults: tuple[PlanFault, ...], web: Station | None = None, policy: CallPolicy | None = None, duration_s: float = 60.0) -> Plan:
    """50 even requests a second → balancer with checks → web[0], web[1]."""
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, 50.0),), "even"), "front": Balancer("round_robin", HealthCheck(5.0, 1.0, 2, 2)),
        "web": web or Station(("a", "b"), 50, None, Distribution("constant", 0.1)),
    }  # fmt: skip
    edges = {("users", "front"): policy or CallPolicy(2.0), ("front", "web"): CallPolicy(2.0)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults)


def hang(start_s: float, end_s: float, instances: list[int]) -> PlanFault:
    return fault("hang", start_s, end_s, lambda live: live.hung.__setitem__(instances, True))


def test_a_hanging_instance_accepts_and_never_answers_until_its_health_check_notices() -> None:
    conductor = run(tier((hang(20.0, 40.0, [2]),)))
    series = conductor.series
    assert series.inst_arrived[20:25, 2].sum() == 125 and series.inst_completed[20:40, 2].sum() == 0, "accepted, and not answered"
    unhealthy = next(e for e in conductor.events if e.kind == "unhealthy")
    assert 25.0 < unhealthy.t_s < 32.0 and "no answer" in unhealthy.text
    timeouts = series.start_ends[:, 0, TIMEOUT]
    assert timeouts[20:25].sum() == 125 and timeouts[33:].sum() == 0 == timeouts[:19].sum()


def test_what_a_hanging_instance_had_done_is_answered_when_it_goes_on_and_its_slots_are_free_again() -> None:
    series = run(tier((hang(20.0, 21.5, [2]),))).series
    assert series.start_ends[:, 0, 0].sum() == series.start_begun[:55].sum() + series.start_ends[55:, 0, 0].sum(), "nobody gave up"
    held = series.inst_busy_s[20, 2]
    assert held > 5 * series.inst_busy_s[18, 2] and series.inst_busy_s[30, 2] == pytest.approx(series.inst_busy_s[18, 2])


def test_a_hanging_instance_fills_its_slots_and_then_its_queue() -> None:
    web = Station(("a",), 3, 4, Distribution("constant", 0.01))
    plan = make_plan({"users": Source(((0.0, 50.0),), "even"), "web": web}, {("users", "web"): CallPolicy(30.0)}, duration_s=20.0,
                     faults=(hang(5.0, 15.0, [1]),))  # fmt: skip
    series = run(plan).series
    ends = series.start_ends[6:15, 0]
    assert (ends[:, OUTCOMES.index("queue_full")] == 50).all() and series.inst_queue[10, 1] == 4 and series.inst_busy_s[10, 1] == 3.0


def test_a_hanging_instance_that_is_killed_does_not_come_back_with_old_answers() -> None:
    series = run(tier((hang(20.0, 40.0, [2]), down(22.0, 30.0, [2], REFUSED)))).series
    assert series.inst_killed[22, 2] > 40 and series.inst_completed[40, 2] < 5


def test_cpu_stress_leaves_a_share_of_the_processor_and_memory_stress_is_slow_and_fails() -> None:
    faults = [{"kind": "cpu_stress", "target": "web", "share": 0.75, "at_s": 0}, {"kind": "memory_stress", "target": "web[0]", "at_s": 0}]
    live = lower(parse(shop(faults=faults))).live(1.0)
    assert live.slow[2:5].tolist() == pytest.approx([12.0, 4.0, 4.0]) and live.error_share[2:5].tolist() == pytest.approx([0.02, 0, 0])


# ---- deployments ----
def deployment(**fields: Any) -> BadDeployment:
    usual = {"target": "web", "at_s": 100.0, "for_s": 300.0, "batches": 4, "over_s": 120.0, "out_s": 20.0}
    return BadDeployment.model_validate(usual | fields)


def state_at(bad: BadDeployment, at_s: float, n: int = 8) -> tuple[list[int], list[int]]:
    """(instances out of service, instances with the new version)."""
    live = Live(n, 0, 1, at_s)
    bad.apply(live, Reach(list(range(n))))
    return np.flatnonzero(live.withdrawn).tolist(), np.flatnonzero(live.error_share).tolist()


def test_a_deployment_goes_out_batch_by_batch_each_out_of_service_first() -> None:
    bad = deployment()
    assert bad.moments_s() == (120.0, 130.0, 150.0, 160.0, 180.0, 190.0, 210.0)
    seen = [state_at(bad, t) for t in (99.0, 100.0, 120.0, 130.0, 150.0, 190.0, 210.0, 399.0)]
    everybody = list(range(8))
    assert seen == [
        ([], []), ([0, 1], []), ([], [0, 1]), ([2, 3], [0, 1]), ([], [0, 1, 2, 3]), ([6, 7], [0, 1, 2, 3, 4, 5]), ([], everybody),
        ([], everybody),
    ]  # fmt: skip


@pytest.mark.parametrize(("share", "n"), [(0.25, 2), (0.5, 4), (0.1, 0), (1.0, 8)])
def test_a_deployment_reaches_its_share_of_the_instances_spread_over_all(share: float, n: int) -> None:
    hit = state_at(deployment(share=share, batches=1), 399.0)[1]
    assert len(hit) == n and all(b - a >= 1 / share - 1 for a, b in itertools.pairwise(hit))


def test_a_bad_version_fails_its_share_and_the_rollback_ends_it_at_once() -> None:
    data = shop(duration_s=400, faults=[
        {"kind": "bad_deployment", "target": "web", "at_s": 100, "for_s": 200, "error_share": 0.4, "batches": 2, "over_s": 60, "out_s": 10}
    ])  # fmt: skip
    series = simulate(parse(data)).series
    failed = series.start_ends[:, 0, 1:].sum(axis=1) / series.start_begun[:, 0]
    before, during, after = (float(failed[a:b].mean()) for a, b in ((10, 100), (180, 300), (301, 390)))
    assert before == 0.0 == after and during == pytest.approx(0.4, abs=0.03)
    assert 0.05 < float(failed[115:130].mean()) < 0.3, "after the first batch only part of the instances is bad"


def test_a_deployment_without_harm_costs_nothing_but_capacity() -> None:
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, 50.0),), "even"), "front": Balancer("round_robin", None),
        "web": Station(("a", "b", "a", "b"), 50, None, Distribution("constant", 0.1)),
    }  # fmt: skip
    bad = BadDeployment(target="web", at_s=10.0, for_s=40.0, error_share=0.0, batches=4, over_s=32.0, out_s=6.0)
    made = dataclasses.replace(fault("d", 10.0, 50.0, lambda live: bad.apply(live, Reach([2, 3, 4, 5]))), moments_s=bad.moments_s())
    edges = {("users", "front"): CallPolicy(2.0), ("front", "web"): CallPolicy(2.0)}
    series = run(make_plan(nodes, edges, duration_s=60.0, faults=(made,))).series
    working = (series.inst_arrived[:, 2:] > 0).sum(axis=1)
    assert [int(working[t]) for t in (5, 12, 17, 20, 25, 36, 45, 55)] == [4, 3, 4, 3, 4, 3, 4, 4]
    assert series.start_ends[:, 0, 1:].sum() == 0


def test_a_rollout_that_is_rolled_back_half_way_never_reaches_the_rest() -> None:
    bad = deployment(for_s=60.0)
    assert bad.moments_s() == (120.0, 130.0, 150.0) and state_at(bad, 159.0)[1] == [0, 1, 2, 3]


# ---- retry policies ----
def retries(start_s: float, end_s: float, attempts: int = 0, hasty: bool = False, timeout_s: float = float("inf")) -> PlanFault:
    def apply(live: Live) -> None:
        live.edge_attempts[0] = max(int(live.edge_attempts[0]), attempts)
        live.edge_hasty[0] |= hasty
        live.edge_timeout_s[0] = min(float(live.edge_timeout_s[0]), timeout_s)

    return fault("retries", start_s, end_s, apply)


def test_more_attempts_without_waiting_multiply_the_load_of_a_failing_callee() -> None:
    web = Station(("a",), 50, None, Distribution("constant", 0.01))
    patient = CallPolicy(5.0, attempts=2, backoff=Backoff("fixed", 0.5))
    failing = fault("errors", 5.0, 35.0, lambda live: live.add_errors([1], 1.0))
    nodes: dict[str, Behaviour] = {"users": Source(((0.0, 20.0),), "even"), "web": web}
    plan = make_plan(nodes, {("users", "web"): patient}, duration_s=40.0, faults=(failing, retries(15.0, 25.0, 6, hasty=True)))
    attempts = run(plan).series.edge_attempts[:, 0]
    assert attempts[2:5].tolist() == [20] * 3 and attempts[10:14].tolist() == [40] * 4
    assert attempts[17:24].tolist() == [120] * 7 and attempts[28:34].tolist() == [40] * 6


def test_a_shorter_timeout_holds_for_attempts_that_begin_while_it_lasts() -> None:
    web = Station(("a",), 500, None, Distribution("constant", 0.6))
    plan = make_plan({"users": Source(((0.0, 20.0),), "even"), "web": web}, {("users", "web"): CallPolicy(5.0)}, duration_s=40.0,
                     faults=(retries(10.0, 20.0, timeout_s=0.5), retries(15.0, 30.0, timeout_s=0.55)))  # fmt: skip
    ends = run(plan).series.start_ends[:, 0]
    assert ends[:10, TIMEOUT].sum() == 0 and (ends[10:30, TIMEOUT] == 20).all() and ends[30:, TIMEOUT].sum() == 0


def test_work_done_twice_by_misconfigured_retries_is_counted_although_the_design_has_none() -> None:
    web = Station(("a",), 500, None, Distribution("constant", 0.6))
    plan = make_plan({"users": Source(((0.0, 20.0),), "even"), "web": web}, {("users", "web"): CallPolicy(5.0)}, duration_s=40.0,
                     faults=(retries(10.0, 20.0, attempts=3, timeout_s=0.5),))  # fmt: skip
    series = run(plan).series
    duplicates = series.edge_extras[:, 0, EXTRAS.index("duplicates")]
    assert duplicates[:10].sum() == 0 < duplicates[12:20].min() and duplicates[23:].sum() == 0


def test_a_queue_has_no_retry_policy_that_could_be_changed() -> None:
    data = shop(faults=[{"kind": "retry_misconfiguration", "target": "jobs->worker", "at_s": 1}])
    data["nodes"] += [{"id": "jobs", "kind": "queue"}, {"id": "worker", "kind": "service"}]
    data["edges"] += [{"from": "web", "to": "jobs"}, {"from": "jobs", "to": "worker"}]
    with pytest.raises(ScenarioError, match="no calls with a policy"):
        parse(data)
