"""How many requests wait at each node."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import nodelines
from ui.charts.base import Chart, View, figure, leave_headroom

FEW = 4  # the axis never shows less, so that one waiting request does not look like a jam


def _figure(view: View) -> go.Figure:
    fig = figure(view, "waiting")
    nodelines.draw(fig, view, "queue", "max", "%{y:,.0f}")
    leave_headroom(fig, max([FEW, *(float(np.max(t.y, initial=0)) for t in fig.data)]))
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
