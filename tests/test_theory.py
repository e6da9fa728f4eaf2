"""Queueing theory: exact values, and tolerances computed from replications (a 99.9 % interval of Student's t), never chosen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.control.conductor import Conductor
from engine.live import REFUSED
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import Series, percentile_s
from engine.validation.plans import fault, make_plan, mm

REPLICATIONS = 16
STUDENT_T = 4.073  # two-sided 99.9 %, 15 degrees of freedom
BUCKET_ERROR = 0.012  # a percentile read from log-linear buckets is this far off at most (16 buckets per octave, linear within)


def run(plan: Plan) -> Series:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    return conductor.sync()


def estimate(make: Callable[[int], Plan], *measures: Callable[[Series], float]) -> list[tuple[float, float]]:
    """(mean, half width of the 99.9 % interval) of each measure over independent seeds."""
    values = np.array([[measure(series) for measure in measures] for series in (run(make(seed)) for seed in range(REPLICATIONS))])
    half = STUDENT_T * values.std(0, ddof=1) / math.sqrt(REPLICATIONS)
    return [(float(m), float(h)) for m, h in zip(values.mean(0), half, strict=True)]


def mean_s(series: Series) -> float:
    return float(series.total_latency_s[0] / series.total_ends[0, 0])


def quantile(share: float) -> Callable[[Series], float]:
    return lambda series: percentile_s(series.total_hist[0], share)


def lost(series: Series) -> float:
    ends = series.total_ends[0]
    return float(ends[OUTCOMES.index("queue_full")] / ends.sum())


def assert_close(found: tuple[float, float], exact: float, relative: float = 0.0) -> None:
    value, half_width = found
    assert abs(value - exact) <= half_width + relative * exact, f"{value:.6g} ± {half_width:.2g}, exact {exact:.6g}"
    assert half_width < 0.05 * exact, "an interval this wide would prove nothing"


def exponential(mean: float) -> Distribution:
    return Distribution("exponential", mean)


def test_mm1_waits_as_pollaczek_says_and_its_time_in_system_is_exponential() -> None:
    # M/M/1, λ = 800/s, S = 1 ms: W = S / (1 − ρ) = 5 ms; quantiles −W ln(1 − p). Kleinrock, Queueing Systems I, ch. 3
    found = estimate(
        lambda seed: mm(800.0, 1, exponential(0.001), seed=seed, duration_s=300.0, warmup_s=5.0),
        mean_s, quantile(0.5), quantile(0.95), quantile(0.99),
    )
    assert_close(found[0], 0.005)
    for measured, exact in zip(found[1:], (0.00346574, 0.01497866, 0.02302585), strict=True):
        assert_close(measured, exact, BUCKET_ERROR)


@pytest.mark.parametrize(
    ("rate", "servers", "service_s", "mean", "p99"), [(250.0, 8, 0.024, 0.028284, 0.117804), (1000.0, 16, 0.012, 0.0126137, 0.056054)]
)
def test_mmc_waits_as_erlang_c_says(rate: float, servers: int, service_s: float, mean: float, p99: float) -> None:
    duration = 150_000 / rate
    plan = lambda seed: mm(rate, servers, exponential(service_s), seed=seed, duration_s=duration, warmup_s=5.0)  # noqa: E731
    found = estimate(plan, mean_s, quantile(0.99))
    assert_close(found[0], mean)
    assert_close(found[1], p99, BUCKET_ERROR)


@pytest.mark.parametrize("form", ["chain that frees its slot", "orchestrator"])
def test_tandem_of_two_stations_is_the_sum_of_both(form: str) -> None:
    # Burke's theorem: the output of M/M/c is Poisson, so the second station is M/M/16 and both times are independent
    web = Station(("a",) * 4, 8, None, exponential(0.024), holds_slot=form == "orchestrator")
    db = Station(("a",), 16, None, exponential(0.012))
    users = Source(((0.0, 1000.0),))
    long = CallPolicy(1000.0)

    def make(seed: int) -> Plan:
        if form == "orchestrator":
            router = Station(("a",), 1_000_000, None, Distribution("constant", 0.0))
            edges = {("users", "router"): long, ("router", "web"): long, ("router", "db"): long}
            return make_plan({"users": users, "router": router, "web": web, "db": db}, edges, seed=seed, duration_s=150.0, warmup_s=5.0)
        edges = {("users", "web"): long, ("web", "db"): long}
        return make_plan({"users": users, "web": web, "db": db}, edges, seed=seed, duration_s=150.0, warmup_s=5.0)

    found = estimate(make, mean_s, quantile(0.99))
    assert_close(found[0], 0.0408975)
    assert_close(found[1], 0.134988, BUCKET_ERROR)


@pytest.mark.parametrize(
    ("service", "waiting"),
    [(Distribution("constant", 1e-3), 2.0e-3), (exponential(1e-3), 4.0e-3),
     (Distribution("lognormal", 1e-3 / math.sqrt(5), math.sqrt(math.log(5))), 10.0e-3)],
)
def test_mg1_waits_as_pollaczek_and_khinchine_say(service: Distribution, waiting: float) -> None:
    # Wq = ρ / (1 − ρ) · (1 + cv²) / 2 · S with ρ = 0.8, S = 1 ms and cv² = 0, 1, 4. Kleinrock I, ch. 5
    found = estimate(lambda seed: mm(800.0, 1, service, seed=seed, duration_s=1200.0, warmup_s=10.0), lambda s: mean_s(s) - 1e-3)
    assert_close(found[0], waiting)


@pytest.mark.parametrize(
    ("offered", "servers", "loss", "duration_s"), [(10, 10, 0.214582, 300.0), (20, 25, 0.050222, 300.0), (100, 117, 0.009790, 300.0)]
)
def test_loss_without_a_queue_is_erlang_b(offered: float, servers: int, loss: float, duration_s: float) -> None:
    service = exponential(0.01)
    found = estimate(lambda seed: mm(offered * 100.0, servers, service, capacity=0, seed=seed, duration_s=duration_s, warmup_s=1.0), lost)
    assert_close(found[0], loss)


@pytest.mark.parametrize(("rho", "loss"), [(0.8, 0.023493), (1.5, 0.337232)])
def test_loss_of_a_bounded_queue_is_that_of_mm1k(rho: float, loss: float) -> None:
    # K = 10 counts the one in service, so nine may wait: (1 − ρ) ρ^K / (1 − ρ^(K+1))
    found = estimate(lambda seed: mm(1000.0 * rho, 1, exponential(0.001), capacity=9, seed=seed, duration_s=200.0, warmup_s=1.0), lost)
    assert_close(found[0], loss)


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_independent_failures_and_retries(retries: int) -> None:
    # success 1 − p^(N+1), attempts per call (1 − p^(N+1)) / (1 − p)
    p = 0.3
    flaky = fault("errors", 0.0, math.inf, lambda live: live.add_errors([1], p))
    nodes = {"users": Source(((0.0, 1000.0),)), "api": Station(("a",), 1_000_000, None, Distribution("constant", 0.001))}
    found = estimate(
        lambda seed: make_plan(nodes, {("users", "api"): CallPolicy(5.0, 1 + retries)}, seed=seed, duration_s=60.0, faults=(flaky,)),
        lambda s: float(s.total_ends[0, 0] / s.total_ends[0].sum()),
        lambda s: float(s.edge_attempts.sum() / s.edge_calls.sum()),
    )
    assert_close(found[0], 1 - p ** (1 + retries))
    if retries:
        assert_close(found[1], (1 - p ** (1 + retries)) / (1 - p))


def test_three_tiers_with_three_attempts_each_send_27_attempts_to_a_dead_leaf() -> None:
    tier = Station(("a",), 1_000_000, None, Distribution("constant", 0.001))
    names = ["one", "two", "three", "leaf"]
    nodes = {"users": Source(((0.0, 10.0),), "even")} | dict.fromkeys(names, tier)
    policy = CallPolicy(30.0, 3)
    edges = {("users", "one"): CallPolicy(100.0), ("one", "two"): policy, ("two", "three"): policy, ("three", "leaf"): policy}
    dead = fault("refused", 0.0, math.inf, lambda live: live.take_down([4], REFUSED))
    series = run(make_plan(nodes, edges, duration_s=10.0, faults=(dead,)))
    assert series.edge_attempts.sum(0).tolist() == [100, 300, 900, 2700]


def test_a_dead_target_is_ejected_uniformly_between_35_and_65_seconds() -> None:
    # interval 30 s, timeout 5 s, threshold 2: the wait for the next probe is uniform over an interval, then a second one, then its timeout
    check = HealthCheck(30, 5, 2, 5)
    nodes = {
        "users": Source(((0.0, 1.0),)), "front": Balancer("round_robin", check), "web": Station(("a",) * 400, 1, None, exponential(0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(5.0)}
    dead = fault("black hole", 100.0, math.inf, lambda live: live.take_down(list(range(2, 402)), 2))
    conductor = Conductor(make_plan(nodes, edges, duration_s=200.0, faults=(dead,)))
    conductor.run_to(conductor.end)
    delays = np.array([e.t_s - 100.0 for e in conductor.events if e.kind == "unhealthy"])
    assert len(delays) == 400 and delays.min() >= 35.0 and delays.max() <= 65.0
    # Kolmogorov–Smirnov against the uniform distribution, 99.9 %: D < 1.95 / √n
    steps = np.arange(401) / 400
    uniform = (np.sort(delays) - 35.0) / 30.0
    assert max(np.abs(uniform - steps[:-1]).max(), np.abs(uniform - steps[1:]).max()) < 1.95 / math.sqrt(400)
