"""Requests per second by how they ended: what the users got."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.outcomes import OUTCOMES
from ui.bins import binned, starts_s
from ui.charts.base import Chart, View, add_ghost, figure, leave_headroom
from ui.snapshot import Snapshot
from ui.theme import CAUSE_GROUPS, CAUSE_WORDS, with_alpha


def _ends(run: Snapshot) -> np.ndarray:
    """Requests of all clients by the second they started in and by outcome: [seconds, outcomes]."""
    return run.series.start_ends.sum(axis=1)


def _figure(view: View) -> go.Figure:
    fig = figure(view, "requests / s")
    step = view.step_s()
    ends = binned(_ends(view.current), step)
    x = starts_s(view.current.rows, step)
    for group in CAUSE_GROUPS:
        columns = [OUTCOMES.index(o) for o in group.outcomes]
        y = ends[:, columns].sum(axis=1)
        if group.state != "ok" and not y.any():
            continue
        colour = view.colours.of(group.state)
        fig.add_scatter(
            x=x, y=y, name=group.label, stackgroup="outcomes", mode="lines", line={"width": 0, "color": colour},
            fillcolor=with_alpha(colour, 0.55), fillpattern={"shape": group.hatch, "fgcolor": colour, "size": 5, "solidity": 0.4},
            hovertemplate="%{y:,.0f} / s",
        )  # fmt: skip
    leave_headroom(fig, float(ends.sum(axis=1).max(initial=0)))
    if view.previous is not None:
        add_ghost(fig, view, starts_s(view.previous.rows, step), binned(_ends(view.previous)[:, 0], step), "previous run, ok")
    return fig


def _table(view: View) -> pd.DataFrame:
    ends = _ends(view.current)
    columns = {CAUSE_WORDS[o].replace(" ", "_"): ends[:, i] for i, o in enumerate(OUTCOMES) if i == 0 or ends[:, i].any()}
    return pd.DataFrame({"t_s": np.arange(len(ends)), "started": view.current.series.start_begun.sum(axis=1), **columns})


CHART = Chart(
    id="requests",
    title="Requests by outcome",
    help="All clients together, by the second a request started in. Hatched areas failed; the dashed line is the previous run.",
    order=10,
    figure=_figure,
    table=_table,
)
