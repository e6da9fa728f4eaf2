"""The reference pages: they are what the classes say."""

from __future__ import annotations

import pytest

from engine.components import COMPONENTS
from engine.reference import markdown, origin, pages
from scripts.reference import FOLDER


def test_the_committed_pages_are_what_the_classes_say():
    committed = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md")}
    wanted = pages()
    assert sorted(committed) == sorted(wanted), "run `make reference`"
    assert [name for name in wanted if committed[name] != wanted[name]] == [], "run `make reference`"


@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_page_says_where_it_sits_how_it_fails_and_whom_it_may_call(kind):
    page, cls = markdown(COMPONENTS[kind]), COMPONENTS[kind]
    assert page.startswith(f"# {cls.label}\n")
    for part in ("## Where it sits", "## Fields", "## When things fail", "## Connections", cls.az_loss, cls.region_loss, cls.control_loss):
        assert part in page
    assert all(limit.what in page for limit in cls.limits)


def test_an_assumption_is_told_from_a_source():
    assert origin({"source": "a guide", "confidence": "sourced"}) == "a guide"
    assumed = {"source": "a guess", "confidence": "assumption", "unit": "s", "likely": [1, 2000]}
    assert origin(assumed) == "assumption: a guess (likely 1 to 2,000 s)"


def test_the_index_names_every_kind_once():
    index = pages()["README.md"]
    assert all(index.count(f"({kind}.md)") == 1 for kind in COMPONENTS)
