"""The canvas, in a fragment of its own: a click re-runs it and nothing else of the page.

The fragment `workspace` hands its inner one, `stage`, a timer while a run goes on. A timer ends only with a full run of the page, so the
last look of the stage asks for one; that run also draws the charts. While the engine works nothing else is drawn: the charts' Python
would take the interpreter from it (a run of 0.3 s took 2 s beside them).
"""

from __future__ import annotations

import streamlit as st

from canvas import canvas
from engine.catalogue import catalogue
from ui import state
from ui.payload import payload

# Header and toolbar take 160 px: with the rest of the window, nothing of the canvas is below its edge. Below 460 px of canvas a drawing
# cannot be read, above 1100 px it is only further apart.
HEIGHT = "clamp(460px, calc(100vh - 160px), 1100px)"


@st.fragment(key="workspace")
def workspace() -> None:
    """The canvas, with a timer while a run goes on."""
    busy = state.polling(state.store().status())
    st.fragment(stage, run_every=state.TICK_S if busy else None, key="stage")()


def stage() -> None:
    """The canvas with the latest frames. A full run that is due comes first: it would take this message back before it is sent."""
    store = state.store()
    if state.finished_while_polling():
        st.rerun()
    canvas({"id": store.id, "ack": store.acks}, payload(store, catalogue()), key=state.CANVAS, on_ev=state.on_canvas_event, height=HEIGHT)
    store.runner.handed_over()
