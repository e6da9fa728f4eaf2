"""Under the canvas: charts of the run, its log, what was expected of it, how it compares, and the data."""

from __future__ import annotations

import streamlit as st

from ui import run_info, state
from ui.charts import all_charts
from ui.charts.base import Chart, View
from ui.panels import compare, cost, data, events, expectations
from ui.snapshot import Snapshot

FORMATS = ("PNG", "SVG")
EMPTY = "Press play on the canvas: requests by outcome, latency, utilisation and queues of the run appear here."


@st.fragment(key="board")
def board() -> None:
    """Everything that can be said of the run on screen. The structure never changes, so no chart is built anew for a new run."""
    store = state.store()
    shown = store.status().snapshot
    head, grid, details = st.container(), st.container(), st.container()
    if shown is None:
        with head:
            st.info(EMPTY, icon=":material/play_arrow:")
        with details:
            cost.before_a_run(store)
        return
    with head:
        window_s, image = _headline(shown, store.previous)
    view = View(
        current=shown,
        previous=store.previous,
        dark=state.is_dark(),
        faults=run_info.faults(shown.plan),
        phases=run_info.phases(shown.result.log),
        window_s=window_s,
    )
    with grid:
        _grid(view, image)
    with details:
        _details(view)


def _headline(run: Snapshot, previous: Snapshot | None) -> tuple[tuple[float, float], str]:
    """What is drawn, the part of the run the charts show, and the format of saved pictures."""
    words, window, pictures = st.columns([5, 3, 1.6], vertical_alignment="center", gap="medium")
    done = f"{run.plan.duration_s:g} s" if run.final else f"{run.rows} s of {run.plan.duration_s:g} s"
    against = f"  \nDashed: {previous.name}" if previous else ""
    words.caption(f"**{run.name}** · {done} simulated in {run.result.wall_s:.2g} s{against}")
    until = max(1, int(run.plan.duration_s))
    # A chart is built anew for new numbers and forgets a zoom made in it; the part chosen here outlasts every run.
    chosen = window.slider(
        "Part of the run", 0, until, (0, until), format="%d s", key=f"board_window_{until}", label_visibility="collapsed"
    )
    with pictures, st.container(horizontal=True, horizontal_alignment="right"):
        image = st.segmented_control(
            "Format of saved pictures", FORMATS, default=FORMATS[0], key="board_format", label_visibility="collapsed",
            format_func=lambda f: f":material/photo_camera: {f}",
        )  # fmt: skip
    start, end = float(chosen[0]), float(max(chosen[1], chosen[0] + 1))
    return (start, end), str(image or FORMATS[0]).lower()


def _grid(view: View, image: str) -> None:
    """Two charts a row."""
    charts = [chart for chart in all_charts() if chart.concerns(view.current.plan)]
    for first in range(0, len(charts), 2):
        for column, chart in zip(st.columns(2, gap="medium"), charts[first : first + 2]):
            with column, st.container(gap="xsmall"):
                _chart(chart, view, image)


def _chart(chart: Chart, view: View, image: str) -> None:
    """Title, CSV and the chart itself."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{chart.title}**", help=chart.help)
        st.download_button(
            "CSV", lambda: chart.table(view).to_csv(index=False), f"{chart.id}.csv", "text/csv", key=f"csv_{chart.id}", on_click="ignore",
            type="tertiary", icon=":material/download:", help=f"The numbers of “{chart.title}”, one row per second.",
        )  # fmt: skip
    config = {
        "displaylogo": False,
        "showTips": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": image, "filename": f"faultline-{chart.id}", "scale": 2},
    }
    st.plotly_chart(chart.figure(view), key=f"chart_{chart.id}", config=config, alt=f"{chart.title}. {chart.help}")


def _details(view: View) -> None:
    log, expected, compared, bill, tables = st.tabs(["Event log", "Expectations", "Compared with the run before", "Cost", "Data"])
    with log:
        events.panel(view)
    with expected:
        expectations.panel(view)
    with compared:
        compare.panel(view)
    with bill:
        cost.panel(view)
    with tables:
        data.panel(view)
