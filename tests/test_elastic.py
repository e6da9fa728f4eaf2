"""Traffic shapes, users, disciplines, shedding, parallel calls and limiters: what must hold in every run, and how each one feels."""

from __future__ import annotations

import dataclasses
import random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given

from engine.behaviours import CallPolicy, Distribution, Function, Limiter, Source, Station
from engine.control.conductor import Conductor
from engine.kernel.layout import HELPER, JOINING, ticks
from engine.live import REFUSED
from engine.outcomes import OUTCOMES
from engine.validation.plans import down, fault, make_plan, mm, random_fault
from engine.validation.plans_elastic import quiet_after, random_elastic_plan
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, equal, run

CONSTANT = Distribution("constant", 0.1)


@OFTEN
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    a, b = run(random_elastic_plan(seed, 12.0)), run(random_elastic_plan(seed, 12.0))
    assert equal(a.series, b.series) == [] and a.events == b.events


@OFTEN
@given(SEEDS)
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int) -> None:
    plan, r = random_elastic_plan(seed), random.Random(seed)
    second = r.randrange(1, 28)
    extra = dataclasses.replace(random_fault(r, plan, plan.duration_s), start_s=float(second), end_s=second + 5.0)
    with_fault = dataclasses.replace(plan, faults=(*plan.faults, extra))
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    branch = first.branch(with_fault, ticks(second))
    branch.run_to(branch.end)
    assert equal(branch.sync(), run(with_fault).series) == []
    assert branch.series.equal_until(first.sync(), second)


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_nothing_is_left_behind(seed: int) -> None:
    conductor = run(quiet_after(random_elastic_plan(seed), 20.0, 120.0))
    s = conductor.world[0]
    left = {
        "frames": int(s["in_use"]), "busy": int(s["inst"]["busy"].sum()), "queued": int(s["inst"]["queued"].sum()),
        "outstanding": int(np.abs(s["targets"]["out"]).sum()), "open": int(np.abs(s["sites"]["inflight"]).sum()),
    }  # fmt: skip
    assert left == dict.fromkeys(left, 0)


@OFTEN
@given(SEEDS)
def test_every_instance_accounts_for_everything_that_arrived(seed: int) -> None:
    conductor = run(random_elastic_plan(seed, 20.0))
    series, s = conductor.series, conductor.world[0]
    present = np.zeros(len(conductor.plan.instances), int)
    frames = s["frames"][: s["n_used"]]
    for state in (*range(4, 10), JOINING):  # WAIT … BACKOFF, and who waits for parallel calls
        np.add.at(present, frames["inst"][(frames["state"] == state) & (frames["edge"] != HELPER)], 1)
    ended = (series.inst_completed.astype(int) + series.inst_rejected + series.inst_killed).sum(0)
    assert (series.inst_arrived.sum(0) == ended + present).all()


INTERPRETED = """
import sys, hashlib
from engine.validation.plans_elastic import random_elastic_plan
from tests.test_invariants import run
for seed in (2, 5, 12):
    series = run(random_elastic_plan(seed, 3.0)).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "inst_busy_s", "start_hist"))).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes_as_the_compiled_one() -> None:
    assert_same_when_interpreted(INTERPRETED)


def surge(start: float, end: float, factor: float):
    return fault("surge", start, end, lambda live: live.surge.__imul__(np.array([factor, 1.0])))


def test_a_surge_multiplies_the_rate_and_leaves_every_arrival_before_it_alone() -> None:
    plain = mm(100.0, 50, CONSTANT, duration_s=90.0)
    calm, busy = run(plain).series, run(dataclasses.replace(plain, faults=(surge(30.0, 60.0, 3.0),))).series
    assert (busy.start_begun[:30] == calm.start_begun[:30]).all()
    assert [busy.start_begun[a:b].sum() / 3000 for a, b in ((0, 30), (30, 60), (60, 90))] == pytest.approx([1, 3, 1], rel=0.1)


def test_surges_multiply_and_the_same_people_come_only_sooner() -> None:
    even = Source(((0.0, 10.0),), "even")
    nodes, edges = {"users": even, "web": Station(("a",), 99, None, CONSTANT)}, {("users", "web"): CallPolicy(5.0)}
    begun = run(make_plan(nodes, edges, duration_s=60.0, faults=(surge(20.0, 40.0, 2.0), surge(30.0, 50.0, 3.0)))).series.start_begun[:, 0]
    assert [int(begun[a : a + 10].sum()) for a in range(0, 60, 10)] == [100, 100, 200, 600, 300, 100]


def test_a_wave_comes_again_every_period() -> None:
    wave = Source(((0.0, 10.0), (5.0, 0.0), (7.0, 40.0)), "even", repeat_s=10.0)
    nodes, edges = {"users": wave, "web": Station(("a",), 99, None, CONSTANT)}, {("users", "web"): CallPolicy(5.0)}
    begun = run(make_plan(nodes, edges, duration_s=40.0)).series.start_begun[:, 0]
    assert begun.reshape(4, 10).tolist() == [[10, 10, 10, 10, 10, 0, 0, 40, 40, 40]] * 4


def test_a_user_asks_again_only_after_the_answer() -> None:
    nodes = {"users": Source(((0.0, 0.0),), users=5, think_s=0.2), "web": Station(("a",), 1, None, Distribution("constant", 1.0))}
    conductor = run(make_plan(nodes, {("users", "web"): CallPolicy(100.0)}, duration_s=60.0))
    series = conductor.series
    assert int(series.start_begun.sum()) <= 60 + 5 and series.inst_queue.max() <= 4
    assert series.inst_completed[10:, 1].min() == 1, "five users keep one server busy, and never send more than five"


def test_the_latest_in_a_lifo_queue_is_served_next() -> None:
    def waits(lifo: bool) -> np.ndarray:
        station = Station(("a",), 1, None, Distribution("constant", 1.0), lifo=lifo)
        nodes = {"users": Source(((0.0, 4.0), (1.0, 0.0)), "even"), "web": station}
        series = run(make_plan(nodes, {("users", "web"): CallPolicy(10.0)}, duration_s=10.0)).series
        return np.array([series.start_latency_s[0, 0]])

    assert waits(True) == pytest.approx(waits(False)), "who waits changes, not how long all of them wait"
    series = run(make_plan(
        {"users": Source(((0.0, 2.0),), "even"), "web": Station(("a",), 1, None, Distribution("constant", 1.0), lifo=True)},
        {("users", "web"): CallPolicy(3.0)}, duration_s=100.0)).series  # fmt: skip
    fresh = run(make_plan(
        {"users": Source(((0.0, 2.0),), "even"), "web": Station(("a",), 1, None, Distribution("constant", 1.0))},
        {("users", "web"): CallPolicy(3.0)}, duration_s=100.0)).series  # fmt: skip
    assert series.total_ends[0, 0] > 90 and fresh.total_ends[0, 0] < 10, "in overload the newest are answered in time, the oldest never"


def test_shedding_keeps_the_queue_short_and_says_so() -> None:
    station = Station(("a",), 10, None, CONSTANT, shed_above=1.5)
    series = run(make_plan({"users": Source(((0.0, 200.0),)), "web": station}, {("users", "web"): CallPolicy(9.0)}, duration_s=30.0)).series
    ends = series.total_ends[0]
    assert series.inst_queue_peak.max() == 5 and set(np.flatnonzero(ends)) == {0, OUTCOMES.index("shed")}
    assert ends[0] / 30 == pytest.approx(100, rel=0.02)


def fan(*stations: Station, parallel: bool = True, **keywords):
    """users → hub, which calls all stations."""
    names = [f"s{k}" for k in range(len(stations))]
    hub = Station(("a",), 1000, None, Distribution("constant", 0.0), parallel=parallel)
    nodes = {"users": Source(((0.0, 10.0),), "even"), "hub": hub, **dict(zip(names, stations, strict=True))}
    edges = {("users", "hub"): CallPolicy(30.0), **{("hub", name): CallPolicy(20.0) for name in names}}
    return make_plan(nodes, edges, **keywords)


def fixed(seconds: float, **keywords) -> Station:
    return Station(("a",), 1000, None, Distribution("constant", seconds), **keywords)


def test_parallel_calls_take_as_long_as_the_slowest_and_calls_in_order_as_all_together() -> None:
    stations = fixed(0.1), fixed(0.3), fixed(0.2)
    both = [run(fan(*stations, parallel=parallel, duration_s=20.0)).series for parallel in (True, False)]
    took = [series.total_latency_s[0] / series.total_ends[0, 0] for series in both]
    assert took == pytest.approx([0.3, 0.6])


def test_the_first_failure_answers_at_once_and_the_other_calls_go_on() -> None:
    stations = fixed(5.0), fixed(0.1), fixed(0.2)
    broken = fault("errors", 0.0, 1e9, lambda live: live.add_errors([3], 1.0))
    series = run(fan(*stations, duration_s=20.0, faults=(broken,))).series
    assert series.total_ends[0, 0] == 0 and series.total_ends[0, OUTCOMES.index("error")] == 200
    assert series.total_blame[2, OUTCOMES.index("error")] == 200, "the first cause is the dependency that failed"
    assert series.inst_completed[:, 2].sum() == 150, "the slow call is finished although nobody waits for it"
    assert series.inst_busy_s[:, 1].sum() == pytest.approx(0.0), "the hub answered in the very instant"


def test_a_hub_that_dies_takes_its_parallel_calls_with_it() -> None:
    plan = fan(fixed(2.0), fixed(3.0), duration_s=30.0, faults=(down(10.05, 15.0, [1], REFUSED),))
    conductor = run(plan)
    s, series = conductor.world[0], conductor.series
    assert series.inst_killed[10, 1] == 30, "three seconds of requests"
    assert series.start_ends[8:10, 0, OUTCOMES.index("refused")].sum() == 20
    assert int(np.abs(s["targets"]["out"]).max()) <= 31 and series.start_ends[15:25, 0, 0].tolist() == [10] * 10


def test_independent_parallel_calls_succeed_together_with_the_product_of_their_chances() -> None:
    flaky = fault("errors", 0.0, 1e9, lambda live: live.add_errors([2, 3, 4], 0.1))
    plan = fan(fixed(0.01), fixed(0.02), fixed(0.03), duration_s=2000.0, faults=(flaky,))
    ends = run(plan).series.total_ends[0]
    share, p = ends[0] / ends.sum(), 0.9**3
    assert abs(share - p) < 3.29 * (p * (1 - p) / ends.sum()) ** 0.5, "99.9 % of binomial samples"


def test_a_limiter_lets_through_its_burst_and_then_its_rate() -> None:
    nodes = {"users": Source(((0.0, 1000.0),), "even"), "gate": Limiter(500.0, 100.0), "web": fixed(0.0001)}
    edges = {("users", "gate"): CallPolicy(5.0), ("gate", "web"): CallPolicy(5.0)}
    series = run(make_plan(nodes, edges, duration_s=60.0)).series
    throttled = OUTCOMES.index("throttled")
    assert series.total_ends[0, 0] == pytest.approx(100 + 500 * 60, abs=2) and set(np.flatnonzero(series.total_ends[0])) == {0, throttled}
    assert series.start_ends[0, 0, throttled] == pytest.approx(400, abs=2) and series.start_ends[30, 0, throttled] == 500
    assert series.inst_rejected[:, 1].sum() == series.total_ends[0, throttled]


def test_a_limiter_that_rests_saves_at_most_its_burst() -> None:
    nodes = {"users": Source(((0.0, 0.0), (30.0, 400.0)), "even"), "gate": Limiter(10.0, 50.0), "web": Station(("a",), 9, None, CONSTANT)}
    edges = {("users", "gate"): CallPolicy(5.0), ("gate", "web"): CallPolicy(5.0)}
    series = run(make_plan(nodes, edges, duration_s=32.0)).series
    assert series.edge_calls[30, 1] == pytest.approx(50 + 10, abs=1)


def on_demand(rate: float, duration_s: float, arrivals: Literal["poisson", "even"] = "even", segments=None, **fields):
    """users → one function of 0.5 s, cold in 2 s."""
    function = Function(**{"service": Distribution("constant", 0.5), "cold_start": Distribution("constant", 2.0), "keep_alive_s": 60.0,
                           "concurrency": 1000, **fields})  # fmt: skip
    nodes = {"users": Source(segments or ((0.0, rate),), arrivals), "f": function}
    return run(make_plan(nodes, {("users", "f"): CallPolicy(60.0)}, duration_s=duration_s))


def test_the_first_requests_start_cold_and_later_ones_find_an_idle_environment() -> None:
    series = on_demand(4.0, 60.0).series
    assert series.inst_cold[:, 0].sum() == 10, "2.5 s times 4/s: until the first environment is free, each request needs its own"
    assert series.inst_environments[-1, 0] == 10 and series.start_latency_s[10:50].sum() == pytest.approx(0.5 * 4 * 40)


def test_the_newest_idle_environment_is_used_first_so_that_the_others_expire() -> None:
    series = on_demand(4.0, 120.0, keep_alive_s=30.0).series
    assert series.inst_environments[20, 0] == 10 and series.inst_environments[60:, 0].tolist() == [2] * 60
    assert series.inst_cold[10:].sum() == 0


def test_an_environment_that_is_used_too_rarely_is_cold_every_time() -> None:
    assert on_demand(0.1, 100.0, keep_alive_s=5.0).series.inst_cold.sum() == 10


def test_provisioned_environments_are_warm_from_the_start_and_stay() -> None:
    series = on_demand(4.0, 100.0, keep_alive_s=1.0, provisioned=3).series
    assert series.inst_cold.sum() == 0 and series.inst_environments[:, 0].tolist() == [3] * 100


def test_beyond_the_concurrency_limit_requests_are_throttled() -> None:
    series = on_demand(40.0, 30.0, concurrency=10).series
    throttled = OUTCOMES.index("throttled")
    assert set(np.flatnonzero(series.total_ends[0])) == {0, throttled} and series.inst_environments.max() == 10
    assert series.start_ends[10:25, 0, 0].sum() == 15 * 20, "ten environments of half a second each serve twenty a second"


def test_a_pool_grows_no_faster_than_its_scaling_rate() -> None:
    series = on_demand(0.0, 60.0, segments=((0.0, 0.0), (20.0, 400.0)), scaling_per_10_s=50.0).series
    alive = series.inst_environments[:, 0]
    assert alive[20] == pytest.approx(50 + 5, abs=1), "what was not used before does not accumulate"
    assert np.diff(alive[21:40]).tolist() == pytest.approx([5] * 18, abs=1)
    assert series.start_ends[20, 0, OUTCOMES.index("throttled")] > 300


def test_a_function_that_dies_comes_back_without_environments() -> None:
    plan = make_plan(
        {"users": Source(((0.0, 4.0),), "even"), "f": Function(CONSTANT, Distribution("constant", 1.0), 600.0, 100)},
        {("users", "f"): CallPolicy(9.0)}, duration_s=60.0, faults=(down(20.05, 30.0, [1], REFUSED),),
    )  # fmt: skip
    series = run(plan).series
    assert series.inst_environments[20:30].sum() == 0 and series.inst_cold[30:].sum() == series.inst_cold[:20].sum() > 0
