"""This run beside the one before it, number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from ui.charts.base import View
from ui.charts.nodelines import serving_nodes
from ui.theme import CAUSE_WORDS
from ui.words import fault_label, percent, seconds

Line = tuple[str, float | None, float | None, Callable[[float], str]]


def panel(view: View) -> None:
    """A table of totals, before and now; a hint when there is nothing to compare yet."""
    if not view.current.final:
        st.caption("Compared when the run is over.")
        return
    if view.previous is None:
        st.caption("Run again after a change, with another variant or another seed: the numbers of both runs stand here side by side.")
        return
    plan = view.current.plan
    serving = [plan.nodes[n].id for n in serving_nodes(plan)]
    rows = [_row(*line) for line in lines(view.previous.result.summary, view.current.result.summary, serving)]
    before, now = f"before ({view.previous.name})", f"now ({view.current.name})"
    table = pd.DataFrame(rows, columns=["measure", before, now, "difference"])
    st.dataframe(table, hide_index=True, height=min(38 + 35 * len(rows), 460), key="compare_table")


def lines(before: dict[str, Any], now: dict[str, Any], serving: list[str]) -> list[Line]:
    """(measure, before, now, how to write it) of everything two summaries have in common; ``serving``: nodes that can be busy."""
    found: list[Line] = [("availability", before["availability"], now["availability"], lambda v: f"{percent(v)} %")]
    found += [
        (f"latency {p}", before["latency_s"].get(p), now["latency_s"].get(p), _duration) for p in ("mean", "p50", "p95", "p99", "p999")
    ]
    for key in ("started", "ok", "in_flight"):
        found.append((f"requests {key.replace('_', ' ')}", before["requests"][key], now["requests"][key], _exact))
    causes = {**before["requests"]["failed"], **now["requests"]["failed"]}
    for cause in causes:
        values = [summary["requests"]["failed"].get(cause, 0) for summary in (before, now)]
        found.append((f"failed: {CAUSE_WORDS.get(cause, cause)}", *values, _exact))
    for fault in now["faults"]:
        twin: dict[str, Any] = next((f for f in before["faults"] if (f["kind"], f["target"]) == (fault["kind"], fault["target"])), {})
        name = f"{fault_label(fault['kind'])} of {fault['target']}"
        found += [(f"{key.removesuffix('_s').upper()}, {name}", twin.get(key), fault.get(key), _duration) for key in ("rto_s", "rpo_s")]
    for node in (n for n in serving if n in before["nodes"]):
        values = [summary["nodes"][node].get("utilisation") for summary in (before, now)]
        found.append((f"utilisation of {node}", *values, lambda v: f"{percent(v)} %"))
    return found


def _row(measure: str, before: float | None, now: float | None, write: Callable[[float], str]) -> tuple[str, str, str, str]:
    def word(value: float | None) -> str:
        return "–" if value is None else write(value)

    if before is None or now is None:
        return measure, word(before), word(now), ""
    change = now - before
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return measure, word(before), word(now), f"{sign} {write(abs(change))}".replace(" %", " points")


def _exact(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def _duration(value_s: float) -> str:
    return " ".join(seconds(value_s))
