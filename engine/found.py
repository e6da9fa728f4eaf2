"""One place per addition: the classes that the modules of a folder define."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from typing import TypeVar

T = TypeVar("T")


def found(package: str, base: type[T]) -> list[type[T]]:
    """Every class of this kind that a module in ``package`` (its dotted name), or in a folder of it, defines; by module, as written."""
    classes: list[type[T]] = []
    for info in pkgutil.walk_packages(sys.modules[package].__path__, f"{package}."):
        module = importlib.import_module(info.name)
        mine = (c for c in vars(module).values() if inspect.isclass(c) and c.__module__ == module.__name__)
        classes += [c for c in mine if issubclass(c, base)]
    return classes
