"""RTO and losses of each fault, against outages drawn by hand. Every row of 100 requests is one second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.events import Event
from engine.plan import PlanFault
from engine.series import Series
from tests.runs_by_hand import ERROR, RATE, fail, fault, plan, result, steady


def of(faults: Sequence[PlanFault], s: Series, events: Sequence[Event] = (), **objectives: float) -> list[dict[str, Any]]:
    p = plan(len(s.start_ends), faults=faults)
    return result(p, s, events, (), **objectives).faults


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
    assert f["told"] == "availability fell below 0.99 for requests started at 120 s and was not back for good by 300 s"


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
    assert f["lost_requests"] == {"error": 150}  # timeouts there were before


def test_requests_on_their_way_when_the_fault_strikes_are_its_losses() -> None:
    s = steady(plan())
    fail(s, 118, 120, ends_after_s=2)
    fail(s, 120, 150, ends_after_s=2)
    harmless, f = of([fault("harmless", 60), fault("f", 120)], s, availability=0.999)
    assert (harmless["rto_s"], harmless["lost_requests"]) == (0, {})
    assert (f["rto_s"], f["lost_requests"]) == (30, {"timeout": 3200})
    assert f["told"] == "availability fell below 0.999 for requests started at 118 s and was back for those started at 150 s"


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
    assert second["told"] == "availability was below 0.99 already and was back for requests started at 160 s"


def test_faults_that_start_together_share_the_outage() -> None:
    s = steady(plan())
    fail(s, 100, 120)
    assert [f["rto_s"] for f in of([fault("a", 100), fault("b", 100)], s, availability=0.999)] == [20, 20]


def test_what_the_next_fault_breaks_within_thirty_seconds_had_not_come_back_to_stay() -> None:
    s = steady(plan())
    for start in (100, 120, 140):
        fail(s, start, start + 5)
    assert [f["rto_s"] for f in of([fault(f"f{t}", t, t + 5) for t in (100, 120, 140)], s, availability=0.999)] == [45, 25, 5]


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


def test_a_fault_that_the_run_does_not_reach_is_listed_without_values() -> None:
    now, later = of([fault("now", 10), fault("later", 300)], steady(plan()), rto_s=10)
    assert (now["id"], now["began"], now["rto_s"]) == ("now", True, 0)
    assert (later["id"], later["began"], later["rto_s"], later["rpo_s"]) == ("later", False, None, None)
    assert later["told"] == "it starts at 300 s and the run ended at 300 s"
    assert now.keys() == later.keys()


def test_a_fault_in_the_warm_up_is_measured_from_its_start() -> None:
    p = plan(300, warmup_s=20, faults=[fault("f", 5, 35)])
    s = steady(p)
    fail(s, 5, 35)
    (f,) = result(p, s).faults
    assert (f["rto_s"], f["lost_requests"]) == (30, {"timeout": 3000})
    assert f["told"] == "availability fell below 0.99 for requests started at 5 s and was back for those started at 35 s"


def test_a_fault_after_the_warm_up_does_not_answer_for_it() -> None:
    p = plan(300, warmup_s=20, faults=[fault("f", 25)])
    s = steady(p)
    fail(s, 0, 20)
    (f,) = result(p, s).faults
    assert (f["rto_s"], f["lost_requests"], f["target_availability"]) == (0, {}, 0.99)


def test_requests_that_died_with_the_fault_say_nothing_about_the_level_before() -> None:
    s = steady(plan())
    fail(s, 80, 100, ends_after_s=20)  # 20 s of requests were on their way
    (f,) = of([fault("f", 100, 130)], s)
    assert f["target_availability"] == 0.99
    assert f["lost_requests"] == {"timeout": 2000}


def test_an_earlier_outage_says_nothing_about_the_level_before() -> None:
    s = steady(plan())
    fail(s, 0, 300, share=0.02)
    fail(s, 100, 140, share=0.5, cause=ERROR)
    _, late = of([fault("early", 100, 140), fault("late", 150)], s)
    assert late["target_availability"] == pytest.approx(0.99 * 0.98)


def test_without_a_clear_second_before_it_a_fault_is_measured_by_the_level_before_the_first() -> None:
    s = steady(plan())
    fail(s, 0, 300, share=0.04)
    fail(s, 5, 40, share=0.5, cause=ERROR)
    p = plan(300, warmup_s=5, faults=[fault("early", 5), fault("late", 41)])
    early, late = result(p, s).faults
    assert early["target_availability"] == late["target_availability"] == pytest.approx(0.99 * 0.96)


def test_losses_do_not_depend_on_the_objective() -> None:
    s = steady(plan())
    fail(s, 118, 120, ends_after_s=3)
    fail(s, 120, 125, share=0.05)
    fail(s, 140, 170, share=0.3)
    lost = [of([fault("f", 120, 170)], s, availability=goal)[0]["lost_requests"] for goal in (0.5, 0.9, 0.9999)]
    assert lost == [{"timeout": 200 + 25 + 900}] * 3
    assert of([fault("f", 120, 170)], s)[0]["lost_requests"] == lost[0]


def test_failures_as_usual_are_no_losses() -> None:
    rng = np.random.default_rng(5)
    s = steady(plan())
    for second in range(300):
        fail(s, second, second + 1, share=rng.binomial(RATE, 0.2) / RATE)
    fail(s, 120, 150, share=0.3, cause=ERROR)
    assert of([fault("f", 120, 150)], s)[0]["lost_requests"] == {"error": 900}


def test_more_failures_than_usual_are_losses_as_far_as_they_are_more() -> None:
    s = steady(plan())
    fail(s, 0, 300, share=0.1)
    fail(s, 120, 150, share=0.4)
    assert of([fault("f", 120, 150)], s)[0]["lost_requests"] == {"timeout": 1200}


def test_faults_that_strike_one_after_the_other_keep_their_losses_apart() -> None:
    s = steady(plan())
    fail(s, 100, 110, cause=ERROR)
    fail(s, 150, 160)
    assert [f["lost_requests"] for f in of([fault("a", 100), fault("b", 150)], s)] == [{"error": 1000}, {"timeout": 1000}]


def test_a_fault_that_strikes_amid_failures_shares_what_follows() -> None:
    s = steady(plan())
    fail(s, 100, 160, share=0.5)
    assert [f["lost_requests"] for f in of([fault("a", 100), fault("b", 130)], s)] == [{"timeout": 3000}, {"timeout": 1500}]


def test_a_run_that_ends_right_after_the_fault_still_tells_whether_it_hurt() -> None:
    for duration_s in (5, 100):
        s = steady(plan(duration_s))
        assert of([fault("f", duration_s - 4)], s)[0]["rto_s"] == 0
        fail(s, duration_s - 3, duration_s, share=0.5)
        (f,) = of([fault("f", duration_s - 4)], s)
        assert (f["rto_s"], f["lost_requests"]) == (None, {"timeout": 150})


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
