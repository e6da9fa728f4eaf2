"""From anything at all to a scenario, or to all of its problems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import ValidationError

from engine.document.checks import Draft, check
from engine.document.limits import too_many
from engine.document.messages import path_of, sentence
from engine.document.migrations import current_version, migrate
from engine.document.problem import Problem
from engine.document.reader import Unreadable, mapping_at_top, oddities, read
from engine.document.scenario import Scenario
from engine.document.variants import changed, unknown_ids

MOST_PROBLEMS = 200  # more than anybody reads at once; the last one then says that there are more
LISTS = ("regions", "nodes", "edges", "faults", "expect", "variants", "reading")


@dataclass
class Outcome:
    """What came of a document: a scenario when there are no problems."""

    scenario: Scenario | None
    problems: list[Problem]


def outcome(source: object) -> Outcome:
    """Read, migrate and check a document given as text, bytes or plain data."""
    try:
        data = read(source) if isinstance(source, str | bytes) else mapping_at_top(source)
    except Unreadable as error:
        return Outcome(None, [Problem("", str(error))])
    odd = [Problem(path_of(loc, data), message) for loc, message in oddities(data)]
    if odd:
        return Outcome(None, odd)
    data = migrate({key: value for key, value in data.items() if value is not None})  # an empty section is like none
    problems = [Problem(path, message) for path, message in too_many(data)] or list(_version(data))
    if problems:
        return Outcome(None, problems)
    return _checked(data)


def _version(data: dict[str, Any]) -> Iterator[Problem]:
    """Whether this program reads the document's version at all."""
    version, current = data.get("faultline"), current_version()
    if isinstance(version, int) and not isinstance(version, bool) and version != current:
        yield Problem("faultline", f"must be {current}, the version this program reads, not {version}")


def _checked(data: dict[str, Any]) -> Outcome:
    scenario: Scenario | None = None
    try:
        scenario = Scenario.model_validate(data)
        problems, draft = [], Draft(scenario, data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        problems = [Problem(path_of(e["loc"], data), sentence(e, data)) for e in errors[: MOST_PROBLEMS + 1]]
        draft = sound_parts(data, [e["loc"] for e in errors])
    if data.get("nodes") == []:
        problems.append(Problem("nodes", "is empty; a scenario needs at least one node"))
    problems += islice(check(draft), MOST_PROBLEMS + 1)
    if not problems and scenario is not None:
        problems += _metrics(scenario)
    for variant in draft.scenario.variants:
        if len(problems) <= MOST_PROBLEMS:
            problems += _of_variant(data, variant, problems)
    unique = list(dict.fromkeys(problems))
    if len(unique) > MOST_PROBLEMS:
        unique = [*unique[:MOST_PROBLEMS], Problem("", f"there are more problems; these are the first {MOST_PROBLEMS}")]
    return Outcome(None if unique else scenario, unique)


def sound_parts(data: dict[str, Any], wrong: list[tuple[Any, ...]]) -> Draft:
    """The document without its wrong items and fields, as a scenario."""
    dropped: dict[str, set[int]] = {key: set() for key in LISTS}
    kept = {key: value for key, value in data.items() if key in Scenario.model_fields}
    for loc in wrong:
        if loc[0] in LISTS and len(loc) > 1 and isinstance(loc[1], int):
            dropped[loc[0]].add(loc[1])
        else:
            kept.pop(loc[0], None)
    positions = {key: [i for i in range(len(kept[key])) if i not in dropped[key]] for key in LISTS if isinstance(kept.get(key), list)}
    kept |= {key: [kept[key][i] for i in indices] for key, indices in positions.items()}
    scenario = Scenario.model_validate({"faultline": current_version(), "nodes": [], **kept})
    places_known = not any(loc[0] == "regions" for loc in wrong)
    return Draft(scenario, data, positions, places_known)


def _metrics(scenario: Scenario) -> Iterator[Problem]:
    """Expectations on metrics that do not exist; the results know which do, and want a document that can be lowered."""
    if not scenario.expect:
        return
    from engine.lowering import lower
    from engine.results import expectations

    for path, message in expectations.problems(lower(scenario), scenario.expect):
        yield Problem(path, message)


def _of_variant(data: dict[str, Any], variant: Any, of_base: list[Problem]) -> Iterator[Problem]:
    """What is wrong with the variant but not with its base."""
    path = f"variants.{variant.id}"
    unknown = unknown_ids(data, variant.change)
    yield from (Problem(f"{path}.change.{where}", message) for where, message in unknown)
    for problem in _checked(changed(data, variant)).problems:
        if problem not in of_base:
            yield Problem(f"{path}.{problem.path}" if problem.path else path, problem.message)
