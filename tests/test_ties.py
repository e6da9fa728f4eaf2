"""Requests that act in one tick: their order is their own, and nothing unrelated turns it round."""

from __future__ import annotations

import numpy as np
import pytest

from engine.behaviours import Behaviour, CallPolicy, Distribution, Source, Station
from engine.live import REFUSED
from engine.plan import Plan
from engine.validation.agreement import differences
from engine.validation.plans import Edges, down, make_plan
from engine.validation.plans_edges import random_edge_plan
from engine.validation.plans_in_step import random_plan_in_step
from tests.test_oracle import run


def batches(neighbours: bool = False, crash: bool = False) -> Plan:
    """Eight requests at once, whose first work takes equally long, come to a station that can take three of them."""
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, 40.0),), batch=8),
        "front": Station(("a",), 8, None, Distribution("constant", 0.02)),
        "db": Station(("a",), 1, 2, Distribution("exponential", 0.01)),
    }
    edges: Edges = {("users", "front"): CallPolicy(5.0, attempts=2), ("front", "db"): CallPolicy(5.0)}
    if neighbours:
        nodes |= {"others": Source(((0.0, 70.0),)), "theirs": Station(("a",), 4, None, Distribution("exponential", 0.03))}
        edges[("others", "theirs")] = CallPolicy(5.0)
    faults = (down(9.7, 20.0, [1], REFUSED), down(29.7, 40.0, [2], REFUSED)) if crash else ()
    return make_plan(nodes, edges, duration_s=60.0, client_s=0.02, faults=faults)


@pytest.mark.parametrize("crash", [False, True])
def test_kernel_and_oracle_agree_on_who_gets_the_last_place(crash: bool) -> None:
    assert differences(batches(crash=crash)) == {}


def test_who_gets_the_last_place_does_not_depend_on_a_node_that_nobody_there_calls() -> None:
    alone, together = run(batches()), run(batches(neighbours=True))
    assert alone.inst_rejected[:, 2].sum() > 100
    assert np.array_equal(alone.start_latency_s[:, 0], together.start_latency_s[:, 0])
    assert np.array_equal(alone.edge_attempt_ends[:, :2], together.edge_attempt_ends[:, :2])


@pytest.mark.parametrize("seed", range(30))
def test_kernel_and_oracle_agree_where_everything_happens_at_once(seed: int) -> None:
    assert differences(random_plan_in_step(seed, 12.0)) == {}


@pytest.mark.parametrize(("seed", "duration_s"), [(25, 25.0), (226, 15.0), (282, 15.0)])
def test_kernel_and_oracle_agree_on_chance_meetings_in_one_tick(seed: int, duration_s: float) -> None:
    assert differences(random_edge_plan(seed, duration_s)) == {}
