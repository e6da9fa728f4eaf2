"""Shared by the charts with one line per node: which nodes to draw, in which style, with the previous run behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.plan import UNLIMITED, Plan
from ui.bins import How, binned, starts_s
from ui.charts.base import View, add_ghost, empty_note
from ui.snapshot import Snapshot
from ui.theme import identity_styles

MAX_NODES = 8  # more lines cannot be told apart


def serving_nodes(plan: Plan) -> list[int]:
    """Nodes whose instances have a bounded number of slots: the ones that can be busy or queue."""
    return [i for i, n in enumerate(plan.nodes) if plan.instances[n.first].slots < UNLIMITED]


def draw(fig: go.Figure, view: View, column: str, how: How, hover: str, scale: float = 1) -> None:
    """One line per node, the highest first; the same nodes of the previous run as ghosts."""
    step, run = view.step_s(), view.current
    values = run.per_second.nodes[column] * scale
    shown = _highest(run.plan, values)
    if not len(values) or not shown:
        empty_note(fig, "No node here has slots to fill.")
        return
    ids = [run.plan.nodes[n].id for n in shown]
    if view.previous is not None:
        _ghosts(fig, view, view.previous, ids, column, how, scale)
    styles = identity_styles(view.dark)
    order = {n: k for k, n in enumerate(serving_nodes(run.plan))}
    for node in shown:
        colour, dash = styles[order[node] % len(styles)]
        fig.add_scatter(
            x=starts_s(run.rows, step), y=binned(values[:, node], step, how), name=run.plan.nodes[node].label, mode="lines",
            line={"color": colour, "dash": dash, "width": 1.6}, hovertemplate=hover,
        )  # fmt: skip
    hidden = len(order) - len(shown)
    if hidden > 0:
        fig.add_annotation(x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False, font={"size": 10},
                           text=f"the {len(shown)} highest of {len(order)} nodes; all are in the CSV")  # fmt: skip


def _highest(plan: Plan, values: np.ndarray) -> list[int]:
    nodes = serving_nodes(plan)
    peaks = {n: float(np.nanmax(values[:, n], initial=0)) for n in nodes}
    return sorted(sorted(nodes, key=lambda n: -peaks[n])[:MAX_NODES])


def _ghosts(fig: go.Figure, view: View, run: Snapshot, ids: list[str], column: str, how: How, scale: float) -> None:
    values = run.per_second.nodes[column] * scale
    known = {n.id: i for i, n in enumerate(run.plan.nodes)}
    step = view.step_s()
    for k, node_id in enumerate(i for i in ids if i in known):
        add_ghost(fig, view, starts_s(run.rows, step), binned(values[:, known[node_id]], step, how), first=k == 0)


def table(view: View, column: str, name: str) -> pd.DataFrame:
    """Tidy rows (t_s, node, value) of all nodes with slots."""
    run = view.current
    values, nodes = run.per_second.nodes[column], serving_nodes(run.plan)
    return pd.DataFrame({
        "t_s": np.repeat(np.arange(run.rows), len(nodes)),
        "node": [run.plan.nodes[n].id for n in nodes] * run.rows,
        name: values[:, nodes].ravel(),
    })  # fmt: skip
