"""Exact results for service distributions, users who think and the order of service; tolerances from replications, as in test_theory."""

from __future__ import annotations

import math

import pytest

from engine.behaviours import CallPolicy, Distribution, Function, Source, Station
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import Series
from engine.validation.plans import make_plan, mm
from tests.test_theory import assert_close, estimate, exponential, mean_s


@pytest.mark.parametrize(
    ("service", "waiting"),
    [(Distribution("erlang", 1e-3, shape=4.0), 2.5e-3), (Distribution("pareto", 0.8e-3, shape=5.0), 0.8 / 0.2 * (1 + 1 / 15) / 2 * 1e-3)],
)
def test_mg1_waits_as_pollaczek_and_khinchine_say(service: Distribution, waiting: float) -> None:
    # Wq = ρ / (1 − ρ) · (1 + cv²) / 2 · S with ρ = 0.8, S = 1 ms; cv² = 1/4 (Erlang-4), 1 / (α (α − 2)) = 1/15 (Pareto, α = 5)
    found = estimate(lambda seed: mm(800.0, 1, service, seed=seed, duration_s=600.0, warmup_s=10.0), lambda s: mean_s(s) - 1e-3)
    assert_close(found[0], waiting)


def machine_repairman(users: int, think_s: float, service_s: float) -> float:
    """Mean response time of N users who think exponentially and one exponential server: N / X − Z, with X from the birth–death chain."""
    weights = [math.factorial(users) / math.factorial(users - n) * (service_s / think_s) ** n for n in range(users + 1)]
    throughput = (1 - weights[0] / sum(weights)) / service_s
    return users / throughput - think_s


@pytest.mark.parametrize(("users", "think_s", "service_s"), [(5, 0.05, 0.01), (20, 0.1, 0.006), (20, 0.1, 0.002)])
def test_users_who_think_wait_as_the_machine_repairman_says(users: int, think_s: float, service_s: float) -> None:
    # M/M/1//N. Kleinrock, Queueing Systems I, ch. 3
    def make(seed: int) -> Plan:
        nodes = {"users": Source(((0.0, 0.0),), users=users, think_s=think_s), "web": Station(("a",), 1, None, exponential(service_s))}
        return make_plan(nodes, {("users", "web"): CallPolicy(80_000.0)}, seed=seed, duration_s=600.0, warmup_s=5.0)

    assert_close(estimate(make, mean_s)[0], machine_repairman(users, think_s, service_s))


def test_the_order_of_service_changes_the_spread_but_not_the_mean() -> None:
    # Without regard to length, every order of service has the mean wait of M/M/1: W = 5 ms at ρ = 0.8. Kleinrock I, ch. 3
    def make(seed: int) -> Plan:
        nodes = {"users": Source(((0.0, 800.0),)), "web": Station(("a",), 1, None, exponential(0.001), lifo=True)}
        return make_plan(nodes, {("users", "web"): CallPolicy(80_000.0)}, seed=seed, duration_s=300.0, warmup_s=5.0)

    assert_close(estimate(make, mean_s)[0], 0.005)


def test_two_parallel_exponential_calls_take_the_longer_of_both() -> None:
    # E max of two independent exponentials of mean m: 3 m / 2
    def make(seed: int) -> Plan:
        wide = Station(("a",), 1_000_000, None, exponential(0.02))
        hub = Station(("a",), 1_000_000, None, Distribution("constant", 0.0), parallel=True)
        nodes = {"users": Source(((0.0, 500.0),)), "hub": hub, "one": wide, "two": wide}
        long = CallPolicy(1000.0)
        edges = {("users", "hub"): long, ("hub", "one"): long, ("hub", "two"): long}
        return make_plan(nodes, edges, seed=seed, duration_s=60.0, warmup_s=1.0)

    def mean(s: Series) -> float:
        return mean_s(s)

    assert_close(estimate(make, mean)[0], 0.03)


@pytest.mark.parametrize(("offered", "limit", "loss"), [(10, 10, 0.214582), (20, 25, 0.050222)])
def test_a_function_at_its_limit_loses_what_erlang_b_says(offered: int, limit: int, loss: float) -> None:
    # without cold starts and with a quick scaling rate a function is M/M/c/c. Kleinrock I, ch. 3
    function = Function(exponential(0.01), Distribution("constant", 0.0), 1e4, limit, scaling_per_10_s=1e5)

    def make(seed: int) -> Plan:
        nodes = {"users": Source(((0.0, offered * 100.0),)), "f": function}
        return make_plan(nodes, {("users", "f"): CallPolicy(80_000.0)}, seed=seed, duration_s=120.0, warmup_s=1.0)

    def lost(s: Series) -> float:
        return float(s.total_ends[0, OUTCOMES.index("throttled")] / s.total_ends[0].sum())

    assert_close(estimate(make, lost)[0], loss)


def test_a_rarely_used_function_starts_cold_as_often_as_gaps_outlast_its_keep_alive() -> None:
    # with work of no length requests never overlap: P(cold) = P(gap > T) = e^(−λ T)
    function = Function(Distribution("constant", 0.0), Distribution("constant", 0.0), 2.0, 100)

    def make(seed: int) -> Plan:
        return make_plan({"users": Source(((0.0, 0.5),)), "f": function}, {("users", "f"): CallPolicy(9.0)}, seed=seed, duration_s=4000.0)

    assert_close(estimate(make, lambda s: float(s.inst_cold.sum() / s.total_ends[0, 0]))[0], math.exp(-1.0))
