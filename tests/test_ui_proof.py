"""The drawing of an interval: where its marks are, and what is too far away to draw."""

from __future__ import annotations

import re
from typing import Any

from ui.proof import axis, chosen, interval, table
from ui.theme import LIGHT


def row(**changed: Any) -> dict[str, Any]:
    given = {"what": "mean", "unit": "s", "exact": 1.0, "ours": 1.01, "half": 0.02, "sign": "=", "passed": True}
    return given | changed


def case(title: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "source": "Little's law", "passed": all(r["passed"] for r in rows), "rows": list(rows)}


def left(html: str, kind: str) -> float:
    found = re.search(rf"class='{kind}' style='left:([\d.]+)px", html)
    assert found
    return float(found[1])


def test_the_exact_value_is_in_the_middle_and_ours_beside_it() -> None:
    html = interval(row(), LIGHT, 0.05)
    assert left(html, "exact") == 80 and left(html, "bar") == 80 - 0.01 / 0.05 * 72
    assert left(html, "dot") + 3.5 == 80 + 0.01 / 0.05 * 72 and "class='end'" not in html and LIGHT.ok in html


def test_beyond_the_scale_there_is_an_arrow_and_a_failure_is_red() -> None:
    html = interval(row(ours=1.2, passed=False), LIGHT, 0.05)
    assert html.count("class='end'") == 2 and LIGHT.failing in html and left(html, "dot") + 3.5 == 152


def test_bounds_and_zeros_are_not_drawn() -> None:
    assert [interval(row(**changed), LIGHT, 0.05) for changed in ({"sign": "≤"}, {"exact": 0.0}, {"unit": "systems"})] == [""] * 3


def test_the_scale_is_the_smallest_that_holds_nearly_all() -> None:
    rows = [row(half=0.015)] * 10 + [row(half=0.3)]
    assert axis({"cases": [case("many", *rows)]}) == 0.05


def test_words_match_where_words_begin() -> None:
    found = {"groups": [{"title": "Waiting", "cases": [case("A time to live (TTL)", row()), case("Stations", row(passed=False))]}]}
    titles = lambda words, failed=False: [c["title"] for g in chosen(found, words, failed) for c in g["cases"]]  # noqa: E731
    assert titles("ttl") == ["A time to live (TTL)"], "and not the one by Little"
    assert titles("") == titles("little") and len(titles("")) == 2
    assert titles("", True) == ["Stations"] and titles("ttl", True) == []


def test_what_comes_from_a_file_is_text() -> None:
    assert "&lt;b&gt;" in table({"cases": [case("<b>", row(what="<i>"))]}, dark=True)
