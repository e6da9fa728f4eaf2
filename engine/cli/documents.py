"""Reading documents for the command line: every way a file can be wrong becomes a list of problems."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from engine.document import Problem, Scenario

STDIN = "-"


def read(file: str) -> Scenario:
    """The scenario in a file, ``-`` being standard input; raises `ScenarioError` with everything that is wrong with it."""
    from engine.document import load, loads

    return loads(sys.stdin.buffer.read(), "standard input") if file == STDIN else load(file)


def problems(file: str) -> list[Problem]:
    """Everything wrong with a document, its variants and what it expects; empty when it can be run and judged."""
    from engine.build import build_world
    from engine.document import ScenarioError
    from engine.lowering import lower

    try:
        scenario = read(file)
        for version in (scenario, *(scenario.variant(v.id) for v in scenario.variants)):
            build_world(lower(version))  # whether it fits
    except ScenarioError as error:
        return error.problems
    return []


def tell(file: str, found: list[Problem], err: bool = True) -> None:
    """One line per problem: file, path, what is wrong."""
    for problem in found:
        click.echo(f"{file}: {problem}", err=err)
