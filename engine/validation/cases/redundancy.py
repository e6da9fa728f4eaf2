"""How many of several have to be up.

Members that are down independently of each other, by chance: how often enough of them are left to answer.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from functools import cache

import numpy as np

from engine.behaviours import Balancer, CallPolicy, Distribution, Failover, HealthCheck, Keys, Source, Station, Store
from engine.live import BLACK_HOLE
from engine.plan import Plan, PlanFault
from engine.validation.case import Case, Effort, Row
from engine.validation.measuring import intervals, play
from engine.validation.plans import down, make_plan

PLACE = 25
SETTLED_S, ENOUGH_S, DOWN_S, WINDOW_S = 10, 15, 20, 30  # looked at from, when controllers have acted, to · members come back · all is well
QUICK = Failover(0.5, 0.2, 2, 0.1, 0.2, 0.1, 0.3)
ONE_MS = Distribution("constant", 0.001)
FORMULA = "Σ C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ over i ≥ k: independent members; Trivedi, Probability and Statistics with Reliability, ch. 1"


def k_of_n(k: int, n: int, up: float) -> float:
    """The probability that at least k of n independent members are up."""
    return sum(math.comb(n, i) * up**i * (1 - up) ** (n - i) for i in range(k, n + 1))


def quorum(faults: tuple[PlanFault, ...], windows: int = 1, partitions: int = 1, reads: bool = False, seed: int = 0) -> Plan:
    """Writes, or reads, of a store whose partitions have three members each, of which two are needed."""
    store = Store(("a", "b", "c"), 100_000, None, ONE_MS, QUICK, partitions=partitions, replicas=2, write_quorum=2, read_quorum=2,
                  reads="replicas")  # fmt: skip
    classes = (("read", 1.0),) if reads else ()
    users = Source(((0.0, 5.0 * partitions + 15.0),), keys=Keys(10_000), classes=classes)
    edges = {("users", "db"): CallPolicy(0.5, attempts=9 if reads else 1)}  # a read goes to any member: another attempt, another member
    return make_plan({"users": users, "db": store}, edges, seed=seed, duration_s=float(windows * WINDOW_S), faults=faults)


def spares(faults: tuple[PlanFault, ...]) -> Plan:
    """A balancer in front of three instances, one of which is enough."""
    nodes = {
        "users": Source(((0.0, 50.0),)),
        "front": Balancer("random", HealthCheck(1.0, 0.2, 2, 2)),
        "web": Station(("a", "b", "c"), 100_000, None, ONE_MS),
    }
    edges = {("users", "front"): CallPolicy(0.5), ("front", "web"): CallPolicy(0.5)}
    return make_plan(nodes, edges, duration_s=float(WINDOW_S), faults=faults)


def served(plan: Plan) -> float:
    """Share of the requests that succeed once controllers have done what they can."""
    ends = play(plan).series.start_ends[SETTLED_S:ENOUGH_S, 0]
    return float(ends[:, 0].sum() / ends.sum())


def enumerated(title: str, plan: Callable[[tuple[PlanFault, ...]], Plan], k: int, first: int) -> Case:
    """Every state of three members, from ``first`` on, is simulated: served or not; then weighted by its probability."""

    @cache
    def states() -> dict[tuple[bool, ...], float]:
        found = {}
        for up in itertools.product((True, False), repeat=3):
            lost = [first + j for j, is_up in enumerate(up) if not is_up]
            found[up] = served(plan((down(1.0, float(DOWN_S), lost, BLACK_HOLE),) if lost else ()))
        return found

    def rows(effort: Effort) -> list[Row]:
        found = []
        for share in (0.999, 0.8):
            ours = sum(ok * math.prod(share if u else 1 - share for u in up) for up, ok in states().items())
            found.append(Row(f"served, each up with {share}", "", k_of_n(k, 3, share), ours, allowance=1e-12))
        return found

    return Case(title, FORMULA, rows)


PARTITIONS, WINDOWS, UP = 20, 20, 0.8


def struck(seed: int) -> Plan:
    """In each of several windows each member of each partition is down with the same chance, whatever the others are."""
    r, first, faults = random.Random(seed), 1, []
    for window in range(WINDOWS):
        lost = [first + m for m in range(3 * PARTITIONS) if r.random() >= UP]
        faults.append(down(window * WINDOW_S + 1.0, float(window * WINDOW_S + DOWN_S), lost, BLACK_HOLE))
    return quorum(tuple(faults), WINDOWS, PARTITIONS, seed=seed)


def by_chance(effort: Effort) -> list[Row]:
    shares = []
    for seed in range(effort.replications):
        ends = play(struck(seed)).series.start_ends[:, 0].reshape(WINDOWS, WINDOW_S, -1)[:, SETTLED_S:ENOUGH_S].sum((0, 1))
        shares.append(float(ends[0] / ends.sum()))
    ((mean, half),) = intervals(np.array(shares)[:, None])
    return [Row(f"share of writes that are served, each up with {UP}", "", k_of_n(2, 3, UP), mean, half, widest=effort.widest)]


CASES = (
    enumerated("Two of three members acknowledge a write", quorum, 2, 1),
    enumerated("Two of three members are asked by a read", lambda faults: quorum(faults, reads=True), 2, 1),
    enumerated("One of three instances is enough, behind a balancer that looks", spares, 1, 2),
    Case(f"Two of three members, {PARTITIONS} partitions, all struck by chance", FORMULA, by_chance),
)
