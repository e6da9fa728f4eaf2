"""Documents with little in them still run."""

from __future__ import annotations

import pytest

from engine import loads, simulate
from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.control.conductor import Conductor
from engine.plan import Plan
from engine.series import Series, percentile_s
from engine.validation.plans import down, make_plan, mm


def run(plan: Plan) -> Series:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    return conductor.sync()


@pytest.mark.parametrize("nodes", ["{id: s, kind: service}", "{id: d, kind: store}", "{id: s, kind: service}, {id: x, kind: service}"])
def test_a_document_without_clients_is_an_empty_run(nodes: str) -> None:
    summary = simulate(loads(f"faultline: 1\nnodes: [{nodes}]\nduration_s: 20\n")).summary
    assert summary["requests"]["started"] == 0 and summary["availability"] is None


def test_percentiles_never_lie_outside_what_occurred() -> None:
    series = run(mm(10.0, 100, Distribution("constant", 0.041), duration_s=20.0))
    found = [percentile_s(series.total_hist[0], share, series.total_fastest_s[0], series.total_slowest_s[0]) for share in (0.01, 0.5, 0.99)]
    assert found == pytest.approx([0.041] * 3, abs=1e-9)
    assert series.edge_latency_s[5, 0].tolist() == pytest.approx([0.041] * 5, abs=1e-6)
    assert series.start_fastest_s[5, 0] == series.start_slowest_s[5, 0] == pytest.approx(0.041)


def test_calls_of_a_caller_that_dies_are_counted_as_abandoned() -> None:
    nodes = {
        "users": Source(((0.0, 20.0),), "even"), "web": Station(("a",), 100, None, Distribution("constant", 0.001)),
        "slow": Station(("a",), 1000, None, Distribution("constant", 5.0)),
    }  # fmt: skip
    edges = {("users", "web"): CallPolicy(10.0), ("web", "slow"): CallPolicy(10.0)}
    series = run(make_plan(nodes, edges, duration_s=30.0, faults=(down(8.0, 12.0, [1]),)))
    begun, ended = series.edge_calls.sum(0), series.edge_call_ends.sum((0, 2))
    assert series.edge_abandoned[:, 1].sum() == 100 and begun[1] - ended[1] - 100 <= 100
    assert series.edge_abandoned[:, 0].sum() == 0
