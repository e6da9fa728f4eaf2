"""The presets: every YAML document in ``scenarios/``, by pattern and title.

The list needs titles and stories only. So a file is read as plain data, which takes milliseconds, and checked as a document when somebody
takes it: all of them at once would hold up the first look at the page by half a second and more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from engine.components import COMPONENTS
from engine.document import Scenario, load
from engine.document.patterns import PATTERNS
from engine.faults import FAULTS

FOLDER = Path(__file__).parent.parent / "scenarios"
OTHERS = "Other"  # the group of presets that name no pattern
SENTENCE = re.compile(r"(?<=[.?!])\s")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where libyaml is


@dataclass(frozen=True)
class Preset:
    """A document that ships with the product; ``data`` is what its file says, unchecked: the tests have checked it."""

    path: Path
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """Its file's name without the ending."""
        return self.path.stem

    @cached_property
    def scenario(self) -> Scenario:
        """The document."""
        return load(self.path)

    @property
    def title(self) -> str:
        return str(self.data.get("title") or self.name)

    @property
    def patterns(self) -> list[str]:
        """What the patterns it shows are called, the first of all first."""
        return [PATTERNS[id] for id in self.data.get("patterns", [])]

    @property
    def group(self) -> str:
        """The pattern it shows first of all."""
        return self.patterns[0] if self.patterns else OTHERS

    @property
    def variants(self) -> list[str]:
        """The titles of its variants."""
        return [str(v.get("title") or v["id"]) for v in self.data.get("variants", [])]

    @property
    def line(self) -> str:
        """What it is about, in one line: how its story begins."""
        return SENTENCE.split(str(self.data.get("story", "")).strip(), maxsplit=1)[0]

    @cached_property
    def words(self) -> str:
        """All that a search looks at: its texts, its patterns, what it is built of and what breaks."""
        data = self.data
        built = [text for n in data["nodes"] for text in (n["id"], n.get("name", ""), n["kind"], COMPONENTS[n["kind"]].label)]
        broken = [text for fault in data.get("faults", []) for text in (fault["kind"], FAULTS[fault["kind"]].label)]
        told = [self.title, data.get("story", ""), *self.variants, *(v.get("story", "") for v in data.get("variants", []))]
        return " ".join([self.name, *told, *data.get("patterns", []), *self.patterns, *built, *broken]).casefold()


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
    return Preset(path, yaml.load(path.read_text(encoding="utf-8"), LOADER))
