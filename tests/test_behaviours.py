"""The map of behaviours names what there is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAP = (ROOT / "docs" / "behaviours.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`((?:kernel|control|oracle|results)/\w+(?:\.\w+)?|test_\w+\.\w+)`", MAP)))


@cache
def defined_in(path: Path) -> set[str]:
    """Names of all functions, methods included."""
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)}


def exists(name: str) -> bool:
    module, _, function = name.partition(".")
    if module.startswith("test_"):
        return f"test_{function}" in defined_in(ROOT / "tests" / f"{module}.py")
    path = ROOT / "engine" / f"{module}.py"
    return path.exists() and (not function or function in defined_in(path))


def test_the_map_names_a_lot() -> None:
    assert len(NAMES) > 150


@pytest.mark.parametrize("name", NAMES)
def test_what_the_map_names_is_there(name: str) -> None:
    assert exists(name)
