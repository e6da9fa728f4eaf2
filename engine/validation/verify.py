"""Running the cases: what `verify` does."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.kernel.jit import COMPILED, cache_key
from engine.validation.case import Case, Effort, Row
from engine.validation.cases import Group, groups


def verify(effort: Effort, progress: Callable[[int, int, str], None] | None = None) -> dict[str, Any]:
    """Run every case and return what came of it in JSON types. ``progress`` hears (cases done, of how many, the next one's title)."""
    started, done = time.perf_counter(), 0
    total = sum(len(group.cases) for group in groups())
    found = []
    for group in groups():
        cases = []
        for case in group.cases:
            if progress:
                progress(done, total, case.title)
            cases.append(judged(case, effort))
            done += 1
        found.append(_group(group, cases))
    return {
        "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "version": _version(),
        "kernel": cache_key(),
        "compiled": COMPILED,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "seconds": round(time.perf_counter() - started),
        "effort": asdict(effort),
        "passed": all(case["passed"] for group in found for case in group["cases"]),
        "groups": found,
    }


def judged(case: Case, effort: Effort) -> dict[str, Any]:
    """A case in JSON types; one that raises has failed, with what it raised in place of a measurement."""
    try:
        rows = [_row(row) for row in case.rows(effort)]
        error = None
    except Exception as raised:
        rows, error = [], f"{type(raised).__name__}: {raised}"
        print(f"{case.title}: {error}", file=sys.stderr)  # noqa: T201
    passed = error is None and bool(rows) and all(row["passed"] for row in rows)
    return {"title": case.title, "source": case.source, "passed": passed, "rows": rows} | ({"error": error} if error else {})


def _row(row: Row) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in ("what", "unit", "sign")}
    numbers = {name: float(getattr(row, name)) for name in ("exact", "ours", "half", "allowance")}
    return fields | numbers | {"passed": bool(row.passed)}


def _group(group: Group, cases: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": group.id, "title": group.title, "text": group.text, "cases": cases}


def _version() -> str:
    try:
        return version("faultline")
    except PackageNotFoundError:
        return "not installed"
