"""The summary, its digest and the tidy tables, against runs filled by hand."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.events import Event
from engine.results.cut import cut
from engine.results.health import DOWN, FAILING, OK, STRAINED
from engine.results.percentiles import percentiles_s
from engine.series import N_BUCKETS, ROLES, empty_series, percentile_s
from tests.runs_by_hand import ERROR, ORDERS, RATE, TIMEOUT, WEB, fail, plan, result, steady


def test_totals_leave_out_the_warm_up() -> None:
    p = plan(100, warmup_s=20)
    s = steady(p)
    fail(s, 0, 20)
    fail(s, 90, 92)
    summary = result(p, s).summary
    assert summary["requests"] == {"started": 8000, "ok": 7800, "degraded": 0, "failed": {"timeout": 200}, "in_flight": 0, "failed_at": {}}
    assert summary["availability"] == 0.975
    assert summary["edges"]["shoppers->front"]["failed"] == {"timeout": 200}
    assert summary["nodes"]["web"]["arrived"] == 80 * RATE


def test_a_fractional_warm_up_starts_node_totals_at_the_next_full_second() -> None:
    p = plan(100, warmup_s=20.5)
    assert result(p, steady(p)).summary["nodes"]["web"]["arrived"] == 79 * RATE


def test_requests_still_open_are_in_flight_and_in_no_other_count() -> None:
    p = plan(10)
    s = steady(p)
    s.start_begun[9] += 7
    requests = result(p, s).summary["requests"]
    assert (requests["started"], requests["ok"], requests["failed"], requests["in_flight"]) == (1007, 1000, {}, 7)


def test_nothing_started_means_no_availability_rather_than_a_number() -> None:
    p = plan(10)
    s = steady(p)
    s.start_begun[:], s.start_ends[:], s.start_latency_s[:], s.start_hist[:] = 0, 0, 0, 0
    summary = result(p, s).summary
    assert summary["availability"] is None
    assert summary["latency_s"] == {"mean": None, "p50": None, "p90": None, "p95": None, "p99": None, "p999": None}


def test_latencies_are_those_of_the_histogram() -> None:
    p = plan(10)
    summary = result(p, steady(p)).summary
    assert summary["latency_s"]["mean"] == pytest.approx(0.04)
    assert summary["latency_s"]["p50"] == pytest.approx(0.04, rel=1 / 16)


def test_percentiles_of_many_histograms_are_those_of_each() -> None:
    hists = np.random.default_rng(3).poisson(0.3, (5, 4, N_BUCKETS))
    hists[2, 1] = 0
    for share in (0.5, 0.99, 1.0):
        (values,) = percentiles_s(hists, [share])
        expected = [[percentile_s(h, share) for h in row] for row in hists]
        np.testing.assert_allclose(values, expected, rtol=1e-12, equal_nan=True)


def test_utilisation_is_of_the_capacity_in_service() -> None:
    p = plan(100)
    s = steady(p)
    s.inst_up_s[50:, 3], s.inst_busy_s[50:, 3], s.inst_offered_s[50:, 3] = 0, 0, 0
    s.inst_busy_s[50:, 2], s.inst_offered_s[50:, 2] = 8, 16
    web = result(p, s).summary["nodes"]["web"]
    assert web["utilisation"] == (50 * 8 + 50 * 8) / (50 * 16 + 50 * 8)
    assert web["load"] == (50 * 8 + 50 * 16) / (50 * 16 + 50 * 8)


def test_a_standby_s_slots_are_no_capacity() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_role[:, 4:6] = ROLES.index("primary"), ROLES.index("standby")
    s.inst_busy_s[:, 4], s.inst_offered_s[:, 4] = 4, 6
    r = result(p, s)
    orders = r.summary["nodes"]["orders"]
    assert (orders["utilisation"], orders["load"]) == (1, 1.5)
    columns = r.per_second
    assert (columns.nodes["utilisation"][5, ORDERS], columns.nodes["load"][5, ORDERS]) == (1, 1.5)
    assert columns.nodes["health"][5, ORDERS] == FAILING
    assert columns.instances["utilisation"][5, 4:6].tolist() == [1, 0]


def test_the_second_of_a_promotion_counts_for_both_members() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_role[:6, 4:6] = ROLES.index("primary"), ROLES.index("standby")
    s.inst_role[6:, 4:6] = ROLES.index("out_of_sync"), ROLES.index("primary")
    s.inst_busy_s[:6, 4:6], s.inst_busy_s[6, 4:6], s.inst_busy_s[7:, 4:6] = (4, 0), (1, 1), (0, 4)
    assert result(p, s).per_second.nodes["utilisation"][5:8, ORDERS].tolist() == [1, 0.25, 1]


def test_a_node_that_is_down_all_the_time_has_no_utilisation() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_up_s[:, 2:4], s.inst_busy_s[:, 2:4] = 0, 0
    assert result(p, s).summary["nodes"]["web"]["utilisation"] is None


def test_what_is_under_way_when_the_warm_up_ends_counts_as_begun_then() -> None:
    p = plan(100, warmup_s=20)
    s = steady(p)
    for edge in (1, 2):
        s.edge_call_ends[19, edge, 0] -= 7
        s.edge_call_ends[20, edge, TIMEOUT] += 7
    s.edge_calls[99, 1] += 5
    s.edge_calls[98, 2], s.edge_abandoned[99, 2] = s.edge_calls[98, 2] + 3, 3
    s.inst_completed[19, 2] -= 4
    s.inst_killed[20, 2] += 4
    s.inst_arrived[99, 3] += 6
    summary = result(p, s).summary
    edge = summary["edges"]["front->web"]
    assert (edge["calls"], edge["ok"], edge["failed"], edge["in_flight"]) == (8012, 8000, {"timeout": 7}, 5)
    edge = summary["edges"]["web->orders"]
    assert (edge["calls"], edge["abandoned"], edge["in_flight"]) == (8010, 3, 0)
    web = summary["nodes"]["web"]
    assert (web["arrived"], web["completed"], web["killed"], web["present"]) == (8010, 8000, 4, 6)
    windowed = result(p, s, expect=[{"metric": "calls", "edge": "front->web", "from_s": 20, "to_s": 100, "at_least": 0}])
    assert windowed.expectations[0]["value"] == 8005


def test_attempts_are_calls_and_retries() -> None:
    p = plan(100, warmup_s=20)
    s = steady(p)
    s.edge_call_ends[19, 1, 0] -= 7
    s.edge_call_ends[20, 1, 0] += 7
    edge = result(p, s).summary["edges"]["front->web"]
    assert (edge["calls"], edge["attempts"]) == (8007, 8007)


def test_the_clients_edge_counts_the_requests_of_the_totals() -> None:
    for warmup_s in (20, 20.5):
        p = plan(100, warmup_s=warmup_s)
        s = steady(p)
        fail(s, 15, 30, share=0.3, ends_after_s=4)
        fail(s, 50, 52, cause=ERROR, ends_after_s=1)
        s.start_begun[99] += 3
        s.edge_calls[99, 0] += 3
        summary = result(p, s).summary
        requests, edge = summary["requests"], summary["edges"]["shoppers->front"]
        assert edge["calls"] == requests["started"]
        assert {k: edge[k] for k in ("ok", "failed", "in_flight")} == {k: requests[k] for k in ("ok", "failed", "in_flight")}


def test_percentiles_stay_within_what_occurred() -> None:
    p = plan(10)
    r = result(p, steady(p), expect=[{"metric": "p99_s", "at_most": 1}, {"metric": "p99_s", "from_s": 2, "to_s": 5, "at_most": 1}])
    assert set(r.summary["latency_s"].values()) == {0.04}
    assert [line["value"] for line in r.expectations] == [0.04, 0.04]
    assert r.per_second.all_requests["p99_s"][:, 0].tolist() == r.per_second.requests["p50_s"][:, 0].tolist() == [0.04] * 10


def test_a_node_without_a_bound_is_never_busy() -> None:
    p = plan(10)
    front = result(p, steady(p)).summary["nodes"]["front"]
    assert (front["utilisation"], front["load"]) == (0, 0)


def test_the_peak_of_a_queue_is_the_worst_second_of_all_instances_together() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_queue_peak[3, 2:4] = 5, 6
    s.inst_queue_peak[7, 2:4] = 10, 0
    assert result(p, s).summary["nodes"]["web"]["peak_queue"] == 11


def test_amplification_is_attempts_per_call() -> None:
    p = plan(10)
    s = steady(p)
    s.edge_attempts[:, 0] = 3 * RATE
    assert result(p, s).summary["edges"]["shoppers->front"]["amplification"] == 3


def test_blame_names_edge_and_cause() -> None:
    p = plan(10)
    s = steady(p)
    s.total_blame[2, TIMEOUT], s.total_blame[0, ERROR] = 4, 1
    assert result(p, s).summary["requests"]["failed_at"] == {"shoppers->front": {"error": 1}, "web->orders": {"timeout": 4}}


def test_the_summary_is_json_without_nan() -> None:
    p = plan(3)
    s = steady(p)
    s.inst_up_s[:] = 0
    s.edge_calls[:] = 0
    r = result(p, s)
    assert json.loads(r.to_json(), parse_constant=lambda name: pytest.fail(name)) == r.summary
    assert r.summary["edges"]["web->orders"]["amplification"] is None


def test_the_digest_knows_measurements_and_log_and_not_the_clock() -> None:
    p = plan(50)
    one, other = result(p, steady(p)), result(p, steady(p))
    other.wall_s = 99.0
    assert one.digest == other.digest == one.summary["digest"]
    assert len(one.digest) == 64

    changed = steady(p)
    changed.inst_queue[17, 3] += 1
    event = Event(3.0, "healthy", "front", "web[0] is back", {})
    assert len({one.digest, result(p, changed).digest, result(p, steady(p), [event]).digest}) == 3


def test_the_digest_does_not_mind_how_a_nan_is_written() -> None:
    p = plan(5)
    one, other = steady(p), steady(p)
    one.edge_latency_s[2] = np.nan
    other.edge_latency_s[2] = -np.float32(np.nan)
    assert result(p, one).digest == result(p, other).digest


def test_a_result_stays_as_it_was_when_the_run_goes_on() -> None:
    p = plan(100)
    s = steady(p)
    s.reached_s = 40
    partial = result(p, s)
    s.reached_s = 100
    s.start_ends[39, 0, 0] = 0
    s.total_begun[0] = 0
    assert len(partial.requests) == 40
    assert partial.requests["ok_per_s"].iloc[39] == RATE
    assert partial.summary["requests"]["started"] == 100 * RATE


def test_a_look_on_the_way_has_no_row_of_a_second_to_come() -> None:
    p = plan(101)
    s = empty_series(p, 101)
    s.reached_s = 40
    part = cut(s)
    arrays = [f.name for f in fields(s) if isinstance(getattr(s, f.name), np.ndarray) and getattr(s, f.name).shape[:1] == (101,)]
    assert len(arrays) > 40
    assert {name: len(getattr(part, name)) for name in arrays} == dict.fromkeys(arrays, 40)


def test_health_of_a_node_follows_its_truth() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_busy_s[1, 2:4] = 8 * 0.7
    s.inst_offered_s[2, 2:4] = 8
    s.edge_attempt_ends[3, 1, TIMEOUT] = 2
    s.inst_state[4, 2] = 2
    s.inst_state[5, 2:4] = 1, 2
    s.edge_latency_s[6, 1, 3] = 0.3
    health = result(p, s, p99_s=0.5).per_second.nodes["health"][:7, WEB]
    assert health.tolist() == [OK, STRAINED, FAILING, FAILING, OK, DOWN, STRAINED]


def test_a_standby_alone_does_not_serve() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_role[:, 4:6] = ROLES.index("primary"), ROLES.index("standby")
    s.inst_state[3:6, 4] = 2
    s.inst_role[6:, 5] = ROLES.index("primary")
    s.inst_state[6:, 4] = 2
    health = result(p, s).per_second.nodes["health"][:, ORDERS]
    assert health.tolist() == [OK] * 3 + [DOWN] * 3 + [OK] * 4


def test_clients_are_never_down() -> None:
    p = plan(10)
    s = steady(p)
    s.inst_state[:] = 2
    health = result(p, s).per_second.nodes["health"]
    assert health[0].tolist() == [OK, DOWN, DOWN, DOWN]


def test_what_clients_start_counts_as_their_arrivals() -> None:
    p = plan(10)
    assert result(p, steady(p)).per_second.nodes["arrived_per_s"][3].tolist() == [RATE, RATE, RATE, RATE]


def test_tidy_tables_have_a_row_per_second_and_item() -> None:
    p = plan(20)
    r = result(p, steady(p), [Event(1.0, "phase", "orders", "noticed", {"phase": "detect", "from_s": 0.0, "to_s": 1.0})])
    assert [len(t) for t in (r.nodes, r.edges, r.instances, r.requests, r.events)] == [80, 60, 120, 20, 1]
    row = r.nodes[(r.nodes.t_s == 5) & (r.nodes.node == "web")].iloc[0]
    assert (row.arrived_per_s, row.utilisation, row.instances_up) == (RATE, 0.5, 2)
    assert r.instances[r.instances.t_s == 0].instance.tolist()[2:4] == ["web[0]", "web[1]"]
    assert r.events.loc[0, "phase"] == "detect"


def test_the_files_hold_what_the_run_measured(tmp_path: Path) -> None:
    p = plan(20)
    r = result(p, steady(p), [Event(1.0, "healthy", "front", "web[0] is back", {})])
    r.write(tmp_path / "out")
    frame = pd.read_parquet(tmp_path / "out" / "frames.parquet")
    assert frame.columns.tolist() == ["t_s", "scope", "id", "metric", "value"]
    one = frame[(frame.scope == "edge") & (frame.id == "web->orders") & (frame.metric == "calls_per_s")]
    assert one.value.sum() == 20 * RATE
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == r.summary
    assert pd.read_csv(tmp_path / "out" / "events.csv").text.tolist() == ["web[0] is back"]
    assert not math.isnan(frame.value.sum())
