"""Every preset is a sound document that its reader can understand before pressing play."""

from pathlib import Path

import pytest

from engine.document import dumps, load, loads
from engine.document.patterns import PATTERNS

PRESETS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


@pytest.fixture(params=PRESETS, ids=lambda path: path.stem)
def preset(request):
    """One preset after the other."""
    return load(request.param)


def test_there_are_presets():
    assert PRESETS


def test_every_pattern_has_a_preset_that_shows_it_first_of_all():
    """Each row of the list of presets has something in it; what a preset shows beside that is a bonus."""
    assert {load(path).patterns[0] for path in PRESETS} == set(PATTERNS)


def test_the_page_of_presets_has_them_all():
    page = (PRESETS[0].parent.parent / "docs" / "presets.md").read_text(encoding="utf-8")
    assert [p.stem for p in PRESETS if f"scenarios/{p.name}" not in page] == [], "run `make presets`"
    assert page.count("scenarios/") == len(PRESETS) + 1, "run `make presets`"


def test_titles_tell_presets_apart():
    titles = [load(path).title for path in PRESETS]
    assert len(set(titles)) == len(titles)


def test_a_preset_tells_its_story_and_names_its_sources(preset):
    assert preset.title != "Untitled" and len(preset.story) > 80 and preset.reading


def test_a_preset_says_what_its_run_must_show_and_why(preset):
    expectations = [*preset.expect, *(e for v in preset.variants for e in v.expect or ())]
    assert preset.expect and preset.variants
    assert all(e.because for e in expectations)
    assert all(v.title and v.story and v.expect for v in preset.variants)


def test_every_variant_of_a_preset_can_be_applied(preset):
    assert all(preset.variant(v.id).nodes for v in preset.variants)


def test_a_preset_places_every_node_and_region_on_the_canvas(preset):
    assert set(preset.layout) == {n.id for n in preset.nodes} | {r.id for r in preset.regions}


def test_a_preset_survives_being_written_out(preset):
    assert loads(dumps(preset)) == preset


def test_a_preset_can_be_watched_in_a_few_minutes_and_run_in_a_second(preset):
    """At most 40 simulated minutes, and at most a million requests by the clients' rates."""
    per_s = [clients.rate_per_s if isinstance(clients.rate_per_s, float) else 0 for clients in preset.nodes if clients.kind == "clients"]
    assert preset.duration_s <= 2_400 and sum(per_s) * preset.duration_s <= 1_000_000


def test_every_node_of_a_preset_is_reached_by_requests(preset):
    dead_letters = {n.dead_letter for n in preset.nodes if getattr(n, "dead_letter", None)}
    assert preset.topology.reached() | dead_letters == set(preset.topology.nodes)
