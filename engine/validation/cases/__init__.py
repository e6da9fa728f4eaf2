"""The groups of cases, one a file. A file is found by being here."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from engine.validation.case import Case


@dataclass(frozen=True, slots=True)
class Group:
    """A file of cases: its name, the first line of its docstring, the rest of it."""

    id: str
    title: str
    text: str
    cases: tuple[Case, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Every group, in the order their files give themselves by ``PLACE``."""
    modules = sorted((import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)), key=lambda m: m.PLACE)
    found = []
    for module in modules:
        title, _, text = (module.__doc__ or "").partition("\n")
        found.append(Group(module.__name__.rpartition(".")[2], title.rstrip("."), " ".join(text.split()), module.CASES))
    return tuple(found)
