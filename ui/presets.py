"""The presets: every YAML document in ``scenarios/``, by its title."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.document import Scenario, load

FOLDER = Path(__file__).parent.parent / "scenarios"


@dataclass(frozen=True)
class Preset:
    """A document that ships with the product; ``name`` is its file name without the ending."""

    name: str
    scenario: Scenario

    @property
    def title(self) -> str:
        return self.scenario.title or self.name


def presets() -> dict[str, Preset]:
    """All presets by name, sorted by title. A file that changed is read again."""
    found = [_read(path, path.stat().st_mtime_ns) for path in FOLDER.glob("*.yaml")]
    return {p.name: p for p in sorted(found, key=lambda p: p.title)}


@cache
def _read(path: Path, changed_ns: int) -> Preset:
    return Preset(path.stem, load(path))
