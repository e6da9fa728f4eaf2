"""CSV files that a document names: read while the document is, so that a document is whole wherever it goes afterwards.

Documents come from strangers: a file must lie in the document's folder or below it, and a document that came as text has no folder.
"""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path
from typing import Any

KEYS = {"trace": 2, "empirical": 1}  # key of a value that may be a file → columns it needs
FILE = r"[\w][\w .-]*(/[\w][\w .-]*)*"  # beside the document or in a folder beside it
LARGEST_FILE = 10_000_000  # bytes
MOST_ROWS = 10_000  # rows of a trace; an empirical distribution with more keeps this many quantiles


class Bad(Exception):
    """The file cannot be used; the message says why."""


def with_files(data: Any, folder: Path, problems: list[tuple[tuple[Any, ...], str]], loc: tuple[Any, ...] = ()) -> Any:
    """``data`` with the contents of the files it names; what is wrong with them is added to ``problems`` as (location, message)."""
    if isinstance(data, list):
        return [with_files(item, folder, problems, (*loc, i)) for i, item in enumerate(data)]
    if not isinstance(data, dict):
        return data
    found: dict[Any, Any] = {}
    for key, value in data.items():
        if key in KEYS and isinstance(value, str):
            try:
                found[key] = numbers(value, folder, KEYS[key])
            except Bad as bad:
                problems.append(((*loc, key), str(bad)))
                found[key] = value
        else:
            found[key] = with_files(value, folder, problems, (*loc, key))
    return found


def numbers(name: str, folder: Path, columns: int) -> list[Any]:
    """The rows of a file: pairs for a trace, single numbers in ascending order for a distribution."""
    rows = _rows(_text(name, folder), name, columns)
    if columns == 2:
        if len(rows) > MOST_ROWS:
            raise Bad(f"{name}: {len(rows):,} rows; at most {MOST_ROWS:,} are read, average some of them")
        return rows
    values = sorted(row[0] for row in rows)
    if len(values) <= MOST_ROWS:
        return values
    return [values[round(k * (len(values) - 1) / (MOST_ROWS - 1))] for k in range(MOST_ROWS)]


def _text(name: str, folder: Path) -> str:
    if not re.fullmatch(FILE, name):
        raise Bad(f"{name!r} is no file beside the document; name one in its folder, e.g. rates.csv")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Bad(f"{name!r} lies outside the document's folder")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        if len(raw) > LARGEST_FILE:
            raise Bad(f"{name} is larger than {LARGEST_FILE:,} bytes")
        return raw.decode("utf-8-sig")
    except OSError:
        raise Bad(f"there is no readable file {name!r} beside the document") from None
    except UnicodeDecodeError:
        raise Bad(f"{name} is not UTF-8 text") from None


def _rows(text: str, name: str, columns: int) -> list[list[float]]:
    rows: list[list[float]] = []
    for number, cells in enumerate(csv.reader(text.splitlines()), 1):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = [float(cell) for cell in cells[:columns]]
            if len(row) < columns or not all(math.isfinite(x) for x in row):
                raise ValueError
        except ValueError:
            if number == 1:
                continue  # a line of names
            raise Bad(
                f"{name}, line {number}: needs {'a number' if columns == 1 else 'two numbers'}, not {','.join(cells)[:60]!r}"
            ) from None
        rows.append(row)
    if not rows:
        raise Bad(f"{name} has no numbers in it")
    return rows
