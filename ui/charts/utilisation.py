"""How busy each node is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from ui.charts import nodelines
from ui.charts.base import Chart, View, figure, threshold

LINES = nodelines.Lines("utilisation", "mean", "%{y:.0f} %", scale=100)


def _figure(view: View) -> go.Figure:
    fig = figure(view, "busy slots")
    fig.update_yaxes(range=[0, 118], dtick=20, ticksuffix=" %")
    threshold(fig, 70, "strained from 70 %", view.colours.strained)
    nodelines.draw(fig, view, LINES)
    return fig


def _table(view: View) -> pd.DataFrame:
    return nodelines.table(view, replace(LINES, scale=1), "utilisation")


CHART = Chart(
    id="utilisation",
    title="Utilisation",
    help="Busy slot-seconds ÷ slot-seconds in service, per node. Instances that are down do not count, so the strain on the rest shows.",
    order=30,
    figure=_figure,
    table=_table,
)
