"""`patterns:` says what a document shows: ids of a closed list, which the presets are grouped by."""

from __future__ import annotations

from typing import get_args

from engine.document import dumps, parse
from engine.document.patterns import PATTERNS, PatternId
from tests.documents import said, shop


def test_the_ids_of_the_type_are_those_of_the_table():
    assert list(PATTERNS) == list(get_args(PatternId))


def test_an_unknown_pattern_is_told_with_the_known_ones():
    known = ", ".join(PATTERNS)
    assert said(shop(patterns=["P1", "P12"])) == [("patterns[1]", f"must be one of {known}, not 'P12' (did you mean 'P2'?)")]


def test_patterns_are_kept_in_one_line():
    assert "\npatterns: [P4, C1]\n" in dumps(parse(shop(patterns=["P4", "C1"])))
