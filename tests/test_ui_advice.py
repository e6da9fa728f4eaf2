"""Advice and cost on the page: found once per reading, never about an older drawing, never in the way."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import engine.cost
from engine.document import parse
from tests.documents import shop, with_node
from ui import advice
from ui.panels import cost
from ui.payload import payload
from ui.store import Store, edit, new_store


def store_of(data: dict[str, Any]) -> Store:
    return new_store(parse(data))


def test_the_canvas_gets_the_findings_of_the_drawing_as_plain_data() -> None:
    found = payload(store_of(with_node("orders", multi_az=False)), {})["advice"]
    assert [f["nodes"] for f in found if f["rule"] == "single_point_of_failure"] == [["orders"]]


def test_advice_is_about_the_drawing_on_the_canvas_and_waits_while_it_cannot_be_read() -> None:
    store = store_of(shop())
    before = advice.of(store)
    assert advice.of(store) is before  # not looked for again
    broken = copy.deepcopy(store.document)
    broken["nodes"][1]["kind"] = "nonsense"
    edit(store, broken)
    assert advice.of(store) == []
    mended = copy.deepcopy(broken)
    mended["nodes"][1]["kind"] = "alb"
    mended["nodes"][2]["instances"] = 1
    edit(store, mended)
    assert "single_point_of_failure" in {f["rule"] for f in advice.of(store)}


def test_a_rule_that_fails_costs_the_advice_and_not_the_canvas(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_scenario: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(advice, "advise", fails)
    assert payload(store_of(shop()), {})["advice"] == []


def test_the_cost_table_has_a_row_per_line_and_says_what_has_no_price() -> None:
    table = cost.table(engine.cost.of_drawing(parse(shop())))
    rows = list(zip(table["node"], table["what"]))
    assert rows[:3] == [("front", "Hours"), ("front", "Capacity units, 1 GB each"), ("web", "service: not priced")]
    assert rows[-1] == ("Data transfer", "To the internet")
    assert table["price"][0] == "0.0225 USD per h"
    assert table["source"][0] == "Infracost's recorded estimates, 2024-07-01"
    assert table["usd_per_month"].sum() == pytest.approx(engine.cost.of_drawing(parse(shop())).usd)


def test_nodes_are_told_by_what_they_cost() -> None:
    assert cost.by_node(engine.cost.of_drawing(parse(shop()))) == "orders $273 · data transfer $237 · front $40"
