"""How many requests wait at each node."""

from __future__ import annotations

from dataclasses import replace

from ui.charts import nodelines
from ui.charts.base import always

CHART = replace(
    nodelines.chart(
        id="queues",
        title="Queues",
        help="Requests waiting for a slot at the end of each second, summed over the node's instances.",
        order=40,
        axis="waiting",
        lines=nodelines.Lines("queue", "max", "%{y:,.0f}"),
        least=4,  # so that one waiting request does not look like a jam
    ),
    concerns=always,
)
