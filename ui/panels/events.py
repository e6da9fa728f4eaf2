"""The log of a run: who noticed what, when, and what was decided."""

from __future__ import annotations

import streamlit as st

from ui.charts.base import View

WORDS = {
    "fault_start": "fault begins",
    "fault_end": "fault ends",
    "probe_failed": "probe failed",
    "unhealthy": "believed unhealthy",
    "healthy": "believed healthy",
    "fail_open": "fails open",
    "phase": "phase",
    "role": "role",
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
    shown = shown.assign(kind=shown["kind"].map(lambda kind: WORDS.get(kind, kind)), node=shown["node"].fillna(""))
    columns = {
        "t_s": st.column_config.NumberColumn("t", format="%.1f s", width="small"),
        "kind": st.column_config.TextColumn("what", width="small"),
        "node": st.column_config.TextColumn("who", width="small"),
        "text": st.column_config.TextColumn("in words", width="large"),
    }
    st.dataframe(shown[["t_s", "kind", "node", "text"]], hide_index=True, column_config=columns, height=320, key="events_table")
