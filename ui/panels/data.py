"""The measurements of a run to take away."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import streamlit as st

from engine.results import Result
from ui.charts.base import View

TABLES: dict[str, Callable[[Result], pd.DataFrame]] = {
    "nodes": lambda r: r.nodes,
    "edges": lambda r: r.edges,
    "instances": lambda r: r.instances,
    "requests": lambda r: r.requests,
}
PREVIEW_ROWS = 200
PREVIEW_LIMIT = 300_000  # seconds × instances; the table of a longer run would hold up the page for more than a moment


def panel(view: View) -> None:
    """A choice of tidy tables, each as Parquet or CSV, with the first rows to look at; the summary as JSON."""
    result = view.current.result
    with st.container(horizontal=True, vertical_alignment="center"):
        name = st.segmented_control("Table", list(TABLES), default="nodes", key="data_table", label_visibility="collapsed") or "nodes"
        make = TABLES[name]
        st.download_button(
            "Parquet", lambda: parquet(make(result)), f"{name}.parquet", "application/vnd.apache.parquet", key="data_parquet",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "CSV", lambda: make(result).to_csv(index=False), f"{name}.csv", "text/csv", key="data_csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "Summary (JSON)", result.to_json, "summary.json", "application/json", key="data_json", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
    if view.current.rows * len(view.current.plan.instances) > PREVIEW_LIMIT:
        st.caption("This run is too long to look at row by row here; the downloads hold all of it.")
        return
    table = make(result)
    shown = min(PREVIEW_ROWS, len(table))
    st.caption(f"{len(table)} rows of {table.shape[1]} columns; the first {shown} are shown.")
    st.dataframe(table.head(PREVIEW_ROWS), hide_index=True, height=300, key="data_preview")


def parquet(table: pd.DataFrame) -> bytes:
    """The table as a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
