"""What every chart shares: its view of the runs, the time axis, fault shading, phase bands, the ghost of the previous run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.plan import Plan
from ui.snapshot import Snapshot
from ui.theme import PHASE_STATES, PHASE_WORDS, Palette, palette, with_alpha

TIME_META = "faultline-time"  # charts with this meta get the playhead cursor from the canvas
MAX_POINTS = 1800  # per line; longer runs are binned, a screen is not wider
HEIGHT_PX = 280
HEADROOM = 1.2  # the labels of faults stand above the lines
LAST = 2000  # rank in the legend
BAND = (1.02, 1.06)  # phase bands sit above the plot, in parts of its height


@dataclass(frozen=True)
class View:
    """The run on screen, the one before it, and the theme. ``faults`` and ``phases`` are those of the current run."""

    current: Snapshot
    previous: Snapshot | None = None
    dark: bool = False
    faults: list[dict[str, Any]] = field(default_factory=list)
    phases: list[dict[str, Any]] = field(default_factory=list)
    window_s: tuple[float, float] | None = None  # what of the run to show; None: all of it

    @property
    def colours(self) -> Palette:
        return palette(self.dark)

    def step_s(self) -> int:
        """Seconds per drawn point."""
        return max(1, -(-int(self.current.plan.duration_s) // MAX_POINTS))


def always(plan: Plan) -> bool:
    """For charts of what every run has."""
    return True


@dataclass(frozen=True)
class Chart:
    """A chart of the page: ``figure`` draws it, ``table`` gives its numbers for the CSV, ``concerns`` whether a plan has its subject."""

    id: str
    title: str
    help: str
    order: int
    figure: Callable[[View], go.Figure]
    table: Callable[[View], pd.DataFrame]
    concerns: Callable[[Plan], bool] = always


def figure(view: View, y_title: str) -> go.Figure:
    """An empty figure with the common time axis, fault shading and phase bands."""
    fig = go.Figure()
    fig.update_layout(
        meta=TIME_META,
        uirevision=str(view.window_s),
        height=HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 26 if view.phases else 8, "b": 8},
        hovermode="x unified",
        separators=".\u202f",
        legend={"orientation": "h", "yanchor": "top", "y": -0.12, "x": 0, "font": {"size": 11}, "itemwidth": 30, "traceorder": "normal"},
        xaxis={
            "range": list(view.window_s or (0, float(view.current.plan.duration_s))),
            "showgrid": False,
            "zeroline": False,
            "ticksuffix": " s",
            "exponentformat": "none",
            "separatethousands": True,
            "hoverformat": "d",
        },
        yaxis={"title": {"text": y_title, "font": {"size": 11}}, "rangemode": "tozero", "zeroline": False, "automargin": True},
    )
    _shade_faults(fig, view)
    _draw_phases(fig, view)
    return fig


def _shade_faults(fig: go.Figure, view: View) -> None:
    """A tinted span with a dotted start line per fault; overlapping ones deepen. The label names the first few."""
    hue = view.colours.failing
    for n, fault in enumerate(view.faults):
        end_s = min(fault["end_s"] or math.inf, view.current.plan.duration_s)
        fig.add_vrect(x0=fault["start_s"], x1=end_s, fillcolor=with_alpha(hue, 0.10), line_width=0, layer="below")
        fig.add_vline(x=fault["start_s"], line={"color": hue, "width": 1, "dash": "dot"})
        if n < 4:
            fig.add_annotation(
                x=fault["start_s"], y=1 - 0.09 * n, yref="paper", text=f"✖ {fault['label']} · {fault['target']}", showarrow=False,
                xanchor="left", yanchor="top", font={"size": 10, "color": hue}, xshift=3,
            )  # fmt: skip


def _draw_phases(fig: go.Figure, view: View) -> None:
    """Failover phases as a band above the plot, named where there is room for the word."""
    for phase in view.phases:
        state = PHASE_STATES.get(phase["phase"], "none")
        fig.add_shape(
            type="rect", x0=phase["from_s"], x1=phase["to_s"], y0=BAND[0], y1=BAND[1], yref="paper", line_width=0,
            fillcolor=with_alpha(view.colours.of(state), 0.85),
        )  # fmt: skip
        if phase["to_s"] - phase["from_s"] > 0.05 * view.current.plan.duration_s:
            fig.add_annotation(
                x=(phase["from_s"] + phase["to_s"]) / 2, y=BAND[1], yref="paper", text=PHASE_WORDS.get(phase["phase"], phase["phase"]),
                showarrow=False, yanchor="bottom", font={"size": 10},
            )  # fmt: skip


def add_ghost(fig: go.Figure, view: View, x: np.ndarray, y: np.ndarray, name: str = "previous run", first: bool = True) -> None:
    """A line of the previous run: thin, dashed and grey; several share one entry of the legend."""
    fig.add_scatter(
        x=x, y=y, mode="lines", name=name, legendgroup="previous", legendrank=LAST, showlegend=first, hoverinfo="skip",
        line={"color": view.colours.ghost, "width": 1, "dash": "dash"},
    )  # fmt: skip


def threshold(fig: go.Figure, y: float, text: str, colour: str) -> None:
    """A horizontal limit with its name at the right edge."""
    fig.add_hline(y=y, line={"color": colour, "width": 1, "dash": "dash"})
    fig.add_annotation(
        x=1, xref="paper", y=y, text=text, showarrow=False, xanchor="right", yanchor="bottom", font={"size": 10, "color": colour},
    )  # fmt: skip


def leave_headroom(fig: go.Figure, top: float) -> None:
    """Keep room above the highest value for the labels of faults, as far as the reader has not zoomed."""
    if top > 0:
        fig.update_yaxes(autorangeoptions={"include": [top * HEADROOM]})


def empty_note(fig: go.Figure, text: str) -> None:
    """A sentence in the middle of a chart that has nothing to draw."""
    fig.add_annotation(x=0.5, y=0.5, xref="paper", yref="paper", text=text, showarrow=False, font={"size": 12})
