"""Faultline's engine: documents in, measured runs out. Names are imported when first used, so that checking a document is quick."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.advice import advise
    from engine.document import Problem, Scenario, ScenarioError, dumps, load, loads
    from engine.results import Result
    from engine.run import Run, simulate

_HOMES = {
    **dict.fromkeys(("load", "loads", "dumps", "Scenario", "ScenarioError", "Problem"), "engine.document"),
    **dict.fromkeys(("Run", "simulate"), "engine.run"),
    "Result": "engine.results",
    "advise": "engine.advice",
}

__all__ = ["Problem", "Result", "Run", "Scenario", "ScenarioError", "advise", "dumps", "load", "loads", "simulate"]


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
