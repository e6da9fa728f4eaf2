"""A small plan and series filled by hand, so that results are tested against numbers one can add up on paper."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.behaviours import Balancer, CallPolicy, Distribution, Source, Station, Store
from engine.events import Event
from engine.outcomes import OUTCOMES
from engine.plan import UNLIMITED, Place, Plan, PlanEdge, PlanFault, PlanInstance, PlanNode
from engine.results import Result
from engine.series import FIRST_BUCKET_S, Series, empty_series

TIMEOUT, ERROR = OUTCOMES.index("timeout"), OUTCOMES.index("error")
SHOPPERS, FRONT, WEB, ORDERS = range(4)
RATE = 100  # requests per second in every second


def plan(duration_s: int = 300, warmup_s: float = 0, faults: Sequence[PlanFault] = ()) -> Plan:
    """shoppers → front (balancer) → web (two instances of 8 slots in two AZs) → orders (primary and standby)."""
    service = Distribution("exponential", 0.01)
    places = (Place("outside", "outside", None), Place("r", "region", "r"), Place("a", "az", "r"), Place("b", "az", "r"))
    nodes = (
        PlanNode("shoppers", "clients", "Clients", Source(((0, RATE),)), 0, 1, (0,)),
        PlanNode("front", "alb", "ALB", Balancer("round_robin", None), 1, 1, (1,)),
        PlanNode("web", "ec2_asg", "EC2", Station(("a", "b"), 8, None, service), 2, 2, (2,)),
        PlanNode("orders", "rds", "RDS", Store(("a", "b"), 4, None, service, None), 4, 2, ()),
    )
    edges = tuple(
        PlanEdge(f"{nodes[a].id}->{nodes[b].id}", a, b, CallPolicy(2.0)) for a, b in ((SHOPPERS, FRONT), (FRONT, WEB), (WEB, ORDERS))
    )
    rows = [(0, 0, 0, UNLIMITED), (1, 0, 1, UNLIMITED), (2, 0, 2, 8), (2, 1, 3, 8), (3, 0, 2, 4), (3, 1, 3, 4)]
    instances = tuple(PlanInstance(node, index, place, slots, UNLIMITED) for node, index, place, slots in rows)
    return Plan(
        title="By hand", seed=1, duration_s=duration_s, warmup_s=warmup_s, places=places, one_way_s=np.zeros((4, 4)), nodes=nodes,
        edges=edges, instances=instances, faults=tuple(faults),
    )  # fmt: skip


def fault(id: str, start_s: float, end_s: float = float("inf"), kind: str = "az_power_loss", target: str = "a") -> PlanFault:
    """A fault that changes nothing: what it does is written into the series by hand."""
    return PlanFault(id, kind, target, start_s, end_s, f"{target} goes dark", lambda live: None)


def steady(p: Plan) -> Series:
    """Every request ok in 40 ms, web half busy, orders a quarter."""
    rows = int(p.duration_s)
    s = empty_series(p, rows)
    s.reached_s = rows
    s.edge_calls[:], s.edge_attempts[:] = RATE, RATE
    s.edge_call_ends[:, :, 0], s.edge_attempt_ends[:, :, 0] = RATE, RATE
    s.edge_latency_s[:] = (0.03, 0.045, 0.05, 0.06, 0.07)
    s.inst_up_s[:] = 1
    s.inst_arrived[:, 1], s.inst_completed[:, 1] = RATE, RATE
    s.inst_arrived[:, 2:4], s.inst_completed[:, 2:4] = RATE // 2, RATE // 2
    s.inst_arrived[:, 4], s.inst_completed[:, 4] = RATE, RATE
    s.inst_busy_s[:, 2:4], s.inst_offered_s[:, 2:4] = 4, 4
    s.inst_busy_s[:, 4], s.inst_offered_s[:, 4] = 2, 2
    s.start_begun[:, 0], s.start_ends[:, 0, 0] = RATE, RATE
    s.start_latency_s[:, 0] = RATE * 0.04
    s.start_hist[:, 0, bucket_of(0.04)] = RATE * s.hist_bin_s
    s.start_fastest_s[:], s.start_slowest_s[:] = 0.04, 0.04
    return totalled(p, s)


def bucket_of(latency_s: float) -> int:
    """The histogram bucket of a latency: 16 linear ones per octave."""
    octave = int(np.floor(np.log2(latency_s / FIRST_BUCKET_S)))
    return octave * 16 + int((latency_s / (FIRST_BUCKET_S * 2**octave) - 1) * 16)


def fail(s: Series, from_s: int, to_s: int, share: float = 1.0, cause: int = TIMEOUT, ends_after_s: int = 0) -> None:
    """Let a share of the requests that start in [from_s, to_s) fail, each ``ends_after_s`` seconds after its start."""
    lost = round(RATE * share)
    for second in range(from_s, to_s):
        s.start_ends[second, 0, 0] -= lost
        s.start_ends[second, 0, cause] += lost
        s.start_latency_s[second, 0] -= lost * 0.04
        s.start_hist[second // s.hist_bin_s, 0, bucket_of(0.04)] -= lost
        end = min(second + ends_after_s, s.reached_s - 1)
        s.edge_call_ends[second, 0, 0] -= lost
        s.edge_call_ends[end, 0, cause] += lost


def totalled(p: Plan, s: Series) -> Series:
    """Fill the ``total_`` arrays from the second the warm-up ends in."""
    rows = slice(int(np.ceil(p.warmup_s)), None)
    s.total_begun, s.total_ends = s.start_begun[rows].sum(axis=0), s.start_ends[rows].sum(axis=0)
    s.total_latency_s, s.total_hist = s.start_latency_s[rows].sum(axis=0), s.start_hist[rows].sum(axis=0, dtype=np.int64)
    s.total_fastest_s[:], s.total_slowest_s[:] = s.start_fastest_s.max(axis=0), s.start_slowest_s.max(axis=0)
    return s


def result(p: Plan, s: Series, events: Sequence[Event] = (), expect: Sequence[dict[str, Any]] = (), **objectives: float) -> Result:
    """A result of a scenario that has nothing but objectives and expectations."""
    return Result(SimpleNamespace(objectives=objectives, expect=list(expect)), p, totalled(p, s), list(events), None, 0.1)
