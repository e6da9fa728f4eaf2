"""Frames hold exactly what was measured, in the order the protocol names."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.outcomes import CAUSES
from tests import runs_by_hand as hand
from tests.ui_fakes import all_nan, broken_series, close, no_rows, per_second, snapshot
from ui import run_info
from ui.frames import EDGE_FIELDS, INST_FIELDS, NODE_FIELDS, TARGET_FIELDS, Frames, frames
from ui.strip import strip

PLAN = hand.plan(300, faults=[hand.fault("f", 60, 120)])


def framed(series_of: object = broken_series) -> tuple[Frames, hand.Series]:
    from engine.results.cut import cut

    series = cut(series_of(PLAN))  # type: ignore[operator]
    return frames(PLAN, series, per_second(series, PLAN), [], "r", 3), series


def test_each_field_of_a_node_is_the_column_of_that_name() -> None:
    f, series = framed()
    columns = per_second(series, PLAN).nodes
    for name, column in {"rate": "arrived_per_s", "ok": "ok_per_s", "failed": "failed_per_s", "queue": "queue", "health": "health"}.items():
        assert close(f.nodes[:, :, NODE_FIELDS.index(name)], columns[column]), name


def test_an_edge_shows_attempts_and_names_its_most_frequent_failure() -> None:
    series = hand.steady(PLAN)
    series.edge_attempts[10, 1] = 130
    series.edge_attempt_ends[10, 1, hand.TIMEOUT], series.edge_attempt_ends[10, 1, hand.ERROR] = 20, 10
    f = frames(PLAN, series, per_second(series, PLAN), [], "r", 0)
    at = {name: f.edges[10, 1, i] for i, name in enumerate(EDGE_FIELDS)}
    assert (at["rate"], at["ok"], at["failed"], at["retries"]) == (130, 100, 30, 30)
    assert CAUSES[int(at["cause"])] == "timeout"
    assert f.edges[11, 1, EDGE_FIELDS.index("cause")] == -1
    assert f.meta["max_edge_rate"] == 130


@pytest.mark.parametrize("series_of", [broken_series, all_nan, no_rows], ids=lambda f: f.__name__)
def test_arrays_are_float32_of_the_announced_shape_and_meta_is_plain_json(series_of: object) -> None:
    f, series = framed(series_of)
    rows = series.reached_s
    assert f.meta["n"] == rows
    assert f.nodes.shape == (rows, len(f.meta["node_ids"]), len(NODE_FIELDS))
    assert f.edges.shape == (rows, len(f.meta["edge_ids"]), len(EDGE_FIELDS))
    assert f.insts.shape == (rows, len(f.meta["instances"]), len(INST_FIELDS))
    assert f.targets.shape == (rows, len(f.meta["targets"]), len(TARGET_FIELDS))
    assert f.marks.shape == (rows, len(f.meta["marks"]))
    assert {a.dtype for a in (f.nodes, f.edges, f.insts, f.targets)} == {np.dtype(np.float32)}
    assert all(a.flags.c_contiguous for a in (f.nodes, f.edges, f.insts, f.targets))
    assert json.loads(json.dumps(f.meta, allow_nan=False)) == f.meta


def test_a_day_is_sent_in_rows_of_several_seconds() -> None:
    plan = hand.plan(86_400)
    series = hand.steady(plan)
    series.inst_state[86_390:, 2] = 2
    f = frames(plan, series, per_second(series, plan), [], "r", 0)
    assert f.meta["dt"] == 24
    assert len(f.nodes) == f.meta["n"] == 3600
    assert f.nodes[5, 2, NODE_FIELDS.index("rate")] == hand.RATE, "rates stay per second"
    assert f.insts[-1, 2, INST_FIELDS.index("state")] == 2


def test_targets_are_named_by_balancer_edge_and_instance() -> None:
    f, _ = framed()
    assert f.meta["targets"] == [
        {"node": "front", "edge": "front->web", "instance": 2, "unhealthy": 0, "healthy": 0},
        {"node": "front", "edge": "front->web", "instance": 3, "unhealthy": 0, "healthy": 0},
    ]


def test_a_fault_lists_the_instances_places_and_edges_it_touches() -> None:
    from engine.live import Live
    from engine.plan import PlanFault

    def apply(live: Live) -> None:
        live.take_down([2, 4], 2)
        live.edge_add_s[1] = 0.1

    plan = hand.plan(300, faults=[PlanFault("dark", "az_power_loss", "a", 60.0, float("inf"), "a loses power", apply)])
    assert run_info.faults(plan) == [
        {
            "id": "dark", "kind": "az_power_loss", "target": "a", "start_s": 60.0, "end_s": None, "label": "AZ power loss",
            "sentence": "a loses power", "instances": [2, 4], "places": ["a"], "edges": ["front->web"], "grey": {"front->web": "+100 ms"},
        }
    ]  # fmt: skip


def test_phases_are_bands_and_the_log_is_plain_json() -> None:
    run = snapshot()
    assert run_info.phases(run.result.log) == [
        {"phase": "detect", "node": "orders", "from_s": 60.0, "to_s": 95.0},
        {"phase": "promote", "node": "orders", "from_s": 95.0, "to_s": 99.0},
    ]
    assert run_info.log(run.result.log)[0] == {"t_s": 60.0, "kind": "fault_start", "node": "a", "text": "a loses power"}


def test_the_strip_says_what_was_lost_and_whether_the_objectives_hold() -> None:
    run = snapshot(availability=0.99, rto_s=10)
    tiles = {t["label"]: t for t in strip(run_info.totals_of(run.result), run.objectives)}
    assert tiles["Availability"]["value"] == "94.00"
    assert tiles["Availability"]["state"] == "failing"
    assert tiles["Lost"]["unit"] == "mostly timed out"
    assert tiles["Error budget"]["value"] == "600"
    assert tiles["RTO"]["state"] == "failing"
    assert tiles["p99"]["state"] == "none", "no objective, no judgement"


def test_the_strip_passes_over_a_fault_the_run_has_not_reached() -> None:
    run = snapshot(plan=hand.plan(100, faults=[hand.fault("f", 60, 80), hand.fault("late", 120)]))
    tiles = [t["label"] for t in strip(run_info.totals_of(run.result), run.objectives)]
    assert (tiles.count("RTO"), tiles.count("RPO")) == (1, 1)


def test_the_strip_shows_the_worst_of_many_faults() -> None:
    measured = (("a", 5, 0), ("b", 90, 3), ("c", 7, None))
    faults = [{"kind": "slow", "target": target, "rto_s": rto_s, "rpo_s": rpo_s} for target, rto_s, rpo_s in measured]
    tiles = {t["label"]: t for t in strip({"faults": faults}, {})}
    assert (tiles["RTO, worst of 3"]["value"], tiles["RPO, worst of 3"]["value"]) == ("90", "3")
    assert "Slow of a: 5 s; Slow of b: 90 s; Slow of c: 7 s" in tiles["RTO, worst of 3"]["help"]
    faults[2]["rto_s"] = None
    assert {t["label"]: t for t in strip({"faults": faults}, {})}["RTO, worst of 3"]["value"] == "not restored"


def test_the_strip_of_a_run_without_traffic_has_dashes_and_no_verdict() -> None:
    run = snapshot(series=all_nan(PLAN))
    tiles = strip(run_info.totals_of(run.result), {})
    assert [t["value"] for t in tiles[:2]] == ["–", "–"]
    assert {t["state"] for t in tiles[:2]} == {"none"}
