"""RPO, phases and ejections of each fault, and which fault they belong to, from logs written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.events import Event
from engine.plan import PlanFault
from engine.results.phases import covered_s
from engine.series import ROLES, Series
from tests.runs_by_hand import fault, plan, result, steady


def of(faults: Sequence[PlanFault], s: Series, events: Sequence[Event] = (), **objectives: float) -> list[dict[str, Any]]:
    p = plan(len(s.start_ends), faults=faults)
    return result(p, s, events, (), **objectives).faults


def phase(name: str, from_s: float, to_s: float, node: str = "orders") -> Event:
    return Event(to_s, "phase", node, name, {"phase": name, "from_s": from_s, "to_s": to_s})


def test_rpo_is_the_age_at_the_start_of_the_fault() -> None:
    s = steady(plan())
    s.lost_writes = [(150.0, 14, 33.2, "orders"), (151.0, 3, 2.0, "orders")]
    early, late = of([fault("early", 20), fault("late", 120)], s)
    assert (late["rpo_s"], late["lost_writes"]) == (pytest.approx(33.2 - 30), 17)
    assert (early["rpo_s"], early["lost_writes"]) == (0, 0)


def test_writes_acknowledged_after_the_fault_have_no_age_at_its_start() -> None:
    s = steady(plan())
    s.lost_writes = [(150.0, 3, 2.0, "orders")]
    assert of([fault("f", 120)], s)[0]["rpo_s"] == 0


def test_phases_of_a_promotion_come_in_order() -> None:
    events = [phase("promote", 135, 160), phase("detect", 120, 130), phase("decide", 130, 135), phase("propagate", 160, 165)]
    (f,) = of([fault("f", 120)], steady(plan()), events)
    assert list(f["phases"].items()) == [("detect", 10), ("decide", 5), ("promote", 25), ("propagate", 5)]


def test_a_second_fault_does_not_take_over_a_promotion() -> None:
    events = [phase("detect", 120, 130), phase("promote", 130, 160), phase("fail_back", 200, 230)]
    first, second = of([fault("a", 120), fault("b", 140)], steady(plan()), events)
    assert (first["phases"], second["phases"]) == ({"detect": 10, "promote": 30, "fail_back": 30}, {})


def test_nodes_in_the_same_phase_at_once_count_once() -> None:
    events = [phase("detect", 120, 130, "orders"), phase("detect", 120, 134, "carts")]
    assert of([fault("a", 120)], steady(plan()), events)[0]["phases"] == {"detect": 14}


def test_without_a_promotion_detection_ends_with_the_last_ejection() -> None:
    events = [Event(t, "unhealthy", "front", "out", {}) for t in (60.0, 161.5, 178.25, 250.0)]
    (f,) = of([fault("a", 120, 200)], steady(plan()), events)
    assert f["phases"] == {"detect": 58.25}


def takes_down(id: str, start_s: float, end_s: float, *instances: int) -> PlanFault:
    return PlanFault(id, "instance_crash", id, start_s, end_s, id, lambda live: live.take_down(list(instances), 2))


def out(t_s: float, target: str) -> Event:
    return Event(t_s, "unhealthy", "front", f"{target} is out", {"target": target})


def test_an_ejection_belongs_to_the_fault_that_hit_its_target() -> None:
    crash, elsewhere = takes_down("crash", 120, 300, 2), takes_down("elsewhere", 140, 300, 5)
    first, second = of([crash, elsewhere], steady(plan()), [out(165, "web[0]")])
    assert first["phases"] == {"detect": 45}
    assert first["ejections"] == {"first_s": 45, "last_s": 45, "targets": ["web[0]"]}
    assert (second["phases"], second["ejections"]) == ({}, None)


def test_an_ejection_belongs_to_the_fault_that_lasts_rather_than_to_one_that_is_over() -> None:
    long, short = takes_down("long", 100, 300, 2), takes_down("short", 120, 125, 2)
    assert [f["phases"] for f in of([long, short], steady(plan()), [out(150, "web[0]")])] == [{"detect": 50}, {}]


def test_of_faults_that_hit_the_same_target_the_later_one_had_it_ejected() -> None:
    first, second = takes_down("first", 100, 110, 2, 3), takes_down("second", 150, 200, 2)
    assert [f["phases"] for f in of([first, second], steady(plan()), [out(180, "web[0]")])] == [{}, {"detect": 30}]


def test_slowness_has_nothing_ejected() -> None:
    slow = PlanFault("slow", "slow", "web", 130, 300, "slow", lambda live: live.slow.__setitem__([2, 3], 5.0))
    crash = takes_down("crash", 100, 300, 2)
    assert [f["phases"] for f in of([crash, slow], steady(plan()), [out(150, "web[0]")])] == [{"detect": 50}, {}]


def test_a_cut_between_balancer_and_target_has_it_ejected() -> None:
    cut = PlanFault("cut", "partition", "a", 100, 300, "cut", lambda live: live.path_cut.__setitem__((1, 2), True))
    edge = PlanFault("edge", "partition", "web->orders", 110, 300, "cut", lambda live: live.edge_cut.__setitem__((2, 0), True))
    assert [f["phases"] for f in of([cut, edge], steady(plan()), [out(150, "web[0]")])] == [{"detect": 50}, {}]


def test_a_failover_belongs_to_the_fault_that_hit_the_primary() -> None:
    s = steady(plan())
    s.inst_role[:, 4:6] = ROLES.index("primary"), ROLES.index("standby")
    s.inst_role[140:, 4:6] = ROLES.index("out_of_sync"), ROLES.index("primary")
    faults = [takes_down("primary", 120, 300, 4), takes_down("standby", 121, 125, 5), takes_down("web", 122, 300, 2)]
    events = [phase("detect", 122, 135), phase("promote", 135, 160)]
    assert [f["phases"] for f in of(faults, s, events)] == [{"detect": 13, "promote": 25}, {}, {}]


def test_ejections_stand_beside_the_phases_of_a_promotion() -> None:
    events = [phase("detect", 120, 130), phase("promote", 130, 160), out(140, "web[0]"), out(155, "web[1]"), out(165, "web[0]")]
    (f,) = of([takes_down("az", 120, 300, 2, 3, 4)], steady(plan()), events)
    assert f["phases"] == {"detect": 10, "promote": 30}
    assert f["ejections"] == {"first_s": 20, "last_s": 45, "targets": ["web[0]", "web[1]"]}


def test_lost_writes_belong_to_the_fault_that_hit_the_store() -> None:
    s = steady(plan())
    s.lost_writes = [(125.0, 3, 7.0, "orders")]
    first, second = of([takes_down("store", 120, 300, 4), takes_down("web", 124, 300, 2)], s)
    assert (first["rpo_s"], first["lost_writes"], second["rpo_s"]) == (2, 3, 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10))))
def test_covered_time_is_that_of_the_union(spans: list[tuple[int, int]]) -> None:
    seconds = {t for start, length in spans for t in range(start, start + length)}
    assert covered_s([(start, start + length) for start, length in spans]) == len(seconds)
