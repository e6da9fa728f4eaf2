"""RTO, RPO, phases and losses of each fault, against outages drawn by hand. Every row of 100 requests is one second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Event
from engine.plan import PlanFault
from engine.results.phases import covered_s
from engine.series import Series
from tests.runs_by_hand import ERROR, fail, fault, plan, result, steady


def of(faults: Sequence[PlanFault], s: Series, events: Sequence[Event] = (), **objectives: float) -> list[dict[str, Any]]:
    p = plan(len(s.start_ends), faults=faults)
    return result(p, s, events, (), **objectives).faults


def phase(name: str, from_s: float, to_s: float, node: str = "orders") -> Event:
    return Event(to_s, "phase", node, name, {"phase": name, "from_s": from_s, "to_s": to_s})


def test_rto_runs_from_the_fault_to_the_first_good_second() -> None:
    s = steady(plan())
    fail(s, 120, 180)
    (f,) = of([fault("f", 120, 250)], s, availability=0.999)
    assert (f["rto_s"], f["lost_requests"]) == (60, {"timeout": 6000})


def test_rto_counts_a_fraction_of_a_second_of_the_start() -> None:
    s = steady(plan())
    fail(s, 120, 180)
    (f,) = of([fault("f", 120.25)], s, availability=0.999)
    assert f["rto_s"] == 59.75


def test_rto_is_zero_when_the_level_was_never_broken() -> None:
    s = steady(plan())
    fail(s, 120, 122, share=0.02)
    (f,) = of([fault("f", 120, 200)], s, availability=0.99)
    assert (f["rto_s"], f["lost_requests"]) == (0, {"timeout": 4})


def test_rto_is_null_when_the_level_did_not_come_back() -> None:
    s = steady(plan())
    fail(s, 120, 300, share=0.5)
    (f,) = of([fault("f", 120)], s, availability=0.99)
    assert f["rto_s"] is None
    assert f["told"] == "availability fell below 0.99 at 120 s and had not come back for good by 300 s"


def test_coming_back_less_than_thirty_seconds_before_the_end_proves_nothing() -> None:
    for back, rto in ((270, 150), (271, None)):
        s = steady(plan())
        fail(s, 120, back)
        assert of([fault("f", 120)], s, availability=0.99)[0]["rto_s"] == rto


def test_a_relapse_within_thirty_seconds_is_the_same_outage() -> None:
    for relapse, rto in ((159, 40), (160, 10)):
        s = steady(plan())
        fail(s, 120, 130)
        fail(s, relapse, relapse + 1)
        assert of([fault("f", 120)], s, availability=0.99)[0]["rto_s"] == rto


def test_without_an_objective_the_level_before_counts() -> None:
    s = steady(plan())
    fail(s, 0, 300, share=0.10)
    fail(s, 120, 150, share=0.05, cause=ERROR)
    (f,) = of([fault("f", 120)], s)
    assert (f["target_availability"], f["rto_s"]) == (pytest.approx(0.99 * 0.9), 30 - 1)  # one bad second of ten is within 1 %
    assert f["lost_requests"] == {"timeout": 290, "error": 145}


def test_requests_on_their_way_when_the_fault_strikes_are_its_losses() -> None:
    s = steady(plan())
    fail(s, 118, 120, ends_after_s=2)
    fail(s, 120, 150, ends_after_s=2)
    harmless, f = of([fault("harmless", 60), fault("f", 120)], s, availability=0.999)
    assert (harmless["rto_s"], harmless["lost_requests"]) == (0, {"timeout": 200})
    assert f["rto_s"] == 30
    assert f["lost_requests"]["timeout"] >= 3000


def test_a_breach_belongs_to_the_latest_fault_before_it() -> None:
    s = steady(plan())
    fail(s, 200, 230)
    harmless, f = of([fault("harmless", 100), fault("f", 200)], s, availability=0.999)
    assert (harmless["rto_s"], f["rto_s"]) == (0, 30)


def test_two_outages_are_measured_apart() -> None:
    s = steady(plan())
    fail(s, 50, 70)
    fail(s, 150, 190)
    assert [f["rto_s"] for f in of([fault("a", 50), fault("b", 150)], s, availability=0.999)] == [20, 40]


def test_a_fault_that_strikes_during_an_outage_ends_with_it() -> None:
    s = steady(plan())
    fail(s, 100, 160, share=0.5)
    first, second = of([fault("a", 100), fault("b", 130)], s)
    assert (first["rto_s"], second["rto_s"]) == (60, 30)
    assert second["target_availability"] == first["target_availability"]
    assert second["told"] == "availability was below 0.99 already and was back at 160 s"


def test_faults_that_start_together_share_the_outage() -> None:
    s = steady(plan())
    fail(s, 100, 120)
    assert [f["rto_s"] for f in of([fault("a", 100), fault("b", 100)], s, availability=0.999)] == [20, 20]


def test_a_recovery_cut_short_by_the_next_fault_still_counts() -> None:
    s = steady(plan())
    fail(s, 100, 120)
    fail(s, 140, 150)
    assert [f["rto_s"] for f in of([fault("a", 100), fault("b", 140)], s, availability=0.999)] == [20, 10]


def test_a_breach_long_after_the_fault_is_still_its_own() -> None:
    s = steady(plan())
    fail(s, 180, 200)
    assert of([fault("f", 100)], s, availability=0.999)[0]["rto_s"] == 100


def test_windows_without_requests_say_nothing() -> None:
    s = steady(plan())
    fail(s, 120, 130)
    for second in range(125, 160):
        s.start_begun[second], s.start_ends[second] = 0, 0
    (f,) = of([fault("f", 120)], s, availability=0.999)
    assert f["rto_s"] == 151 - 120  # the first window with requests in it again


def test_faults_that_have_not_started_are_not_listed() -> None:
    s = steady(plan())
    assert [f["id"] for f in of([fault("now", 10), fault("later", 300)], s)] == ["now"]


def test_a_run_that_ends_right_after_the_fault_still_tells_whether_it_hurt() -> None:
    for duration_s in (5, 100):
        s = steady(plan(duration_s))
        assert of([fault("f", duration_s - 4)], s)[0]["rto_s"] == 0
        fail(s, duration_s - 3, duration_s, share=0.5)
        (f,) = of([fault("f", duration_s - 4)], s)
        assert (f["rto_s"], f["lost_requests"]) == (None, {"timeout": 150})


def test_rpo_is_the_age_at_the_start_of_the_fault() -> None:
    s = steady(plan())
    s.lost_writes = [(150.0, 14, 33.2), (151.0, 3, 2.0)]
    early, late = of([fault("early", 20), fault("late", 120)], s)
    assert (late["rpo_s"], late["lost_writes"]) == (pytest.approx(33.2 - 30), 17)
    assert (early["rpo_s"], early["lost_writes"]) == (0, 0)


def test_writes_acknowledged_after_the_fault_have_no_age_at_its_start() -> None:
    s = steady(plan())
    s.lost_writes = [(150.0, 3, 2.0)]
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


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10))))
def test_covered_time_is_that_of_the_union(spans: list[tuple[int, int]]) -> None:
    seconds = {t for start, length in spans for t in range(start, start + length)}
    assert covered_s([(start, start + length) for start, length in spans]) == len(seconds)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 115), st.integers(0, 30), st.sampled_from([0.02, 0.2, 1.0])), max_size=4), st.integers(20, 90))
def test_rto_agrees_with_a_slow_reading_of_the_definition(outages: list[tuple[int, int, float]], start: int) -> None:
    p = plan(120)
    s = steady(p)
    lost = np.zeros(120, bool)
    for at, length, share in outages:
        if not lost[at : at + length].any():
            fail(s, at, min(at + length, 120), share)
            lost[at : at + length] = True
    rto = of([fault("f", start)], s, availability=0.95)[0]["rto_s"]

    ok = s.start_ends[:, 0, 0]
    bad = [ok[t : t + 10].sum() < 950 for t in range(111)]
    onset = [t for t in range(start, 111) if bad[t]]
    if not onset:
        assert rto == 0
        return
    back = [t for t in range(start, 91) if t > onset[0] and not any(bad[t : t + 21])]
    over_at_once = not bad[start] and any(bad[max(0, start - 9) : start])  # what was on its way failed, then all was well
    assert rto == (back[0] - start if back else None) or (over_at_once and rto == 0)
