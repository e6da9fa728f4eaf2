"""The list of presets: by pattern, searched in everything a document says, and chosen with one click."""

from __future__ import annotations

import pytest

from engine.document.patterns import PATTERNS
from engine.run import Run
from tests.test_pages import opened
from ui import presets
from ui.frames import frames


def test_presets_come_in_the_order_of_the_patterns() -> None:
    order = list(PATTERNS.values())
    groups = [p.group for p in presets.presets().values()]
    assert groups == sorted(groups, key=order.index)


def test_without_a_search_every_preset_is_in_one_group() -> None:
    listed = [p.name for found in presets.grouped().values() for p in found]
    assert listed == list(presets.presets())


def test_a_search_looks_at_services_failures_and_patterns() -> None:
    words = ("Kinesis sqs", "SQS", "power LOSS", "caching")
    found = {word: {p.name for group in presets.grouped(word).values() for p in group} for word in words}
    assert found["Kinesis sqs"] == set()
    assert "queue-absorbs" in found["SQS"] and "three-tier-shop" not in found["SQS"]
    assert "three-tier-shop-az-loss" in found["power LOSS"]
    assert "cold-cache-stampede" in found["caching"]


def test_a_preset_is_told_in_one_line() -> None:
    assert all(10 < len(p.line) < 160 and p.line.endswith(".") for p in presets.presets().values())


def test_the_list_has_a_button_for_every_preset() -> None:
    """What its clicks and its search do is tested in a browser: here a click in a dialog closes it."""
    app = opened()
    next(b for b in app.button if b.label == "Browse").click().run()
    assert not app.exception
    assert {b.key for b in app.button} >= {f"preset_{name}" for name in presets.presets()}
    assert "##### Caching" in [m.value for m in app.markdown]


def test_the_list_says_what_the_documents_say() -> None:
    """It reads files as plain data, because checking all documents takes too long for the first look at the page."""
    for preset in presets.presets().values():
        scenario = preset.scenario
        assert (preset.title, preset.patterns) == (scenario.title, [PATTERNS[id] for id in scenario.patterns])
        assert preset.variants == [v.title or v.id for v in scenario.variants] and scenario.story.startswith(preset.line)


@pytest.mark.parametrize("name", presets.presets())
def test_a_preset_and_its_variants_can_be_watched_before_they_are_over(name: str) -> None:
    base = presets.presets()[name].scenario
    for scenario in (base, *(base.variant(v.id) for v in base.variants)):
        run = Run(scenario)
        run.advance(until_s=3)
        part = run.result()
        seen = frames(part.plan, part.series, part.per_second, part.log, "run", 0)
        assert len(seen.nodes) == len(seen.insts) == 3
        assert part.nodes.t_s.max() == part.instances.t_s.max() == 2
