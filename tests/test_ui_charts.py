"""Every chart of the folder, over every series it may meet. A new chart is covered by lying there."""

from __future__ import annotations

import json

import numpy as np
import plotly.io
import pytest

from engine.series import Series
from tests import runs_by_hand as hand
from tests.ui_fakes import all_nan, broken_series, no_rows, view
from ui.bins import binned
from ui.charts import all_charts
from ui.charts.base import MAX_POINTS, TIME_META, Chart
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
    assert set(ghosts(True)) == {"dash"}


@CHARTS
def test_a_day_is_binned_so_that_a_line_has_no_more_points_than_a_screen(chart: Chart) -> None:
    plan = hand.plan(86_400)
    from tests.ui_fakes import snapshot
    from ui.charts.base import View

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
