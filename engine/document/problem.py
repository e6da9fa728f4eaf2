"""What is wrong with a document, said to the person who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``path`` names the place by ids (`nodes.web.instances`), '' for the document as a whole."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ScenarioError(ValueError):
    """A document that cannot be used, with all of its problems at once."""

    def __init__(self, problems: Sequence[Problem], name: str = "document") -> None:
        self.problems = list(problems)
        self.name = name
        super().__init__(f"{name}: " + "; ".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem], str]]:
        """Survive pickling: a worker may hand it to the page."""
        return type(self), (self.problems, self.name)


def too_large(message: str) -> ScenarioError:
    """For a document that is sound but needs more of a table than one run has; the message says of what and how much."""
    return ScenarioError([Problem("", message)])
