"""What the document expects of the run and what came of it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ui.charts.base import View


def panel(view: View) -> None:
    """Every expectation and objective with its measured value, and why it was expected."""
    run = view.current
    if not run.final:
        st.caption("Judged when the run is over.")
        return
    rows = [_row(e) for e in run.result.expectations] + [_row(o, "objective") for o in run.result.objectives]
    if not rows:
        st.caption(
            "This drawing states no expectations and no objectives. Add `expect:` or `objectives:` to the document to have them judged."
        )
        return
    held = sum(row["holds"].startswith("✔") for row in rows)
    st.caption(f"{held} of {len(rows)} hold.")
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="expectations_table",
        column_config={
            "holds": st.column_config.TextColumn("", width="small"),
            "metric": st.column_config.TextColumn("metric", width="medium"),
            "bound": st.column_config.TextColumn("expected", width="small"),
            "value": st.column_config.TextColumn("measured", width="small"),
            "because": st.column_config.TextColumn("because", width="large"),
        },
    )  # fmt: skip


def _row(judged: dict[str, Any], because: str = "") -> dict[str, str]:
    owner = next((str(judged[k]) for k in ("node", "edge", "fault") if judged.get(k) is not None), "")
    window = f" from {judged.get('from_s') or 0:g} s to {judged['to_s']:g} s" if judged.get("to_s") is not None else ""
    bounds = [f"{sign} {judged[key]:g}" for key, sign in (("at_least", "≥"), ("at_most", "≤")) if judged.get(key) is not None]
    value = judged.get("value")
    reason = "" if judged["pass"] else f" ({judged.get('reason', '')})"
    return {
        "holds": "✔ holds" if judged["pass"] else "✖ fails",
        "metric": " · ".join(part for part in (owner, str(judged["metric"])) if part) + window,
        "bound": " and ".join(bounds),
        "value": "–" if value is None else f"{value:.4g}",
        "because": str(judged.get("because") or because) + reason,
    }
