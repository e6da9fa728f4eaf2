"""The tables under the charts say what the numbers are."""

from __future__ import annotations

import pandas as pd

from engine.reference import HEAD, allowed, flat
from tests import runs_by_hand as hand
from tests.ui_fakes import snapshot
from ui.catalogue_tables import shares, table
from ui.panels.compare import _row, lines
from ui.panels.data import TABLES, parquet
from ui.panels.expectations import _row as expectation
from ui.words import count, percent, seconds


def test_two_runs_are_compared_line_by_line() -> None:
    before = snapshot(series=hand.steady(hand.plan(300)), run_id="a").result.summary
    now = snapshot(run_id="b").result.summary
    rows = {row[0]: row[1:] for row in (_row(*line) for line in lines(before, now, ["web", "orders"]))}
    assert rows["availability"] == ("100 %", "94.00 %", "− 6.00 points")
    assert rows["failed: timed out"] == ("0", "1\u202f500", "+ 1\u202f500")
    assert rows["requests started"][2] == "± 0"
    assert "utilisation of web" in rows and "utilisation of front" not in rows
    assert any(name.startswith("RTO, AZ power loss of a") for name in rows)


def test_a_value_that_is_missing_is_a_dash_and_has_no_difference() -> None:
    assert _row("RTO", None, 12.0, str) == ("RTO", "–", "12.0", "")


def test_an_expectation_says_whether_it_holds_of_what_and_why() -> None:
    judged = {"metric": "error_ratio", "node": "web", "from_s": 10, "to_s": 20, "at_least": 0.1, "at_most": 0.5, "because": "it is down",
              "value": 0.7, "pass": False, "reason": "0.7 is more than 0.5"}  # fmt: skip
    assert expectation(judged) == {
        "holds": "✖ fails",
        "metric": "web · error_ratio from 10 s to 20 s",
        "bound": "≥ 0.1 and ≤ 0.5",
        "value": "0.7",
        "because": "it is down (0.7 is more than 0.5)",
    }


def test_every_table_survives_the_way_through_parquet() -> None:
    result = snapshot().result
    for name, make in TABLES.items():
        frame = make(result)
        assert len(frame), name
        assert pd.read_parquet(__import__("io").BytesIO(parquet(frame))).shape == frame.shape


def test_numbers_read_well() -> None:
    assert [" ".join(seconds(s)) for s in (0, 0.0123, 0.5, 2.5, 95, 1234)] == ["0 s", "12.3 ms", "500 ms", "2.5 s", "95 s", "1234 s"]
    assert [count(n) for n in (950, 9_500, 12_345, 4_500_000)] == ["950", "9\u202f500", "12.3k", "4.5M"]
    assert [percent(s) for s in (1, 0, 0.5, 0.99996, 0.999_999_99)] == ["100", "0", "50.00", "99.996", "99.999999"]


def test_the_reference_lists_every_field_with_its_source() -> None:
    from engine.catalogue import catalogue

    entries = catalogue()
    for entry in [*entries["kinds"], *entries["faults"], {"fields": entries["edge_fields"]}]:
        shown = table(entry["fields"])
        assert list(shown.columns) == list(HEAD)
        assert len(shown) == sum(1 for _ in flat(entry["fields"]))
    sourced, assumed = shares([*entries["kinds"], *entries["faults"], {"fields": entries["edge_fields"]}])
    assert sourced and assumed


def test_a_range_is_written_as_a_person_would() -> None:
    assert allowed({"min": 0, "max": 1}) == "0 … 1"
    assert allowed({"min": 0, "exclusive_min": True}) == "over 0"
    assert allowed({"max": 5}) == "≤ 5"
    assert allowed({"choices": ["a", "b"]}) == "a | b"
