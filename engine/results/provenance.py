"""Where a result comes from: which document, seed and versions, on what, in how long."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from typing import Any

from engine.kernel.jit import cache_key
from engine.plan import Plan

LIBRARIES = ("numpy", "simpy", "networkx", "pydantic", "numba")


def document(scenario: Any) -> dict[str, Any] | None:
    """The document that was run, a variant's change included; None where there was none, only a plan."""
    return scenario.to_dict() if hasattr(scenario, "to_dict") else None


def fingerprint(whole: dict[str, Any]) -> str:
    """SHA-256 of a document, however it was written."""
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def provenance(scenario: Any, plan: Plan, wall_s: float) -> dict[str, Any]:
    """What one needs to make the same run again. The fingerprint is of the document as JSON with sorted keys, notes and layout included."""
    whole = document(scenario)
    return {
        "document_sha256": None if whole is None else fingerprint(whole),
        "seed": plan.seed,
        "duration_s": plan.duration_s,
        "version": _version("faultline"),
        "kernel": cache_key(),
        "python": platform.python_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
        "platform": f"{platform.system()} {platform.machine()}",
        "wall_s": wall_s,
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
