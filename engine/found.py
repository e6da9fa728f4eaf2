"""One place per addition: the classes that the modules of a folder define."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from typing import TypeVar

T = TypeVar("T")


def found(package: str, base: type[T]) -> list[type[T]]:
    """Every class of this kind that a module of ``package`` (its dotted name) defines itself, by module and then in the order written."""
    classes: list[type[T]] = []
    for info in pkgutil.iter_modules(sys.modules[package].__path__):
        module = importlib.import_module(f"{package}.{info.name}")
        mine = (c for c in vars(module).values() if inspect.isclass(c) and c.__module__ == module.__name__)
        classes += [c for c in mine if issubclass(c, base)]
    return classes
