"""A failover that has begun waits while the control plane is down, and goes on when it is back."""

from __future__ import annotations

import dataclasses
import random

import pytest

from engine.behaviours import CallPolicy, Distribution, Failover, Source, Store
from engine.control.conductor import Conductor
from engine.live import BLACK_HOLE
from engine.plan import Plan, PlanFault
from engine.validation.agreement import differences
from engine.validation.measuring import play
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_stores import random_plan_of_regions, random_plan_of_stores
from tests.test_invariants import assert_branch_is_exact

CLOCKS = Failover(1.0, 0.5, 3, 5.0, 10.0, 4.0, 2.0)  # detected within 4 s, decided 5 s later, promoted 10 s after that


def uncontrolled(start_s: float, end_s: float) -> PlanFault:
    return fault("uncontrolled", start_s, end_s, lambda live: live.uncontrolled.fill(True))


def shop(*faults: PlanFault, replicas: int = 0) -> Plan:
    """Writes to a store whose primary dies at 20 s."""
    store = Store(("a", "b"), 4, None, Distribution("exponential", 0.005), CLOCKS, replicas=replicas)
    nodes = {"users": Source(((0.0, 20.0),)), "db": store}
    dead = down(20.0, 1e9, [1], BLACK_HOLE)
    return make_plan(nodes, {("users", "db"): CallPolicy(0.5)}, duration_s=90.0, faults=(dead, *faults))


def story(c: Conductor) -> list[tuple[float, str]]:
    """(instant, phase that ends or first words of what is said) of the failover, in order."""
    return [(round(e.t_s, 1), str(e.data.get("phase") or e.text.split(", ")[0].removeprefix("db: "))) for e in c.events
            if e.kind in ("phase", "role")]  # fmt: skip


@pytest.mark.parametrize("replicas", [0, 1])
@pytest.mark.parametrize(("at_s", "waits"), [(25.0, "decide"), (31.0, "promote")])
def test_the_step_under_way_is_completed_when_the_control_plane_is_back(at_s: float, waits: str, replicas: int) -> None:
    undisturbed, held = play(shop(replicas=replicas)), play(shop(uncontrolled(at_s, 50.0), replicas=replicas))
    phases = ["detect", "decide", "promote", "propagate"]
    assert [what for _, what in story(undisturbed)] == phases
    told = story(held)
    assert [what for _, what in told if what in phases] == phases
    k = phases.index(waits)
    assert told[:k] == story(undisturbed)[:k]
    down_at, back_at = told[k][0], told[k + 1][0]
    assert [what for _, what in told[k : k + 3]] == ["the control plane is down", "the control plane answers again", waits]
    assert down_at == story(undisturbed)[k][0] and 50.0 <= back_at <= 51.0 and told[k + 2][0] == back_at
    assert held.series.start_ends[40:50, 0, 0].sum() == 0 < undisturbed.series.start_ends[40:50, 0, 0].sum()


@pytest.mark.parametrize("replicas", [0, 1])
@pytest.mark.parametrize("at_s", [25.0, 31.0])
def test_kernel_and_oracle_agree_on_a_failover_that_waits(at_s: float, replicas: int) -> None:
    assert differences(shop(uncontrolled(at_s, 50.0), replicas=replicas)) == {}


def test_a_branch_into_the_midst_of_a_failover_is_exact() -> None:
    assert_branch_is_exact(shop(), uncontrolled(31.0, 50.0), 31)


def interrupted(seed: int) -> Plan:
    """A random system in which the control plane fails just after a failover began, where there is one."""
    plan = (random_plan_of_regions if seed % 2 else random_plan_of_stores)(seed, 25.0)
    begun = [e.t_s for e in play(plan).events if e.data.get("phase") in ("detect", "decide")]
    r = random.Random(seed)
    start = (r.choice(begun) if begun else 8.0) + r.uniform(0.01, 0.9)
    return dataclasses.replace(plan, faults=(*plan.faults, uncontrolled(start, start + r.choice([2.03, 6.1, 11.7]))))


@pytest.mark.parametrize("seed", range(25))
def test_kernel_and_oracle_agree_when_the_control_plane_fails_in_the_midst_of_a_failover(seed: int) -> None:
    assert differences(interrupted(seed)) == {}


def test_the_failovers_of_random_systems_do_wait() -> None:
    assert sum(any("failover that has begun waits" in e.text for e in play(interrupted(seed)).events) for seed in range(25)) >= 5
