"""How long it takes to notice and to move.

Detection and propagation are clocks with a random phase: what they cost is a uniform distribution, not a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.behaviours import Balancer, CallPolicy, Distribution, Failover, HealthCheck, Resolver, Source, Station, Store
from engine.control.conductor import Conductor
from engine.plan import Plan
from engine.validation.case import Case, Effort, Quantity, Row, replicated
from engine.validation.measuring import intervals, play
from engine.validation.plans import down, fault, make_plan

PLACE = 30
QUICK = Distribution("constant", 0.0001)


def ejected(targets: int = 400) -> Plan:
    """All targets of a balancer turn into black holes at 100 s; interval 30 s, timeout 5 s, threshold 2."""
    web = Station(("a",) * targets, 1, None, Distribution("exponential", 0.01))
    nodes = {"users": Source(((0.0, 1.0),)), "front": Balancer("round_robin", HealthCheck(30, 5, 2, 5)), "web": web}
    dead = fault("black hole", 100.0, math.inf, lambda live: live.take_down(list(range(2, 2 + targets)), 2))
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(5.0)}
    return make_plan(nodes, edges, duration_s=200.0, faults=(dead,))


def ejection(effort: Effort) -> list[Row]:
    targets = 400
    seeds = max(1, effort.replications // 4)
    delays = [e.t_s - 100.0 for seed in range(seeds) for e in play(replace(ejected(), seed=seed)).events if e.kind == "unhealthy"]
    sample = np.sort(np.array(delays))
    ((mean, half),) = intervals(sample[:, None])
    n = len(sample)
    uniform, steps = (sample - 35.0) / 30.0, np.arange(n + 1) / n
    distance = max(np.abs(uniform - steps[:-1]).max(), np.abs(uniform - steps[1:]).max())
    return [
        Row("targets ejected", "", targets * seeds, n),
        Row("earliest", "s", 35.0, float(sample[0]), sign="≥"),
        Row("latest", "s", 65.0, float(sample[-1]), sign="≤"),
        Row("mean", "s", 50.0, mean, half, widest=effort.widest),
        Row("distance from uniform (Kolmogorov–Smirnov, 99.9 %)", "", 1.95 / math.sqrt(n), float(distance), sign="≤"),
    ]


STRUCK_S, TTL_S = 20.25, 30.0
WATCH = Failover(1.0, 0.5, 3, 2.0, 4.0, TTL_S, 10.0)
PROMOTED_S = (3 - 0.5) * 1.0 + 0.5 + 2.0 + 4.0  # detect: uniform phase, three misses, the last one's timeout; decide; promote
ROUTE = HealthCheck(10.0, 4.0, 3, 3)
DETECTED_S = (3 - 0.5) * 10.0 + 4.0


def moved() -> Plan:
    """A primary dies; each of 300 callers keeps its address for up to the TTL."""
    web, db = Station(("a",) * 300, 100, None, QUICK), Store(("a", "b"), 100_000, None, QUICK, WATCH)
    edges = {("users", "web"): CallPolicy(5.0), ("web", "db"): CallPolicy(0.1)}
    nodes = {"users": Source(((0.0, 3000.0),)), "web": web, "db": db}
    return make_plan(nodes, edges, duration_s=90.0, faults=(down(STRUCK_S, 1e9, [301]),))


def renamed() -> Plan:
    """The first of two services turns into a black hole; a name with failover leads to them, its answers kept for the TTL."""
    web = Station(("a",), 1000, None, QUICK)
    nodes = {"users": Source(((0.0, 1000.0),)), "dns": Resolver("failover", TTL_S, ROUTE), "one": web, "two": web}
    policy = CallPolicy(0.1)
    edges = {("users", "dns"): policy, ("dns", "one"): policy, ("dns", "two"): policy}
    return make_plan(nodes, edges, duration_s=110.0, faults=(down(STRUCK_S, 1e9, [2]),))


def failing(c: Conductor) -> np.ndarray:
    """Share of failed requests by the second they started in."""
    ends = c.series.start_ends[:, 0]
    return ends[:, 1:].sum(axis=1) / np.maximum(1, ends.sum(axis=1))


def noticed_s(c: Conductor) -> float:
    """When the new address was there to be asked for."""
    promoted = [float(str(e.data["to_s"])) for e in c.events if e.data.get("phase") == "promote"]
    return promoted[0] if promoted else next(e.t_s for e in c.events if e.kind == "unhealthy")


def still_old(c: Conductor) -> float:
    """Share that still uses the old address a quarter through the TTL; the tail is a straight line, so ten seconds are turned to there."""
    since = noticed_s(c)
    seconds = np.arange(math.ceil(since) + 2, math.ceil(since) + 12)
    return float(np.mean(failing(c)[seconds] + (seconds + 0.5 - since - TTL_S / 4) / TTL_S))


def outage(title: str, source: str, plan: Callable[[], Plan], noticed_after_s: float) -> Case:
    return replicated(
        title, source, plan,
        Quantity("mean outage of a caller", "s", noticed_after_s + TTL_S / 2, lambda c: float(failing(c).sum()), allowance=0.005),
        Quantity("callers on the old address a quarter through the TTL", "", 0.75, still_old),
        Quantity("callers on it after the TTL", "", 0.0, lambda c: float(failing(c)[math.ceil(noticed_s(c) + TTL_S + 0.1) :].sum())),
        times=4,  # a run has one detection
    )  # fmt: skip


CASES = (
    Case(
        "Ejection of a black hole: every 30 s, timeout 5 s, threshold 2",
        "uniform in [35, 65] s: a wait for the next probe, one interval, the second probe's timeout", ejection,
    ),
    outage("Failover of a database, its name kept for 30 s", "detect + decide + promote + TTL / 2; the tail is linear", moved, PROMOTED_S),
    outage("DNS failover: every 10 s, timeout 4 s, three failures, TTL 30 s", "detect + TTL / 2; the tail is linear", renamed, DETECTED_S),
)
