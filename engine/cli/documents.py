"""Reading documents for the command line: every way a file can be wrong becomes a list of problems."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.document import Problem, Scenario

STDIN = "-"


def read(file: str) -> Scenario:
    """The scenario in a file, ``-`` being standard input; raises `ScenarioError` with everything that is wrong with it."""
    from engine.document import Problem, ScenarioError, parse

    try:
        data = sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise ScenarioError([Problem("", _why_unreadable(error))], file) from None
    try:
        return parse(data, file)
    except UnicodeDecodeError:
        raise ScenarioError([Problem("", "is not text in UTF-8")], file) from None
    except RecursionError:
        raise ScenarioError([Problem("", "is nested too deeply to be a scenario")], file) from None


def _why_unreadable(error: OSError | ValueError) -> str:
    known = {
        errno.ENOENT: "there is no such file",
        errno.EISDIR: "is a folder; name a file in it",
        errno.EACCES: "may not be read: permission denied",
    }
    code = error.errno if isinstance(error, OSError) else None
    return known.get(code or 0, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def problems(file: str) -> list[Problem]:
    """Everything wrong with a document, its variants and what it expects; empty when it can be run and judged."""
    from engine.document import ScenarioError

    try:
        scenario = read(file)
        return expectation_problems(scenario) + variant_problems(scenario)
    except ScenarioError as error:
        return error.problems


def expectation_problems(scenario: Scenario, path: str = "expect") -> list[Problem]:
    """Expectations of metrics that do not exist; `ScenarioError` when the scenario cannot be lowered."""
    from engine.document import Problem
    from engine.lowering import lower
    from engine.results import expectations

    return [Problem(*found) for found in expectations.problems(lower(scenario), scenario.expect, path)]


def variant_problems(scenario: Scenario) -> list[Problem]:
    """Variants that cannot be applied or expect what does not exist."""
    from engine.document import Problem, ScenarioError

    found = []
    for variant in scenario.variants:
        path = f"variants.{variant.id}"
        try:
            if variant.expect is not None:
                found += expectation_problems(scenario.variant(variant.id), f"{path}.expect")
        except ScenarioError as error:
            found += [p if p.path.startswith("variants") else Problem(f"{path}.{p.path}", p.message) for p in error.problems]
    return found


def tell(file: str, found: list[Problem], err: bool = True) -> None:
    """One line per problem: file, path, what is wrong."""
    for problem in found:
        click.echo(f"{file}: {problem}", err=err)
