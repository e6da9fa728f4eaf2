"""Latency percentiles of successful requests on a logarithmic scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.results.percentiles import extremes_s, percentiles_s
from ui.bins import binned
from ui.charts.base import Chart, View, add_ghost, empty_note, figure, leave_headroom, threshold
from ui.snapshot import Snapshot
from ui.words import seconds

SHARES = (0.5, 0.95, 0.99)
TICKS_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


def _lines(run: Snapshot, step: int) -> tuple[np.ndarray, np.ndarray]:
    """(start of each bin in seconds, percentiles [bins, 3]) of all clients together."""
    s = run.series
    width = max(1, step // s.hist_bin_s)
    grouped = binned(s.start_hist.sum(axis=1), width, "sum")
    shortest, longest = extremes_s(s.start_fastest_s, s.start_slowest_s, axis=1)
    within_s = -binned(-shortest, width, "max"), binned(longest, width, "max")
    return np.arange(len(grouped)) * width * s.hist_bin_s, np.stack(percentiles_s(grouped, SHARES, within_s), axis=-1)


def _figure(view: View) -> go.Figure:
    fig = figure(view, "latency of ok requests")
    fig.update_yaxes(type="log", tickvals=TICKS_S, ticktext=[_words(t) for t in TICKS_S], rangemode="normal")
    step, p = view.step_s(), view.colours
    x, values = _lines(view.current, step)
    if view.previous is not None:
        ghost_x, ghost = _lines(view.previous, step)
        add_ghost(fig, view, ghost_x, ghost[:, 2], "previous run, p99")
    for column, (name, dash, width) in enumerate((("p50", "solid", 1.8), ("p95", "dash", 1.4), ("p99", "dot", 1.8))):
        hover = [_words(v) for v in values[:, column]]
        fig.add_scatter(
            x=x, y=values[:, column], name=name, mode="lines", text=hover, hovertemplate="%{text}",
            line={"color": p.ok if name == "p50" else p.strained if name == "p95" else p.text, "dash": dash, "width": width},
        )  # fmt: skip
    goal = view.current.objectives.get("p99_s")
    if goal:
        threshold(fig, goal, f"objective p99 {_words(goal)}", p.failing)
        fig.layout.annotations[-1].y = np.log10(goal)  # annotations on a logarithmic axis take the exponent
    leave_headroom(fig, 1.5 * float(np.nanmax(values, initial=0)))
    if not np.isfinite(values).any():
        empty_note(fig, "No request has succeeded, so there is no latency to show.")
    return fig


def _words(value_s: float) -> str:
    return " ".join(seconds(value_s)) if np.isfinite(value_s) else "–"


def _table(view: View) -> pd.DataFrame:
    x, values = _lines(view.current, 1)
    return pd.DataFrame({"t_s": x, **{f"p{100 * s:g}_s": values[:, i] for i, s in enumerate(SHARES)}})


CHART = Chart(
    id="latency",
    title="Latency percentiles",
    help="Of successful requests, from the first attempt to the answer, by the second they started in. Logarithmic.",
    order=20,
    figure=_figure,
    table=_table,
)
