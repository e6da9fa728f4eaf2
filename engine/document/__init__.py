"""The scenario document: reading it from anywhere, checking it whole, writing it for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.document import writer
from engine.document.limits import LONGEST_TEXT
from engine.document.parsing import outcome
from engine.document.problem import Problem, ScenarioError
from engine.document.scenario import Scenario

__all__ = ["Problem", "Scenario", "ScenarioError", "dumps", "load", "loads", "parse", "problems", "schema"]


def parse(data: dict[str, Any] | str | bytes, name: str = "document", folder: Path | None = None) -> Scenario:
    """A scenario from plain data, YAML or JSON; raises `ScenarioError` with all problems at once. ``folder``: where files it names are."""
    result = outcome(data, folder)
    if result.scenario is None:
        raise ScenarioError(result.problems, name)
    return result.scenario


def problems(data: dict[str, Any] | str | bytes) -> list[Problem]:
    """Everything that is wrong with a document; empty when it can run."""
    return outcome(data).problems


def loads(text: str | bytes, name: str = "document") -> Scenario:
    """A scenario from YAML or JSON text."""
    return parse(text, name)


def load(path: str | Path) -> Scenario:
    """A scenario from a file; a file that cannot be read is a `ScenarioError` like any other."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(LONGEST_TEXT + 1)
    except FileNotFoundError:
        raise ScenarioError([Problem("", "there is no such file")], str(path)) from None
    except IsADirectoryError:
        raise ScenarioError([Problem("", "this is a folder; name a scenario file in it")], str(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ScenarioError([Problem("", f"the file cannot be read: {getattr(error, 'strerror', None) or error}")], str(path)) from None
    return parse(raw, str(path), Path(path).parent)


def dumps(scenario: Scenario) -> str:
    """YAML for people; `loads` reads it back to an equal scenario."""
    return writer.dumps(scenario.to_dict())


def schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Scenario.model_json_schema(by_alias=True),
        "title": "Faultline scenario",
    }
