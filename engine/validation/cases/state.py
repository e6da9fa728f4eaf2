"""Backlogs, copies and caches: what is kept, and for how long.

Queues that fill and drain, replicas that lag and catch up, values that expire, environments that go cold.
"""

from __future__ import annotations

import math

import numpy as np

from engine.behaviours import Cache, CallPolicy, Distribution, Function, Keys, Queue, Source, Station, Store
from engine.control.conductor import Conductor
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.validation.case import Case, Quantity, once, replicated
from engine.validation.measuring import share_of
from engine.validation.plans import fault, make_plan

PLACE = 40
AT_ONCE = Distribution("constant", 0.0)
READ, HUNDRED = (("read", 1.0),), Keys(100)


def backlog() -> Plan:
    stop = fault("consumer_stop", 60.0, 180.0, lambda live: live.stopped.__setitem__([2], True))
    nodes = {"users": Source(((0.0, 500.0),), "even"), "jobs": Queue(), "workers": Station(("a",), 8, None, Distribution("constant", 0.01))}
    edges = {("users", "jobs"): CallPolicy(5.0), ("jobs", "workers"): CallPolicy(1.0)}
    return make_plan(nodes, edges, duration_s=500.0, faults=(stop,))


def drained_after_s(c: Conductor) -> float:
    """From the consumers' return to the last second in which more wait than the eight workers take at once."""
    return float(np.flatnonzero(c.series.queue_counts[:, 0, 0] > 8)[-1] + 2 - 180)


def pulled() -> Plan:
    workers = Station(("a", "b"), 2, None, Distribution("exponential", 0.024))
    nodes = {"users": Source(((0.0, 250.0),)), "jobs": Queue(), "one": workers, "two": workers}
    edges = {("users", "jobs"): CallPolicy(5.0), ("jobs", "one"): CallPolicy(1.0), ("jobs", "two"): CallPolicy(1.0)}
    return make_plan(nodes, edges, duration_s=1500.0)


def replica() -> Plan:
    """1000 writes a second; the replica applies 1250 and is cut off from 30 s to 90 s."""

    def cut(live: Live) -> None:
        live.path_cut[2, 3] = live.path_cut[3, 2] = True

    store = Store(("a", "b"), 1000, None, Distribution("constant", 0.0002), None, replicas=1, apply_per_s=1250.0)
    nodes = {"users": Source(((0.0, 1000.0),), "even", keys=Keys(1000)), "db": store}
    edges = {("users", "db"): CallPolicy(5.0)}
    return make_plan(nodes, edges, duration_s=400.0, cross_az_s=0.002, faults=(fault("cut", 30.0, 90.0, cut),))


def caught_up_after_s(c: Conductor) -> float:
    return float(np.flatnonzero(c.series.copy_lag_s[:, 1] > 0.01)[-1] + 2 - 90)


def behind(cache: Cache, duration_s: float, keys: Keys | None = HUNDRED) -> Plan:
    """Clients, 1000/s → a cache that reads through → a service with room for all."""
    nodes = {
        "users": Source(((0.0, 1000.0),), keys=keys, classes=READ), "cache": cache, "slow": Station(("b",), 100_000, None, AT_ONCE),
    }  # fmt: skip
    return make_plan(nodes, {("users", "cache"): CallPolicy(9.0), ("cache", "slow"): CallPolicy(1.0)}, duration_s=duration_s)


def hit_ratio(c: Conductor) -> float:
    hits, misses = c.series.cache_hits[60:].sum(), c.series.cache_misses[60:].sum()
    return float(hits / (hits + misses))


def memory(**fields: object) -> Cache:
    return Cache(("a",), 100_000, None, AT_ONCE, **fields)  # type: ignore[arg-type]


def limited(offered: int, limit: int, loss: float) -> Case:
    function = Function(Distribution("exponential", 0.01), AT_ONCE, 1e4, limit, scaling_per_10_s=1e5)
    nodes = {"users": Source(((0.0, offered * 100.0),)), "f": function}
    return replicated(
        f"A function with a limit of {limit} environments, {offered} erlangs", "M/M/c/c, Erlang B; Kleinrock, Queueing Systems I, ch. 3",
        lambda: make_plan(nodes, {("users", "f"): CallPolicy(80_000.0)}, duration_s=120.0, warmup_s=1.0),
        Quantity("share throttled", "", loss, share_of(OUTCOMES.index("throttled"))),
    )  # fmt: skip


def rarely_used() -> Plan:
    function = Function(AT_ONCE, AT_ONCE, 2.0, 100)
    return make_plan({"users": Source(((0.0, 0.5),)), "f": function}, {("users", "f"): CallPolicy(9.0)}, duration_s=4000.0)


CASES = (
    once(
        "500/s in, 800/s out, consumers away for 120 s", "500 · 120 wait; 60 000 / (800 − 500) s to drain; the oldest waited 120 s",
        backlog,
        Quantity("most that wait", "messages", 60_000, lambda c: float(c.series.inst_queue_peak[:, 1].max())),
        Quantity("drained after", "s", 200.0, drained_after_s, allowance=1.0),
        Quantity("oldest", "s", 120.0, lambda c: float(c.series.queue_oldest_s.max()), allowance=1e-6),
    ),
    replicated(
        "Consumers that pull are one station with all their slots", "M/M/8, 250/s, S = 24 ms, and Little's law",
        pulled,
        Quantity("mean time in queue and in work", "s", 0.028284, lambda c: float(c.series.queue_counts[10:, 0, :2].sum(1).mean() / 250)),
    ),
    once(
        "1000 writes/s, 1250/s applied, link cut for 60 s", "lag 60 s; 60 000 / (1250 − 1000) s to catch up",
        replica,
        Quantity("greatest lag", "s", 60.0, lambda c: float(c.series.copy_lag_s[:, 1].max()), allowance=0.01),
        Quantity("greatest lag in writes", "", 60_000, lambda c: float(c.series.copy_lag_writes[:, 1].max()), allowance=3),
        Quantity("caught up after", "s", 240.0, caught_up_after_s, allowance=1.0),
    ),
    replicated(
        "A time to live of 60 s, each key asked for 0.1 times a second", "λT / (1 + λT), hits do not prolong; here λ and 1/T a hundredfold",
        lambda: behind(memory(ttl_s=0.6), 300.0), Quantity("hit ratio", "", 6 / 7, hit_ratio),
    ),
    replicated(
        "Room for 25 of 100 keys that are all alike", "C / N, the last C different ones: King, Analysis of demand paging, 1971",
        lambda: behind(memory(capacity=25), 200.0), Quantity("hit ratio", "", 0.25, hit_ratio),
    ),
    replicated(
        "A fixed hit ratio", "what the document says",
        lambda: behind(memory(hit_ratio=0.9), 120.0, None), Quantity("hit ratio", "", 0.9, hit_ratio),
    ),
    limited(10, 10, 0.214582),
    limited(20, 25, 0.050222),
    replicated(
        "A function asked every 2 s on average, kept alive for 2 s", "P(gap > T) = e^(−λT)",
        rarely_used,
        Quantity("share of cold starts", "", math.exp(-1.0), lambda c: float(c.series.inst_cold.sum() / c.series.total_ends[0, 0])),
    ),
)  # fmt: skip
