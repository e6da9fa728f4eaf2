"""`check`: the base and every variant of a document, under one or several seeds, judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.cli import documents
from engine.cli.playing import Player

if TYPE_CHECKING:
    from engine.document import Problem, Scenario

BASE = "base"


@dataclass
class Judgement:
    """One run, judged. ``lines`` are expectations, and objectives where the document enforces them."""

    variant: str
    seed: int
    wall_s: float
    digest: str
    lines: list[dict[str, Any]]
    stopped: dict[str, Any] | None

    @property
    def holds(self) -> bool:
        """Whether everything expected came true; a run that could not be finished proves nothing."""
        return self.stopped is None and all(line["pass"] for line in self.lines)


@dataclass
class Checked:
    """A document and the judgements on it, or what is wrong with it."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the document is sound and every run of it holds."""
        return not self.problems and all(j.holds for j in self.judgements)


def check(file: str, seeds: int, player: Player) -> Checked:
    """Judge a document, or say what is wrong with it."""
    from engine.document import ScenarioError

    checked = Checked(file)
    try:
        checked.judgements += judgements(documents.read(file), seeds, player, file)
    except ScenarioError as error:
        checked.problems += error.problems
    return checked


def judgements(scenario: Scenario, seeds: int, player: Player, label: str) -> Iterator[Judgement]:
    """Every variant under the seeds seed … seed + ``seeds`` − 1 of its document."""
    from engine.results import objectives

    for name, version in versions(scenario):
        numbers = range(version.seed, version.seed + seeds)
        one = (player.play(version, f"{label}, {name}, seed {seed}", seed=seed) for seed in numbers)
        for seed, result in zip(numbers, one if seeds == 1 else player.play_all(version, f"{label}, {name}", numbers)):
            lines = result.expectations + (result.objectives if objectives.enforced(version.objectives) else [])
            yield Judgement(name, seed, result.wall_s, result.digest, lines, result.stopped)


def versions(scenario: Scenario) -> Iterator[tuple[str, Scenario]]:
    """The base and each variant, by name."""
    yield BASE, scenario
    for variant in scenario.variants:
        yield variant.id, scenario.variant(variant.id)


def as_json(checked: Checked) -> dict[str, Any]:
    """A checked document in JSON types."""
    runs = [
        {"variant": j.variant, "seed": j.seed, "pass": j.holds, "digest": j.digest, "wall_s": j.wall_s, "expectations": j.lines}
        | ({"stopped": j.stopped} if j.stopped else {})
        for j in checked.judgements
    ]
    problems = [{"path": p.path, "message": p.message} for p in checked.problems]
    return {"file": checked.file, "pass": checked.holds, "problems": problems, "runs": runs}
