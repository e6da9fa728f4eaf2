"""Shared by the charts with one line per node: which nodes to draw, in which style, with the previous run behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.plan import UNLIMITED, Plan
from ui.bins import How, binned, starts_s
from ui.charts.base import Chart, View, add_ghost, empty_note, figure, leave_headroom
from ui.snapshot import Snapshot
from ui.theme import identity_styles

MAX_NODES = 8  # more lines cannot be told apart
NOBODY = "No node here has slots to fill."


def serving_nodes(plan: Plan) -> list[int]:
    """Nodes whose instances have a bounded number of slots: the ones that can be busy or queue."""
    return [i for i, n in enumerate(plan.nodes) if plan.instances[n.first].slots < UNLIMITED]


@dataclass(frozen=True)
class Lines:
    """One line per node of a column of `engine.results.columns.PerSecond.nodes`."""

    column: str
    how: How  # what several seconds become where a line has more of them than the screen has points
    hover: str
    scale: float = 1
    nodes: Callable[[Plan], list[int]] = serving_nodes
    empty: str = NOBODY


def draw(fig: go.Figure, view: View, lines: Lines) -> None:
    """One line per node, the highest first; the same nodes of the previous run as ghosts."""
    step, run = view.step_s(), view.current
    values = _values(run, lines)
    shown = _highest(lines.nodes(run.plan), values)
    if not len(values) or not shown:
        empty_note(fig, lines.empty)
        return
    ids = [run.plan.nodes[n].id for n in shown]
    if view.previous is not None:
        _ghosts(fig, view, view.previous, ids, lines)
    styles = identity_styles(view.dark)
    order = {n: k for k, n in enumerate(lines.nodes(run.plan))}
    for node in shown:
        colour, dash = styles[order[node] % len(styles)]
        fig.add_scatter(
            x=starts_s(run.rows, step), y=binned(values[:, node], step, lines.how), name=run.plan.nodes[node].label, mode="lines",
            line={"color": colour, "dash": dash, "width": 1.6}, hovertemplate=lines.hover,
        )  # fmt: skip
    hidden = len(order) - len(shown)
    if hidden > 0:
        fig.add_annotation(x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", showarrow=False, font={"size": 10},
                           text=f"the {len(shown)} highest of {len(order)} nodes; all are in the CSV")  # fmt: skip


def _values(run: Snapshot, lines: Lines) -> np.ndarray:
    """The column, [T, N]; NaN throughout where a run does not have it."""
    found = run.per_second.nodes.get(lines.column)
    return np.full((run.rows, len(run.plan.nodes)), np.nan) if found is None else found * lines.scale


def _highest(nodes: list[int], values: np.ndarray) -> list[int]:
    peaks = {n: float(np.nanmax(values[:, n], initial=0)) for n in nodes}
    return sorted(sorted(nodes, key=lambda n: -peaks[n])[:MAX_NODES])


def _ghosts(fig: go.Figure, view: View, run: Snapshot, ids: list[str], lines: Lines) -> None:
    values = _values(run, lines)
    known = {n.id: i for i, n in enumerate(run.plan.nodes)}
    step = view.step_s()
    for k, node_id in enumerate(i for i in ids if i in known):
        add_ghost(fig, view, starts_s(run.rows, step), binned(values[:, known[node_id]], step, lines.how), first=k == 0)


def table(view: View, lines: Lines, name: str) -> pd.DataFrame:
    """Tidy rows (t_s, node, value) of all nodes the lines are about."""
    run, nodes = view.current, lines.nodes(view.current.plan)
    return pd.DataFrame({
        "t_s": np.repeat(np.arange(run.rows), len(nodes)),
        "node": [run.plan.nodes[n].id for n in nodes] * run.rows,
        name: _values(run, lines)[:, nodes].ravel(),
    })  # fmt: skip


def chart(id: str, title: str, help: str, order: int, axis: str, lines: Lines, least: float) -> Chart:
    """A chart of nothing but these lines, for plans that have such nodes. The axis never shows less than ``least``."""

    def figure_of(view: View) -> go.Figure:
        fig = figure(view, axis)
        draw(fig, view, lines)
        leave_headroom(fig, max([least, *(float(np.nanmax(np.asarray(t.y, float), initial=0)) for t in fig.data)]))
        return fig

    def table_of(view: View) -> pd.DataFrame:
        return table(view, lines, axis.replace(" ", "_"))

    def concerns(plan: Plan) -> bool:
        return bool(lines.nodes(plan))

    return Chart(id, title, help, order, figure_of, table_of, concerns)
