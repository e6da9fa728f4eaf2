"""Waiting and loss, as queueing theory has them.

Systems small enough to be solved on paper. Means are compared with the formula; percentiles are read from histograms whose buckets are
1.2 % wide at most.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.control.conductor import Conductor
from engine.kernel.layout import ticks
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.validation.case import BUCKET_ERROR, Case, Effort, Quantity, Row, replicated
from engine.validation.measuring import intervals, mean_s, quantile, share_of
from engine.validation.plans import make_plan, mm

PLACE = 10
LONG = CallPolicy(1000.0)


def exponential(mean: float) -> Distribution:
    return Distribution("exponential", mean)


def mean(exact: float) -> Quantity:
    return Quantity("mean time in system", "s", exact, mean_s)


def percentile(number: int, exact: float) -> Quantity:
    return Quantity(f"p{number} of it", "s", exact, quantile(number / 100), BUCKET_ERROR)


def waiting_share(plan: Plan, seed: int, every_s: float = 0.02) -> float:
    """Share of instants at which every slot is taken, which is what Poisson arrivals see (PASTA: Wolff, 1982)."""
    conductor = Conductor(replace(plan, seed=seed))
    instants = np.arange(plan.warmup_s, plan.duration_s, every_s)
    full = 0
    for t in instants:
        conductor.run_to(ticks(t))
        inst = conductor.world[0]["inst"][1]
        full += int(inst["busy"] == inst["slots"])
    return full / len(instants)


def erlang_c(title: str, rate: float, servers: int, service_s: float, wait: float, exact_mean: float, p99: float) -> Case:
    plan = mm(rate, servers, exponential(service_s), duration_s=150_000 / rate, warmup_s=5.0)
    timed = replicated(title, "", lambda: plan, mean(exact_mean), percentile(99, p99))

    def rows(effort: Effort) -> list[Row]:
        shares = np.array([[waiting_share(plan, seed)] for seed in range(effort.replications)])
        ((found, half),) = intervals(shares)
        return [Row("share that waits", "", wait, found, half, widest=effort.widest), *timed.rows(effort)]

    return Case(title, "Erlang C: P(wait) and W = P(wait) S / (c (1 − ρ)) + S. Kleinrock, Queueing Systems I, ch. 3", rows)


def tandem(form: str) -> Plan:
    """1000/s over four stations M/M/8, then one M/M/16; the chain frees its slot, the orchestrator calls one after the other."""
    web = Station(("a",) * 4, 8, None, exponential(0.024), holds_slot=form == "orchestrator")
    db, users = Station(("a",), 16, None, exponential(0.012)), Source(((0.0, 1000.0),))
    if form == "orchestrator":
        router = Station(("a",), 1_000_000, None, Distribution("constant", 0.0))
        edges = {("users", "router"): LONG, ("router", "web"): LONG, ("router", "db"): LONG}
        return make_plan({"users": users, "router": router, "web": web, "db": db}, edges, duration_s=150.0, warmup_s=5.0)
    edges = {("users", "web"): LONG, ("web", "db"): LONG}
    return make_plan({"users": users, "web": web, "db": db}, edges, duration_s=150.0, warmup_s=5.0)


BURKE = "sum of both stations, independent of each other because the output of M/M/c is Poisson: Burke, 1956"


def pollaczek(title: str, service: Distribution, waiting: float, duration_s: float = 1200.0) -> Case:
    return replicated(
        title, "Wq = ρ / (1 − ρ) · (1 + cv²) / 2 · S: Pollaczek and Khinchine; Kleinrock, Queueing Systems I, ch. 5",
        lambda: mm(800.0, 1, service, duration_s=duration_s, warmup_s=10.0),
        Quantity("mean wait", "s", waiting, lambda c: mean_s(c) - 1e-3),
    )  # fmt: skip


def lost(exact: float) -> Quantity:
    return Quantity("share turned away", "", exact, share_of(OUTCOMES.index("queue_full")))


def erlang_b(offered: int, servers: int, loss: float) -> Case:
    return replicated(
        f"M/M/{servers}/{servers}, {offered} erlangs: no place to wait", "Erlang B; Kleinrock, Queueing Systems I, ch. 3",
        lambda: mm(offered * 100.0, servers, exponential(0.01), capacity=0, duration_s=300.0, warmup_s=1.0), lost(loss),
    )  # fmt: skip


def bounded(rho: float, loss: float) -> Case:
    return replicated(
        f"M/M/1/10 at ρ = {rho}: nine may wait, one is served", "(1 − ρ) ρᴷ / (1 − ρᴷ⁺¹) with K = 10; Kleinrock, Queueing Systems I, ch. 3",
        lambda: mm(1000.0 * rho, 1, exponential(0.001), capacity=9, duration_s=200.0, warmup_s=1.0), lost(loss),
    )  # fmt: skip


def machine_repairman(users: int, think_s: float, service_s: float) -> float:
    """Mean response time of N users who think exponentially and one exponential server: N / X − Z, with X from the birth–death chain."""
    weights = [math.factorial(users) / math.factorial(users - n) * (service_s / think_s) ** n for n in range(users + 1)]
    throughput = (1 - weights[0] / sum(weights)) / service_s
    return users / throughput - think_s


def thinkers(users: int, think_s: float, service_s: float) -> Case:
    source = Source(((0.0, 0.0),), users=users, think_s=think_s)
    nodes = {"users": source, "web": Station(("a",), 1, None, exponential(service_s))}
    return replicated(
        f"{users} users who think {think_s:g} s, one server of {service_s * 1e3:g} ms",
        "M/M/1//N, the machine repairman: R = N / X − Z; Kleinrock, Queueing Systems I, ch. 3",
        lambda: make_plan(nodes, {("users", "web"): CallPolicy(80_000.0)}, duration_s=600.0, warmup_s=5.0),
        mean(machine_repairman(users, think_s, service_s)),
    )


def last_come() -> Plan:
    nodes = {"users": Source(((0.0, 800.0),)), "web": Station(("a",), 1, None, exponential(0.001), lifo=True)}
    return make_plan(nodes, {("users", "web"): CallPolicy(80_000.0)}, duration_s=300.0, warmup_s=5.0)


def both_at_once() -> Plan:
    wide = Station(("a",), 1_000_000, None, exponential(0.02))
    hub = Station(("a",), 1_000_000, None, Distribution("constant", 0.0), parallel=True)
    nodes = {"users": Source(((0.0, 500.0),)), "hub": hub, "one": wide, "two": wide}
    return make_plan(nodes, {("users", "hub"): LONG, ("hub", "one"): LONG, ("hub", "two"): LONG}, duration_s=60.0, warmup_s=1.0)


SPREAD = Distribution("lognormal", 1e-3 / math.sqrt(5), math.sqrt(math.log(5)))  # cv² = 4
HEAVY = Distribution("pareto", 0.8e-3, shape=5.0)
CASES = (
    replicated(
        "M/M/1 at ρ = 0.8, S = 1 ms", "W = S / (1 − ρ), quantiles −W ln(1 − p): exponential; Kleinrock, Queueing Systems I, ch. 3",
        lambda: mm(800.0, 1, exponential(0.001), duration_s=300.0, warmup_s=5.0),
        mean(0.005), percentile(50, 0.00346574), percentile(95, 0.01497866), percentile(99, 0.02302585),
    ),
    erlang_c("M/M/8, 250/s, S = 24 ms", 250.0, 8, 0.024, 0.356981, 0.028284, 0.117804),
    erlang_c("M/M/16, 1000/s, S = 12 ms", 1000.0, 16, 0.012, 0.204574, 0.0126137, 0.056054),
    replicated("Tandem of both, a chain that frees its slot", BURKE, lambda: tandem("chain"), mean(0.0408975), percentile(99, 0.134988)),
    replicated("Tandem of both, called in order by one", BURKE, lambda: tandem("orchestrator"), mean(0.0408975), percentile(99, 0.134988)),
    pollaczek("M/D/1 at ρ = 0.8", Distribution("constant", 1e-3), 2.0e-3),
    pollaczek("M/E₄/1 at ρ = 0.8", Distribution("erlang", 1e-3, shape=4.0), 2.5e-3, 600.0),
    pollaczek("M/M/1 at ρ = 0.8", exponential(1e-3), 4.0e-3),
    pollaczek("M/G/1 at ρ = 0.8, lognormal with cv² = 4", SPREAD, 10.0e-3),
    pollaczek("M/G/1 at ρ = 0.8, Pareto with α = 5, cv² = 1/15", HEAVY, 4 * (1 + 1 / 15) / 2 * 1e-3, 600.0),
    erlang_b(10, 10, 0.214582),
    erlang_b(20, 25, 0.050222),
    erlang_b(100, 117, 0.009790),
    bounded(0.8, 0.023493),
    bounded(1.5, 0.337232),
    thinkers(5, 0.05, 0.01),
    thinkers(20, 0.1, 0.006),
    thinkers(20, 0.1, 0.002),
    replicated(
        "M/M/1 at ρ = 0.8, the latest served first", "the order of service changes the spread, not the mean; Kleinrock I, ch. 3",
        last_come, mean(0.005),
    ),
    replicated("Two parallel exponential calls of 20 ms", "E max of two: 3 m / 2", both_at_once, mean(0.03)),
)  # fmt: skip
