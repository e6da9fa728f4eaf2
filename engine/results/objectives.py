"""The objectives of a document, judged on a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.results.expectations import verdict
from engine.results.metrics import Metrics
from engine.results.numbers import fields_of

LEAST = ("availability",)
OF_REQUESTS = ("availability", "p50_s", "p95_s", "p99_s", "p999_s", "mean_s")
OF_FAULTS = ("rto_s", "rpo_s")


def value_of(objectives: Any, name: str) -> float | None:
    """The objective of this name as a number, None when the document sets none."""
    value = fields_of(objectives).get(name)
    return None if value is None else float(value)


def enforced(objectives: Any) -> bool:
    """Whether `check` judges the objectives too."""
    return bool(fields_of(objectives).get("enforce", False))


def judge(objectives: Any, metrics: Metrics, faults: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line per objective, and per fault for RTO and RPO, in the shape of a judged expectation."""
    wanted = fields_of(objectives)
    lines = [_line(name, wanted[name], metrics.of_requests(name, None, None)) for name in OF_REQUESTS if name in wanted]
    for name in OF_FAULTS:
        if name in wanted:
            lines += [_line(name, wanted[name], f[name], f["id"], f["told"]) for f in faults if f["began"]]
    return lines


def _line(name: str, objective: float, value: float | None, fault: str | None = None, told: str | None = None) -> dict[str, Any]:
    bounds = {"at_least" if name in LEAST else "at_most": float(objective)}
    judged = verdict(value, told or "no request ended", bounds.get("at_least"), bounds.get("at_most"))
    return {"metric": name} | ({"fault": fault} if fault else {}) | bounds | {"value": value} | judged
