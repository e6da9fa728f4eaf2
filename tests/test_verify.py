"""`verify`: what passes and what does not, what is kept, and with which code it ends. The cases themselves are in `test_theory`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.validation import report, verify
from engine.validation.case import SHORT, Case, Effort, Row
from engine.validation.cases import Group, groups


def made(*cases: Case) -> tuple[Group, ...]:
    return (Group("queueing", "Waiting and loss", "On paper.", cases),)


def case(rows: Callable[[Effort], list[Row]], title: str = "M/M/1") -> Case:
    return Case(title, "Kleinrock", rows)


GOOD = Row("mean", "s", 0.005, 0.00501, 0.0001, widest=0.05)
BAD = replace(GOOD, ours=0.0052)


def test_a_row_holds_when_the_exact_value_lies_in_an_interval_that_says_something() -> None:
    assert GOOD.passed and not BAD.passed
    assert replace(BAD, allowance=0.0001).passed, "what the measurement cannot tell apart is allowed"
    assert not replace(GOOD, half=0.0003).passed, "too wide to prove anything"
    assert not replace(GOOD, ours=float("nan")).passed
    assert [replace(GOOD, sign=sign).passed for sign in "≤≥"] == [False, True]


def test_every_file_of_the_folder_is_a_group_with_a_title_and_sourced_cases() -> None:
    files = {p.stem for p in Path(verify.__file__).with_name("cases").glob("*.py")} - {"__init__"}
    assert {group.id for group in groups()} == files
    titles = [c.title for group in groups() for c in group.cases]
    assert len(titles) == len(set(titles)) > 80
    assert all(group.title and group.text and group.cases for group in groups())


def test_the_report_says_what_was_found_and_the_exit_code_whether_all_of_it_holds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(report, "DOCUMENT", tmp_path / "validation.md")
    monkeypatch.setattr(verify, "groups", lambda: made(case(lambda effort: [GOOD])))
    assert main(["verify", "--short", "--write"]) == 0
    assert capsys.readouterr().out.splitlines()[0].split() == ["1", "of", "1", "Waiting", "and", "loss"]
    text = (tmp_path / "validation.md").read_text()
    assert "| **M/M/1**<br>Kleinrock | mean | 5 ms | 5.01 ± 0.10 ms | holds |" in text and "1 of 1 cases hold" in text
    kept = report.load()
    assert kept is not None and kept["passed"] and kept["groups"][0]["cases"][0]["rows"][0]["exact"] == 0.005
    monkeypatch.setattr(verify, "groups", lambda: made(case(lambda effort: [GOOD, BAD])))
    assert main(["verify", "--short"]) == 1
    assert "M/M/1 · mean: exact 5 ms, ours 5.20 ± 0.10 ms" in capsys.readouterr().out


def test_a_case_that_raises_has_failed_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(effort: Effort) -> list[Row]:
        raise ValueError("no such thing")

    monkeypatch.setattr(verify, "groups", lambda: made(case(broken), case(lambda effort: []), case(lambda effort: [GOOD])))
    assert main(["verify", "--json"]) == 1
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert [c["passed"] for c in found["groups"][0]["cases"]] == [False, False, True]
    assert found["groups"][0]["cases"][0]["error"] == "ValueError: no such thing"


def test_progress_is_told_before_each_case(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, str]] = []
    monkeypatch.setattr(verify, "groups", lambda: made(case(lambda e: [GOOD], "one"), case(lambda e: [GOOD], "two")))
    verify.verify(SHORT, lambda done, total, title: told.append((done, total, title)))
    assert told == [(0, 2, "one"), (1, 2, "two")]


@pytest.mark.parametrize(
    ("row", "exact", "ours"),
    [
        (Row("", "s", 0.023, 0.0231, 0.0004), "23 ms", "23.10 ± 0.40 ms"),
        (Row("", "s", 240.0, 240.2, 0.0), "240 s", "240.2 s"),
        (Row("", "", 1e-3, 0.00098, 0.00004), "0.001", "0.000980 ± 0.000040"),
        (Row("", "messages", 60_000, 60_000), "60,000 messages", "60,000 messages"),
        (Row("", "ms", 63412, 62839.7, 1660.0), "63,412 ms", "62,840 ± 1660 ms"),
        (Row("", "", 0.2, 0.11, sign="≤"), "≤ 0.2", "0.11"),
        (Row("", "s", 0.0, 0.0), "0 s", "0 s"),
    ],
)
def test_numbers_have_the_digits_their_interval_warrants(row: Row, exact: str, ours: str) -> None:
    as_read = {name: getattr(row, name) for name in ("unit", "exact", "ours", "half", "sign")}
    assert (report.exact_text(as_read), report.ours_text(as_read)) == (exact, ours)


def test_the_results_that_come_with_this_version_hold() -> None:
    kept = report.load()
    assert kept is not None and kept["passed"]
    assert report.document(kept) == report.DOCUMENT.read_text(encoding="utf-8"), "make verify writes both"
