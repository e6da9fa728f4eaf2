"""The canvas and what follows it, in fragments: a click re-runs these and nothing else of the page.

`workspace` holds two fragments of their own, `stage` with the canvas and `board` with the charts. While a run goes on the workspace
hands both a timer. Fragments keep their timers until a full run of the page, so the last look of the stage asks for one.
"""

from __future__ import annotations

import streamlit as st

from canvas import canvas
from engine.catalogue import catalogue
from ui import state
from ui.board import board
from ui.payload import payload

# Header, toolbar and story take about 190 px of a window; below 460 px the inspector of the canvas no longer fits.
HEIGHT = "clamp(460px, calc(100vh - 190px), 1100px)"


@st.fragment(key="workspace")
def workspace() -> None:
    """Canvas and board; with timers while a run goes on."""
    busy = state.polling(state.store().status())
    st.fragment(stage, run_every=state.TICK_S if busy else None, key="stage")()
    st.fragment(board, run_every=state.BOARD_TICK_S if busy else None, key="board")()


def stage() -> None:
    """The canvas with the latest frames."""
    canvas(payload(state.store(), catalogue(), state.CANVAS), key=state.CANVAS, on_ev=state.on_canvas_event, height=HEIGHT)
    if state.finished_while_polling():
        st.rerun()
