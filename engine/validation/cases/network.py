"""Messages that take their time or never arrive.

Jitter around a round trip, loss of requests and answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.validation.case import Quantity, replicated
from engine.validation.measuring import mean_s, share_of
from engine.validation.plans import fault, make_plan

PLACE = 35
LOSS = 0.1
THROUGH = (1 - LOSS) ** 2
TIMEOUT = OUTCOMES.index("timeout")


def call(policy: CallPolicy, apply: Callable[[Live], object] | None = None, jitter: float = 0.0) -> Plan:
    """Clients, 1000/s, at one service of 10 ms over a round trip of 100 ms."""
    nodes = {"users": Source(((0.0, 1000.0), (55.0, 0.0))), "web": Station(("a",), 100_000, None, Distribution("constant", 0.01))}
    faults = (fault("rough", 0.0, math.inf, apply),) if apply else ()
    return replace(make_plan(nodes, {("users", "web"): policy}, duration_s=60.0, client_s=0.1, faults=faults), jitter=jitter)


def twice_and_a_path(live: Live) -> None:
    live.lose_on_edges([0], 0.2, answers=False)
    live.lose_on_edges([0], 0.2, answers=False)
    live.lose_on_path(0, 2, 0.5)


CASES = (
    replicated(
        "A round trip of 100 ms with jitter of 40 %", "each way uniform in 50 ms · (1 ± 0.4); 10 ms of service",
        lambda: call(CallPolicy(5.0), jitter=0.4),
        Quantity("mean latency", "s", 0.11, mean_s),
        Quantity("shortest", "s", 0.07, lambda c: float(c.series.total_fastest_s[0]), sign="≥"),
        Quantity("longest", "s", 0.15, lambda c: float(c.series.total_slowest_s[0]), sign="≤"),
    ),
    replicated(
        "Every message is lost with p = 0.1, three attempts", "an attempt gets through with (1 − p)² = q: 1 − (1 − q)³ succeed",
        lambda: call(CallPolicy(0.5, 3), lambda live: live.lose_on_edges([0], LOSS)),
        Quantity("share that succeeds", "", 1 - (1 - THROUGH) ** 3, share_of(0)),
        Quantity(
            "attempts per call", "", (1 - (1 - THROUGH) ** 3) / THROUGH,
            lambda c: float(c.series.edge_attempts.sum() / c.series.edge_calls.sum()),
        ),
    ),
    replicated(
        "Losses of one edge and of a path add up as independent ones", "0.8 · 0.8 · 0.5 get through",
        lambda: call(CallPolicy(0.5), twice_and_a_path), Quantity("share that succeeds", "", 0.32, share_of(0)),
    ),
)  # fmt: skip
