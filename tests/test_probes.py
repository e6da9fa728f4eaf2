"""Health checks: what a probe asks of its target, and what makes one fail although the target lives."""

from __future__ import annotations

from typing import Any

import pytest

from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Resolver, Source, Station
from engine.control.conductor import Conductor
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import down, fault, make_plan
from tests.documents import said, with_node
from tests.test_invariants import run

FAST, SECOND = Distribution("constant", 0.001), Distribution("constant", 1.0)
DEEP, SHALLOW = HealthCheck(30.0, 5.0, 2, 5, True), HealthCheck(30.0, 5.0, 2, 5)


def pair(check: HealthCheck, service: Distribution, rate: float, *, slots: int = 4, faults: tuple[PlanFault, ...] = ()) -> Plan:
    """Clients → front → two instances of web; instances: users, front, web[0], web[1]."""
    nodes = {
        "users": Source(((0.0, rate),)), "front": Balancer("round_robin", check), "web": Station(("a", "b"), slots, None, service),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(60.0), ("front", "web"): CallPolicy(60.0)}
    return make_plan(nodes, edges, duration_s=300.0, cross_az_s=0.001, faults=faults)


def said_of(conductor: Conductor, kind: str) -> list[float]:
    return [e.t_s for e in conductor.events if e.kind == kind]


def test_an_overloaded_target_fails_a_deep_check_and_passes_a_shallow_one() -> None:
    deep, shallow = (run(pair(check, SECOND, 12.0)) for check in (DEEP, SHALLOW))  # 8 slots, work for 12
    assert len(said_of(deep, "unhealthy")) >= 2 and "fail_open" in [e.kind for e in deep.events]
    assert "not done within 5 s" in next(e.text for e in deep.events if e.kind == "unhealthy")
    assert said_of(shallow, "probe_failed") == []


def test_a_target_that_is_merely_busy_passes_a_deep_check() -> None:
    conductor = run(pair(DEEP, SECOND, 4.0))
    assert said_of(conductor, "probe_failed") == []
    probes = int(conductor.series.inst_arrived[:, 2:].sum()) - int(conductor.series.inst_arrived[:, 1].sum())
    assert probes == 2 * 10, "each target works on a probe every 30 s"


def test_a_slow_target_fails_a_deep_check() -> None:
    def slow(live: Live) -> None:
        live.slow[2] *= 8000.0  # 1 ms becomes 8 s

    conductor = run(pair(DEEP, FAST, 1.0, slots=50, faults=(fault("slow", 60.0, 1e9, slow),)))
    ejected = [e for e in conductor.events if e.kind == "unhealthy"]
    assert [e.data["target"] for e in ejected] == ["web[0]"]
    assert 95.0 <= ejected[0].t_s <= 125.0


@pytest.mark.parametrize("check", [DEEP, SHALLOW])
def test_a_black_hole_is_ejected_between_35_and_65_seconds_later_by_either(check: HealthCheck) -> None:
    conductor = run(pair(check, FAST, 1.0, faults=(down(60.0, 1e9, [2]),)))
    assert [95.0 <= t <= 125.0 for t in said_of(conductor, "unhealthy")] == [True]


def test_a_target_that_dies_with_a_probe_in_hand_fails_it() -> None:
    """Probes of web[0] are worked on for 4.5 s of the 5 s they may take; it dies in the middle of one and is back at once."""
    quiet = run(pair(DEEP, Distribution("constant", 4.5), 0.001))
    second = next(t for t in range(60, 300) if quiet.series.inst_completed[t, 2])
    blip = (down(second - 2.0, second - 1.9, [2]),)
    hit = run(pair(DEEP, Distribution("constant", 4.5), 0.001, faults=blip))
    failed = [e.data["target"] for e in hit.events if e.kind == "probe_failed"]
    assert said_of(quiet, "probe_failed") == [] and failed == ["web[0]"]


def flapping(share: float) -> PlanFault:
    return fault("health_check_flapping", 60.0, 1e9, lambda live: live.flap([2], share))


def test_flapping_checks_take_a_target_out_and_back_that_serves_all_the_while() -> None:
    quick = HealthCheck(2.0, 1.0, 2, 2)
    conductor = run(pair(quick, FAST, 50.0, faults=(flapping(0.5),)))
    out, back = said_of(conductor, "unhealthy"), said_of(conductor, "healthy")
    assert out[0] > 60.0 and len(out) > 10 and len(back) >= len(out) - 1
    # two failures in a row come every 6 checks on average, as do two successes: half of the time it is out (a renewal argument)
    outside = sum(b - a for a, b in zip(out, [*back, 300.0], strict=False)) / 240.0
    assert outside == pytest.approx(0.5, abs=0.2)
    assert conductor.series.start_ends[:299, 0, 0].sum() == conductor.series.start_begun[:299, 0].sum(), "no request notices"


def test_a_resolver_sees_flapping_checks_too() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),)), "dns": Resolver("failover", 5.0, HealthCheck(2.0, 1.0, 1, 3)),
        "one": Station(("a",), 9, None, FAST), "two": Station(("b",), 9, None, FAST),
    }  # fmt: skip
    edges = {pair: CallPolicy(1.0) for pair in (("users", "dns"), ("dns", "one"), ("dns", "two"))}
    conductor = run(make_plan(nodes, edges, duration_s=120.0, faults=(fault("flap", 60.0, 1e9, lambda live: live.flap([2], 1.0)),)))
    assert conductor.series.inst_arrived[:60, 3].sum() == 0 and conductor.series.inst_arrived[70:, 2].sum() == 0


def test_a_document_asks_for_deep_checks_and_flapping() -> None:
    check: dict[str, Any] = {"interval_s": 10, "timeout_s": 3, "unhealthy": 2, "healthy": 3, "deep": True}
    assert said(with_node("front", health_check=check)) == []
    flaps = {"kind": "health_check_flapping", "at_s": 1, "for_s": 9, "share": 0.3}
    assert said({**with_node("front", health_check=check), "faults": [{**flaps, "target": "web[1]"}]}) == []
    assert [path for path, _ in said({**with_node("front"), "faults": [{**flaps, "target": "orders"}]})] == ["faults[0].target"]
