"""Every chart of the folder, over every series it may meet. A new chart is covered by lying there."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import plotly.io
import pytest
import yaml

from engine import loads, simulate
from engine.results import Result
from engine.series import Series
from tests import runs_by_hand as hand
from tests.ui_fakes import all_nan, broken_series, no_rows, snapshot, view
from ui.bins import binned
from ui.charts import all_charts
from ui.charts.base import MAX_POINTS, TIME_META, Chart, View
from ui.snapshot import Snapshot
from ui.theme import DARK, LIGHT

CHARTS = pytest.mark.parametrize("chart", all_charts(), ids=lambda c: c.id)
PLAN = hand.plan(300, faults=[hand.fault("f", 60, 120)])


@CHARTS
@pytest.mark.parametrize("series", [broken_series, hand.steady, all_nan, no_rows], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_chart_draws_any_series_in_both_themes(chart: Chart, series: type[Series], dark: bool) -> None:
    figure = chart.figure(view(series(PLAN), dark=dark, p99_s=0.5))  # type: ignore[call-arg, arg-type]
    drawn = json.loads(plotly.io.to_json(figure))
    assert drawn["layout"]["meta"] == TIME_META
    assert drawn["layout"]["uirevision"]
    table = chart.table(view(series(PLAN), dark=dark))  # type: ignore[call-arg, arg-type]
    assert "t_s" in table.columns
    assert table.to_csv(index=False)


@CHARTS
def test_a_chart_shades_faults_and_phases_in_the_hues_of_the_theme(chart: Chart) -> None:
    for dark, palette in ((False, LIGHT), (True, DARK)):
        shapes = chart.figure(view(dark=dark)).layout.shapes
        red, green, blue = (int(palette.failing[i : i + 2], 16) for i in (1, 3, 5))
        assert any(s.fillcolor == f"rgba({red}, {green}, {blue}, 0.1)" and (s.x0, s.x1) == (60, 120) for s in shapes)
        assert any(s.y0 is not None and s.y0 > 1 and (s.x0, s.x1) == (60, 95) for s in shapes), "the detect phase"


@CHARTS
def test_the_previous_run_is_a_thin_dashed_ghost(chart: Chart) -> None:
    def ghosts(previous: bool) -> list[str]:
        return [t.line.dash for t in chart.figure(view(previous=previous)).data if t.legendgroup == "previous"]

    assert ghosts(False) == []
    if chart.concerns(PLAN):
        assert set(ghosts(True)) == {"dash"}


MANY_KINDS = {
    "faultline": 1,
    "regions": [{"id": "here", "azs": ["z"]}, {"id": "there", "azs": ["y"]}],
    "nodes": [
        {"id": "readers", "kind": "clients", "rate_per_s": 50, "keys": {"count": 100, "zipf": 1}, "sessions": {"count": 10}, "classes": [
            {"name": "read", "share": 0.9}, {"name": "write", "share": 0.1}]},
        {"id": "web", "kind": "service", "concurrency": 1, "service": {"constant": 0.005}},
        {"id": "near", "kind": "cache", "ttl_s": 5},
        {"id": "orders", "kind": "store", "concurrency": 50, "service": {"constant": 0.002},
         "replica_azs": ["z"], "reads": "replicas", "apply_per_s": 3},
        {"id": "jobs", "kind": "queue"},
        {"id": "worker", "kind": "service", "concurrency": 1, "service": {"constant": 0.1}},
        {"id": "mail", "kind": "function", "service": {"constant": 0.05}},
        {"id": "desk", "kind": "service", "instances": 2, "session_state": "instance"},
        {"id": "afar", "kind": "service", "azs": ["y"]}, {"id": "writers", "kind": "clients", "rate_per_s": 20, "keys": {"count": 2}},
        {"id": "carts", "kind": "dynamodb", "replica_regions": ["there"], "replica_lag_s": 5},
    ],
    "edges": [{"from": "readers", "to": "web"}, {"from": "web", "to": "near"}, {"from": "web", "to": "orders", "cache": "near"},
              {"from": "web", "to": "jobs"}, {"from": "web", "to": "mail"}, {"from": "jobs", "to": "worker"},
              {"from": "readers", "to": "desk"},
              {"from": "web", "to": "carts"}, {"from": "writers", "to": "afar"}, {"from": "afar", "to": "carts"}],
    "duration_s": 30,
}  # fmt: skip


@CHARTS
def test_a_chart_has_lines_of_the_nodes_it_concerns_and_ghosts_of_the_run_before(chart: Chart) -> None:
    result = _result_of_many_kinds()
    run = Snapshot("run-1", 0, result.scenario, result, True, None, seed=1)
    drawn = chart.figure(View(run, run)).data
    lines = [t for t in drawn if t.legendgroup != "previous"]
    assert chart.concerns(run.plan)
    assert any(np.nanmax(np.asarray(t.y, float), initial=0) > 0 for t in lines), "something was measured"
    assert any(t.legendgroup == "previous" for t in drawn)


@cache
def _result_of_many_kinds() -> Result:
    return simulate(loads(yaml.safe_dump(MANY_KINDS)))


@CHARTS
def test_a_day_is_binned_so_that_a_line_has_no_more_points_than_a_screen(chart: Chart) -> None:
    plan = hand.plan(86_400)
    figure = chart.figure(View(snapshot(plan, hand.steady(plan))))
    assert all(len(trace.x) <= MAX_POINTS for trace in figure.data)


def test_the_areas_of_the_requests_chart_add_up_to_what_ended() -> None:
    chart = next(c for c in all_charts() if c.id == "requests")
    shown = view()
    areas = [t for t in chart.figure(shown).data if t.stackgroup]
    assert [t.name for t in areas] == ["ok", "timed out", "error answered"]
    assert np.array_equal(sum(np.asarray(t.y) for t in areas), shown.current.series.start_ends.sum(axis=(1, 2)))


def test_the_latency_chart_draws_the_quantiles_of_the_histogram() -> None:
    chart = next(c for c in all_charts() if c.id == "latency")
    p99 = next(t for t in chart.figure(view()).data if t.name == "p99")
    assert np.all((np.asarray(p99.y) > 0.038) & (np.asarray(p99.y) < 0.042)), "every request took 40 ms"


def test_bins_keep_the_mean_the_peak_and_the_sum() -> None:
    values = np.array([1.0, 3.0, 5.0, 7.0, 9.0])
    assert binned(values, 2).tolist() == [2, 6, 9]
    assert binned(values, 2, "max").tolist() == [3, 7, 9]
    assert binned(values, 2, "sum").tolist() == [4, 12, 9]
    assert binned(values, 2, "last").tolist() == [3, 7, 9]
    assert binned(np.array([np.nan, 3.0, np.nan]), 2).tolist()[0] == 3
    assert np.isnan(binned(np.array([1.0, 3.0, np.nan]), 2)[1])
