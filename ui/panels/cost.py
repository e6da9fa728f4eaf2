"""What the drawing costs in a month: per node, with every price's source, and in all."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.cost import Estimate, of_drawing
from engine.cost.base import REGION
from ui.charts.base import View
from ui.store import Store

HELP = "Approximate, on demand, without free tiers and discounts; where a size is not drawn it is assumed. Not a quote."


def panel(view: View) -> None:
    """The cost of a month that goes on like the run on screen."""
    estimate = view.current.result.cost
    if estimate is None:
        st.caption("There is a cost as soon as the run has left its warm-up.")
    else:
        show(estimate)


def before_a_run(store: Store) -> None:
    """The cost of the drawing alone; nothing while it cannot be read."""
    if store.scenario is not None and not store.problems and store.scenario.nodes:
        with st.container(border=True):
            st.markdown("**Cost**", help=HELP)
            show(of_drawing(store.scenario))


def show(estimate: Estimate) -> None:
    """The total, what it rests on, and a table with a row per line of the bill."""
    bill = table(estimate)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"About **${estimate.usd:,.0f}** a month · {REGION} · prices read {estimate.read or '–'}", help=HELP)
        st.download_button(
            "CSV", lambda: bill.to_csv(index=False), "cost.csv", "text/csv", key="csv_cost", on_click="ignore", type="tertiary",
            icon=":material/download:", help="Every line of the bill with its price and its source.",
        )  # fmt: skip
    st.markdown(by_node(estimate))
    st.caption(estimate.basis + (f" Not priced: {', '.join(estimate.not_priced)}." if estimate.not_priced else ""))
    columns = {
        "node": st.column_config.TextColumn("node", width=140),
        "what": st.column_config.TextColumn("what", width="medium"),
        "quantity": st.column_config.NumberColumn("quantity", format="localized", width=110),
        "unit": st.column_config.TextColumn("unit", width=90),
        "usd_per_month": st.column_config.NumberColumn("a month", format="dollar", width=110),
        "price": st.column_config.TextColumn("price", width=150),
        "source": st.column_config.TextColumn("source", width="large"),
    }
    st.dataframe(bill, hide_index=True, column_config=columns, key="cost_table")


def by_node(estimate: Estimate) -> str:
    """What each node costs, and the transfer, in one line, the dearest first."""
    parts = [(node.usd, node.label) for node in estimate.nodes if node.usd is not None]
    parts += [(sum(line.usd for line in estimate.transfer), "data transfer")] if estimate.transfer else []
    return " · ".join(f"{label} ${usd:,.0f}" for usd, label in sorted(parts, key=lambda part: -part[0]))


def table(estimate: Estimate) -> pd.DataFrame:
    """One row per line; nodes without a price have a row that says so, and transfer comes last."""
    rows: list[dict[str, object]] = []
    for node in estimate.nodes:
        if not node.priced:
            rows.append({"node": node.label, "what": f"{node.kind}: not priced"})
        rows += [{"node": node.label, **_row(line.as_dict())} for line in node.lines]
    rows += [{"node": "Data transfer", **_row(line.as_dict())} for line in estimate.transfer]
    return pd.DataFrame(rows, columns=["node", "what", "quantity", "unit", "usd_per_month", "price", "source"])


def _row(line: dict[str, object]) -> dict[str, object]:
    per = float(str(line["per"]))
    price = f"{line['usd']:g} USD per {'' if per == 1 else f'{per:,.0f} '}{line['unit']}"
    source = f"{line['source']}, {line['read']}" if "source" in line else f"assumption: {line['assumption']}"
    kept = {key: line[key] for key in ("what", "quantity", "unit", "usd_per_month")}
    return {**kept, "price": price, "source": source}
