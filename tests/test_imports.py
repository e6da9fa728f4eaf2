"""Who may import whom: pages → ui → engine → engine.kernel, ui → canvas. Read from the import statements, the late ones too."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCREEN = {"streamlit", "plotly", "altair", "pydeck"}
NOT_FOR: dict[str, set[str]] = {  # files below a folder (or a file) may not import these
    "engine": {*SCREEN, "ui", "canvas", "pages", "app"},
    "engine/kernel": {"pydantic", "networkx", "simpy", "pandas", "yaml", "engine.document", "engine.components", "engine.faults"},
    "canvas": {"engine", "ui", "pages", "app"},
    "ui": {"pages", "app"},
    "pages": {"app", "canvas", "engine.kernel", "engine.control"},
    "app.py": {"canvas", "engine.kernel", "engine.control"},
}


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, in full."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files(where: str) -> list[Path]:
    path = ROOT / where
    return [path] if path.suffix == ".py" else sorted(p for p in path.rglob("*.py") if "node_modules" not in p.parts)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("where", NOT_FOR)
def test_imports_point_one_way(where: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files(where)
        for module in imports(file)
        if any(within(module, forbidden) for forbidden in NOT_FOR[where])
    ]
    assert wrong == []


def test_there_is_something_to_look_at() -> None:
    assert {where: len(files(where)) > 0 for where in ("engine", "engine/kernel", "canvas", "ui", "pages")} == dict.fromkeys(
        ("engine", "engine/kernel", "canvas", "ui", "pages"), True
    )


def test_requirements_and_package_ask_for_the_same() -> None:
    asked = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if re.match("[a-z]", line)]
    assert asked == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
