"""How many requests wait at each node."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.charts import nodelines
from ui.charts.base import Chart, View, figure


def _figure(view: View) -> go.Figure:
    fig = figure(view, "waiting")
    nodelines.draw(fig, view, "queue", "max", "%{y:,.0f}")
    fig.update_yaxes(range=None if any(max(t.y, default=0) > 4 for t in fig.data if t.y is not None) else [0, 4])
    return fig


def _table(view: View) -> pd.DataFrame:
    return nodelines.table(view, "queue", "waiting")


CHART = Chart(
    id="queues",
    title="Queues",
    help="Requests waiting for a slot at the end of each second, summed over the node's instances.",
    order=40,
    figure=_figure,
    table=_table,
)
