"""Reference tables of every component and fault, made from the engine's catalogue, so that they cannot fall behind it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.reference import HEAD, flat, rows

Field = dict[str, Any]


def table(fields: list[Field]) -> pd.DataFrame:
    """One row per field, nested ones under "outer › inner", each with where its default comes from."""
    return pd.DataFrame(rows(fields), columns=list(HEAD))


def shares(entries: list[dict[str, Any]]) -> tuple[int, int]:
    """(fields with a published source, fields whose default is our assumption) over all entries."""
    marks = [field.get("confidence") for entry in entries for _, field in flat(entry.get("fields") or [])]
    return marks.count("sourced"), marks.count("assumption")
