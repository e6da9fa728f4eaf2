"""Random groups that change their size: kernel and oracle agree, branches are exact, nothing is left behind."""

from __future__ import annotations

import dataclasses
import random
import re

import numpy as np
import pytest
from hypothesis import given

from engine.series import STAGES
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_lifecycle import random_group_fault, random_group_plan
from engine.validation.plans_stores import random_plan_of_stores
from tests.test_autoscaling import uncontrolled
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, equal, run
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_count_of_groups_that_change_their_size(seed: int) -> None:
    assert differences(random_group_plan(seed)) == {}


def test_random_groups_make_every_kind_of_decision() -> None:
    said = "\n".join(e.text for seed in range(60) for e in run(random_group_plan(seed)).events if e.kind == "scaling")
    wanted = {
        "grows": r"(\d) → (?!\1)\d+ instances.*above", "shrinks": "below it", "launches": "launches .* fewest", "serves": "is in service",
        "replaces": "status check", "replaces by ELB": "its balancer believes", "has no capacity": "the launch was turned down",
        "cannot bring up": "could not bring up", "tries another AZ in vain": "nowhere to launch", "balances": "to balance it",
        "drains": "leaves", "cuts off": "cut off", "waits": "control plane is down", "goes on": "control plane answers again",
    }  # fmt: skip
    assert {name for name, pattern in wanted.items() if not re.search(pattern, said)} == set()


@pytest.mark.parametrize("seed", range(20))
def test_stores_promote_nothing_while_their_control_plane_is_down_in_kernel_and_oracle_alike(seed: int) -> None:
    plan, r = random_plan_of_stores(seed), random.Random(seed)
    start = r.uniform(1.0, 20.0)
    assert differences(dataclasses.replace(plan, faults=(*plan.faults, uncontrolled(start, start + r.uniform(3.0, 10.0))))) == {}


@OFTEN
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes_with_groups(seed: int) -> None:
    a, b = run(random_group_plan(seed, 12.0)), run(random_group_plan(seed, 12.0))
    assert equal(a.series, b.series) == [] and a.events == b.events


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_of_a_run_with_groups_is_exact(seed: int) -> None:
    plan = random_group_plan(seed)
    assert_branch_is_exact(plan, random_group_fault(random.Random(seed), plan), 3 + 2 * seed)


@OFTEN
@given(SEEDS)
def test_overlapping_faults_of_groups_heal_in_any_order_back_to_the_design(seed: int) -> None:
    r, plan = random.Random(seed), random_group_plan(seed)
    faults = [random_group_fault(r, plan) for _ in range(5)]
    shuffled = [dataclasses.replace(f, start_s=2.0 + r.random() * 8, end_s=10.5 + r.random() * 8) for f in faults]
    conductor = run(dataclasses.replace(plan, faults=tuple(shuffled), duration_s=24.0))
    inst, stage = conductor.world[0]["inst"][: len(plan.instances)], conductor.stage
    assert not any((inst[name] != 0).any() for name in ("struck", "withdrawn", "error_share")) and (inst["slow"] == 1).all()
    assert not conductor.live.no_launch.any() and not conductor.live.uncontrolled.any()
    assert ((inst["absent"] > 0) == (stage == STAGES.index("terminated")) | (stage == STAGES.index("launching"))).all()
    assert (inst["down"] == inst["absent"]).all(), "whoever is there is up, and nobody else"
    assert (inst["registered"] == (stage <= STAGES.index("warming"))).all()


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_groups_leave_nothing_behind(seed: int) -> None:
    conductor = run(quiet_after(random_group_plan(seed), 20.0, 200.0))
    s = conductor.world[0]
    left = {"busy": int(s["inst"]["busy"].sum()), "outstanding": int(np.abs(s["targets"]["out"]).sum()),
            "open": int(np.abs(s["sites"]["inflight"]).sum())}  # fmt: skip
    assert left == dict.fromkeys(left, 0)
