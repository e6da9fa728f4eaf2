"""Every kind of fault, one file each. A new file in this folder is found by itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

from engine.faults.base import Fault

# Fault kinds of the document format that this version does not have; naming one is answered with a sentence of its own.
NOT_YET = (
    "control_plane_down",
)  # fmt: skip


def _found() -> dict[str, type[Fault]]:
    """Kind → class of every `Fault` with a kind that is defined in a module of this folder."""
    kinds: dict[str, type[Fault]] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for cls in vars(module).values():
            if inspect.isclass(cls) and issubclass(cls, Fault) and cls.__module__ == module.__name__:
                kind = cls.model_fields["kind"].default
                if kind:
                    kinds[kind] = cls
    return dict(sorted(kinds.items()))


FAULTS = _found()
