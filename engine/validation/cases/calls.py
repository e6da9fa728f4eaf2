"""Failures and retries, as probability has them.

Independent failures, attempts that multiply down a chain, second attempts sent early, degraded answers.
"""

from __future__ import annotations

import math

from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.control.conductor import Conductor
from engine.live import REFUSED
from engine.plan import Plan
from engine.series import EXTRAS
from engine.validation.case import BUCKET_ERROR, Case, Quantity, once, replicated
from engine.validation.measuring import mean_s, quantile, share_of
from engine.validation.plans import fault, make_plan

PLACE = 20
WIDE = 1_000_000
OK = share_of(0)


def extra(c: Conductor, name: str, edge: int = 0) -> int:
    return int(c.series.edge_extras[:, edge, EXTRAS.index(name)].sum())


def attempts_per_call(c: Conductor) -> float:
    return float(c.series.edge_attempts.sum() / c.series.edge_calls.sum())


def retried(p: float, retries: int) -> Case:
    flaky = fault("errors", 0.0, math.inf, lambda live: live.add_errors([1], p))
    nodes = {"users": Source(((0.0, 1000.0),)), "api": Station(("a",), WIDE, None, Distribution("constant", 0.001))}
    quantities = [Quantity("share that succeeds", "", 1 - p ** (1 + retries), OK)]
    if retries:
        quantities.append(Quantity("attempts per call", "", (1 - p ** (1 + retries)) / (1 - p), attempts_per_call))
    return replicated(
        f"Every attempt fails with p = {p}, {retries} retries", "1 − pᴺ⁺¹ succeed, (1 − pᴺ⁺¹) / (1 − p) attempts: geometric series",
        lambda: make_plan(nodes, {("users", "api"): CallPolicy(5.0, 1 + retries)}, duration_s=60.0, faults=(flaky,)), *quantities,
    )  # fmt: skip


def dead_leaf() -> Plan:
    tier = Station(("a",), WIDE, None, Distribution("constant", 0.001))
    nodes = {"users": Source(((0.0, 10.0),), "even")} | dict.fromkeys(["one", "two", "three", "leaf"], tier)
    policy = CallPolicy(30.0, 3)
    edges = {("users", "one"): CallPolicy(100.0), ("one", "two"): policy, ("two", "three"): policy, ("three", "leaf"): policy}
    dead = fault("refused", 0.0, math.inf, lambda live: live.take_down([4], REFUSED))
    return make_plan(nodes, edges, duration_s=10.0, faults=(dead,))


def at_tier(depth: int) -> Quantity:
    return Quantity(f"attempts per request at depth {depth}", "", 3**depth, lambda c: float(c.series.edge_attempts.sum(0)[depth] / 100))


def all_needed(share_up: float, calls: int) -> Case:
    flaky = fault("errors", 0.0, math.inf, lambda live: live.add_errors(list(range(2, 2 + calls)), 1 - share_up))
    leaf = Station(("a",), WIDE, None, Distribution("constant", 0.001))
    nodes = {"users": Source(((0.0, 2000.0),)), "hub": Station(("a",), WIDE, None, Distribution("constant", 0.0), parallel=True)}
    nodes |= {f"part {k}": leaf for k in range(calls)}
    edges = {("users", "hub"): CallPolicy(5.0)} | {("hub", f"part {k}"): CallPolicy(5.0) for k in range(calls)}
    return replicated(
        f"{calls} parallel calls that succeed with {share_up}, all needed", f"{share_up}^{calls}: independent of each other",
        lambda: make_plan(nodes, edges, duration_s=30.0, faults=(flaky,)), Quantity("share that succeeds", "", share_up**calls, OK),
    )  # fmt: skip


def hedged() -> Case:
    m, d = 0.02, 0.03
    share = math.exp(-d / m)
    nodes = {"users": Source(((0.0, 2000.0),)), "web": Station(("a",), 100_000, None, Distribution("exponential", m))}
    return replicated(
        "A second attempt after 30 ms, service exponential with 20 ms",
        "P(W > t) = e^(−t/m) before d, then e^(−t/m) e^(−(t − d)/m): Dean and Barroso, The Tail at Scale, 2013",
        lambda: make_plan(nodes, {("users", "web"): CallPolicy(60.0, hedge_s=d)}, duration_s=20.0),
        Quantity("mean latency", "s", m * (1 - share) + m / 2 * share, mean_s),
        Quantity("p99 latency", "s", (d - m * math.log(0.01)) / 2, quantile(0.99), BUCKET_ERROR),
        Quantity("hedges per call", "", share, lambda c: extra(c, "hedges") / int(c.series.edge_calls.sum())),
        Quantity("hedges that win", "", 0.5, lambda c: extra(c, "hedge_wins") / max(1, extra(c, "hedges"))),
    )


def degraded(share: float) -> Case:
    nodes = {"users": Source(((0.0, 1000.0),)), "web": Station(("a",), 100_000, None, Distribution("constant", 0.001)),
             "db": Station(("a",), 100_000, None, Distribution("constant", 0.001))}  # fmt: skip
    edges = {("users", "web"): CallPolicy(5.0), ("web", "db"): CallPolicy(1.0, fallback=share)}
    flaky = fault("errors", 0.0, math.inf, lambda live: live.add_errors([2], 0.4))
    return replicated(
        f"40 % of the calls fail, {share:.0%} of those fall back", "degraded 0.4 s, ok 1 − 0.4 (1 − s)",
        lambda: make_plan(nodes, edges, duration_s=30.0, faults=(flaky,)),
        Quantity("share of degraded answers", "", 0.4 * share, lambda c: float(c.series.total_degraded[0] / c.series.total_begun[0])),
        Quantity("share that succeeds", "", 1 - 0.4 * (1 - share), OK, 1e-9),
    )  # fmt: skip


CASES = (
    retried(0.3, 0),
    retried(0.3, 1),
    retried(0.3, 3),
    once(
        "Three tiers with three attempts each, the leaf dead", "3^d attempts at depth d", dead_leaf, at_tier(1), at_tier(2), at_tier(3),
    ),
    all_needed(0.99, 3),
    hedged(),
    degraded(1.0),
    degraded(0.3),
)  # fmt: skip
