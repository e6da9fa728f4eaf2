"""Documents of older format versions, brought up to date one step at a time by pure functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# MIGRATIONS[n] makes a document of version n + 1 into one of version n + 2. Version 1 is the first, so there is none yet.
MIGRATIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = []


def current_version(migrations: list[Callable[[dict[str, Any]], dict[str, Any]]] = MIGRATIONS) -> int:
    """The version all migrations lead to."""
    return len(migrations) + 1


def migrate(data: dict[str, Any], migrations: list[Callable[[dict[str, Any]], dict[str, Any]]] = MIGRATIONS) -> dict[str, Any]:
    """The document in the current version; one whose version is not a known older number comes back as it is."""
    version = data.get("faultline")
    if isinstance(version, bool) or not isinstance(version, int) or not 1 <= version < current_version(migrations):
        return data
    for step in migrations[version - 1 :]:
        data = step(data)
    return data | {"faultline": current_version(migrations)}
