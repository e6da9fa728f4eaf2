"""The log of a run: who noticed what, when, and what was decided."""

from __future__ import annotations

import streamlit as st

from ui.charts.base import View
from ui.theme import PHASE_WORDS

WORDS = {
    "fault_start": "fault begins",
    "fault_end": "fault ends",
    "probe_failed": "probe failed",
    "unhealthy": "believed unhealthy",
    "healthy": "believed healthy",
    "fail_open": "fails open",
    "role": "role",
    "scaling": "scaling",
    "shift": "traffic shifted",
    "breaker": "circuit breaker",
    "messages": "messages moved",
    "stopped": "stopped",
}


def panel(view: View) -> None:
    """The log as a table, without single probe failures unless asked for."""
    log = view.current.result.events
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        probes = st.toggle("Show every failed probe", key="events_probes")
        st.download_button(
            "CSV", lambda: log.to_csv(index=False), "events.csv", "text/csv", key="csv_events", on_click="ignore", type="tertiary",
            icon=":material/download:", help="The whole log.",
        )  # fmt: skip
    shown = log if probes else log[log["kind"] != "probe_failed"]
    if shown.empty:
        st.caption("Nothing happened: no fault, no decision. Break something on the canvas, for example by a click on an AZ.")
        return
    what = [WORDS.get(kind, kind) if kind != "phase" else _phase_over(phase) for kind, phase in zip(shown["kind"], shown["phase"])]
    shown = shown.assign(kind=what, node=shown["node"].fillna(""))
    columns = {
        "t_s": st.column_config.NumberColumn("t", format="%.1f s", width=80),
        "kind": st.column_config.TextColumn("what", width=150),
        "node": st.column_config.TextColumn("who", width=130),
        "text": st.column_config.TextColumn("in words", width="large"),
    }
    st.dataframe(shown[["t_s", "kind", "node", "text"]], hide_index=True, column_config=columns, height=320, key="events_table")


def _phase_over(phase: str) -> str:
    return f"{PHASE_WORDS.get(phase, phase)} done"
