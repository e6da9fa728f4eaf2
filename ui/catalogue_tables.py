"""Reference tables of every component and fault, made from the engine's catalogue, so that they cannot fall behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

Field = dict[str, Any]
COLUMNS = ["field", "default", "unit", "allowed", "meaning", "source"]


def table(fields: list[Field]) -> pd.DataFrame:
    """One row per field, nested ones under "outer › inner", each with where its default comes from."""
    return pd.DataFrame([_row(path, field) for path, field in flat(fields)], columns=COLUMNS)


def flat(fields: list[Field], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """(path, field) of every field that holds a value, through groups and the options of one-of values."""
    for field in fields:
        path = f"{prefix}{field.get('label') or field['name']}"
        yield path, field
        yield from flat(field.get("fields") or [], f"{path} › ")
        for option in field.get("options") or []:
            yield from flat(option.get("fields") or [], f"{path} › ")


def _row(path: str, field: Field) -> dict[str, str]:
    source = str(field.get("source") or "")
    if field.get("confidence") == "assumption":
        source = f"assumption: {source}" if source else "assumption"
    return {
        "field": path,
        "default": _default(field),
        "unit": str(field.get("unit") or ""),
        "allowed": allowed(field),
        "meaning": str(field.get("help") or ""),
        "source": source,
    }


def _default(field: Field) -> str:
    value = field.get("default")
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_default({'default': inner})}" for key, inner in value.items())
    return str(value)


def allowed(field: Field) -> str:
    """The range or the choices in words: "0 … 1", "> 0", "a | b"."""
    if field.get("choices"):
        return " | ".join(str(c) for c in field["choices"])
    if field.get("options"):
        return " | ".join(str(o.get("label") or o["key"]) for o in field["options"])
    low, high = field.get("min"), field.get("max")
    above = "> " if field.get("exclusive_min") else "≥ "
    if low is not None and high is not None:
        return f"{'> ' if field.get('exclusive_min') else ''}{low:g} … {high:g}"
    if low is not None:
        return f"{above}{low:g}"
    return f"≤ {high:g}" if high is not None else ""


def shares(entries: list[dict[str, Any]]) -> tuple[int, int]:
    """(fields with a published source, fields whose default is our assumption) over all entries."""
    marks = [field.get("confidence") for entry in entries for _, field in flat(entry.get("fields") or [])]
    return marks.count("sourced"), marks.count("assumption")
