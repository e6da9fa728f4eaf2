"""Every preset proves its lesson: what base and variants expect comes true. `make verify` asks the same under many seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import load, simulate
from engine.cli.tables import say

PRESETS = sorted((Path(__file__).resolve().parent.parent / "scenarios").glob("*.yaml"))
RUNS = [(path, variant) for path in PRESETS for variant in (None, *(v.id for v in load(path).variants))]


@pytest.mark.parametrize(("path", "variant"), RUNS, ids=lambda value: getattr(value, "stem", value) or "base")
def test_what_a_preset_expects_comes_true(path: Path, variant: str | None) -> None:
    scenario = load(path)
    assert [say(line) for line in simulate(scenario, variant=variant).expectations if not line["pass"]] == []
