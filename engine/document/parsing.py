"""From anything at all to a scenario, or to all of its problems."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.document.checks import check
from engine.document.draft import Draft, sound_parts
from engine.document.files import with_files
from engine.document.limits import too_many
from engine.document.messages import path_of, sentence
from engine.document.migrations import current_version, migrate
from engine.document.problem import Problem
from engine.document.reader import Odd, Unreadable, mapping_at_top, oddities, read, without_oddities
from engine.document.scenario import Scenario
from engine.document.variants import changed, unknown_ids

MOST_PROBLEMS = 200  # more than anybody reads at once; the last one then says that there are more


@dataclass
class Outcome:
    """What came of a document: a scenario when there are no problems."""

    scenario: Scenario | None
    problems: list[Problem]


def outcome(source: object, folder: Path | None = None) -> Outcome:
    """Read, migrate and check a document given as text, bytes or plain data, with the files it names in ``folder``."""
    try:
        data = read(source) if isinstance(source, str | bytes) else mapping_at_top(source)
        odd = list(oddities(data))
    except Unreadable as error:
        return Outcome(None, [Problem("", str(error))])
    if folder is not None and not odd:
        data = with_files(data, folder, odd)
    if odd:
        data = without_oddities(data)
    data = migrate({key: value for key, value in data.items() if value is not None})  # an empty section is like none
    problems = [Problem(path, message) for path, message in too_many(data)] or list(_version(data))
    if problems:
        return Outcome(None, problems)
    return _checked(data, odd)


def _version(data: dict[str, Any]) -> Iterator[Problem]:
    """Whether this program reads the document's version at all."""
    version, current = data.get("faultline"), current_version()
    if isinstance(version, int) and not isinstance(version, bool) and version != current:
        yield Problem("faultline", f"must be {current}, the version this program reads, not {version}")


def _checked(data: dict[str, Any], odd: Sequence[Odd] = (), hidden: Collection[str] = ()) -> Outcome:
    """``odd``: what is wrong already; ``hidden``: paths of which nothing more is said."""
    scenario: Scenario | None = None
    problems = [Problem(path_of(loc, data), message) for loc, message in odd]
    hidden = {*hidden, *(p.path for p in problems)}
    wrong = [loc for loc, _ in odd if loc]
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        problems += [Problem(path_of(e["loc"], data), sentence(e, data)) for e in errors[: MOST_PROBLEMS + 1]]
        wrong += [e["loc"] for e in errors]
    draft = sound_parts(data, wrong) if wrong or scenario is None else Draft(scenario, data)
    if data.get("nodes") == []:
        problems.append(Problem("nodes", "is empty; a scenario needs at least one node"))
    problems += islice(check(draft), MOST_PROBLEMS + 1)
    problems = problems[: len(odd)] + [p for p in problems[len(odd) :] if p.path not in hidden]
    for variant in draft.scenario.variants:
        if len(problems) <= MOST_PROBLEMS:
            problems += _of_variant(data, variant, problems, hidden)
    unique = list(dict.fromkeys(problems))
    if len(unique) > MOST_PROBLEMS:
        unique = [*unique[:MOST_PROBLEMS], Problem("", f"there are more problems; these are the first {MOST_PROBLEMS}")]
    return Outcome(None if unique else scenario, unique)


def _of_variant(data: dict[str, Any], variant: Any, of_base: list[Problem], hidden: Collection[str]) -> Iterator[Problem]:
    """What is wrong with the variant but not with its base, also where the base's hint lists other names."""
    path = f"variants.{variant.id}"
    unknown = unknown_ids(data, variant.change)
    yield from (Problem(f"{path}.change.{where}", message) for where, message in unknown)
    said = {_without_hint(problem) for problem in of_base}
    for problem in _checked(changed(data, variant), hidden=hidden).problems:
        if _without_hint(problem) not in said:
            yield Problem(f"{path}.{problem.path}" if problem.path else path, problem.message)


def _without_hint(problem: Problem) -> tuple[str, str]:
    return problem.path, problem.message.split("; ")[0].split(" (did you mean")[0]
