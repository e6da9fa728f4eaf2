"""The presets: every YAML document in ``scenarios/``, by pattern and title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from engine.components import COMPONENTS
from engine.document import Scenario, load
from engine.document.patterns import PATTERNS
from engine.faults import FAULTS

FOLDER = Path(__file__).parent.parent / "scenarios"
OTHERS = "Other"  # the group of presets that name no pattern
SENTENCE = re.compile(r"(?<=[.?!])\s")


@dataclass(frozen=True)
class Preset:
    """A document that ships with the product; ``name`` is its file name without the ending."""

    name: str
    scenario: Scenario

    @property
    def title(self) -> str:
        return self.scenario.title or self.name

    @property
    def group(self) -> str:
        """The pattern it shows first of all."""
        return PATTERNS[self.scenario.patterns[0]] if self.scenario.patterns else OTHERS

    @property
    def line(self) -> str:
        """What it is about, in one line: how its story begins."""
        return SENTENCE.split(self.scenario.story.strip(), maxsplit=1)[0]

    @cached_property
    def words(self) -> str:
        """All that a search looks at: its texts, its patterns, what it is built of and what breaks."""
        s = self.scenario
        built = [text for node in s.nodes for text in (node.id, node.name or "", node.kind, COMPONENTS[node.kind].label)]
        broken = [text for fault in s.faults for text in (fault.kind, FAULTS[fault.kind].label)]
        varied = [text for v in s.variants for text in (v.title or v.id, v.story or "")]
        shown = [text for id in s.patterns for text in (id, PATTERNS[id])]
        return " ".join([self.name, s.title, s.story, *shown, *built, *broken, *varied]).casefold()


def presets() -> dict[str, Preset]:
    """All presets by name, in the order of the patterns, then by title. A file that changed is read again."""
    found = [_read(path, path.stat().st_mtime_ns) for path in FOLDER.glob("*.yaml")]
    order = [*PATTERNS.values(), OTHERS]
    return {p.name: p for p in sorted(found, key=lambda p: (order.index(p.group), p.title))}


def grouped(search: str = "") -> dict[str, list[Preset]]:
    """Group → the presets that have every word of the search somewhere; groups without any are left out."""
    words = search.casefold().split()
    groups: dict[str, list[Preset]] = {}
    for preset in presets().values():
        if all(word in preset.words for word in words):
            groups.setdefault(preset.group, []).append(preset)
    return groups


@cache
def _read(path: Path, changed_ns: int) -> Preset:
    return Preset(path.stem, load(path))
