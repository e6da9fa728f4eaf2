"""The tiles above the canvas: what the run came to, each with its meaning and, where there is an objective, its state."""

from __future__ import annotations

import math
from typing import Any

from ui.theme import CAUSE_WORDS, State
from ui.words import count, fault_label, percent, seconds

FEW_LOST = 0.01  # share of requests up to which losses are amber, above it red; the grammar's limit of failing

MANY_BUDGETS = 10  # from here on "13 ×" reads better than "1300 %"


def strip(summary: dict[str, Any], objectives: dict[str, Any]) -> list[dict[str, Any]]:
    """Availability, p99, what was lost and why, RTO and RPO of the fault, or the worst of several, the error budget."""
    tiles = [_availability(summary, objectives), _p99(summary, objectives), _lost(summary)]
    began = [f for f in summary.get("faults") or [] if f.get("began", True)]  # one the run has not reached has nothing to show
    if len(began) > 1:
        tiles += _worst(began, objectives)
    else:
        tiles += [tile for fault in began for tile in _recovery(fault, objectives)]
    if objectives.get("availability") is not None:
        tiles.append(_budget(summary, float(objectives["availability"])))
    return tiles


def _tile(label: str, value: str, unit: str, meaning: str, state: State) -> dict[str, Any]:
    return {"label": label, "value": value, "unit": unit, "help": meaning, "state": state}


def _availability(summary: dict[str, Any], objectives: dict[str, Any]) -> dict[str, Any]:
    value, goal = summary.get("availability"), objectives.get("availability")
    meaning = "Share of the requests started after the warm-up that were answered well."
    if value is None:
        return _tile("Availability", "–", "", meaning, "none")
    if goal is None:
        return _tile("Availability", percent(value), "%", meaning, "none")
    return _tile("Availability", percent(value), "%", f"{meaning} Objective {100 * goal:g} %.", "ok" if value >= goal else "failing")


def _p99(summary: dict[str, Any], objectives: dict[str, Any]) -> dict[str, Any]:
    value, goal = (summary.get("latency_s") or {}).get("p99"), objectives.get("p99_s")
    meaning = "99 of 100 successful requests were faster, counted from their first attempt."
    if value is None:
        return _tile("p99", "–", "", meaning, "none")
    if goal is None:
        return _tile("p99", *seconds(value), meaning, "none")
    state: State = "failing" if value > goal else "strained" if value > goal / 2 else "ok"
    return _tile("p99", *seconds(value), f"{meaning} Objective {' '.join(seconds(goal))}.", state)


def _lost(summary: dict[str, Any]) -> dict[str, Any]:
    requests = summary.get("requests") or {}
    failed = {cause: n for cause, n in (requests.get("failed") or {}).items() if n}
    lost = sum(failed.values())
    if not lost:
        return _tile("Lost", "0", "requests", "No request failed.", "ok")
    ranked = sorted(failed.items(), key=lambda item: -item[1])
    causes = ", ".join(f"{count(n)} {CAUSE_WORDS.get(cause, cause)}" for cause, n in ranked)
    unit = CAUSE_WORDS.get(ranked[0][0], ranked[0][0]) if len(ranked) == 1 else f"mostly {CAUSE_WORDS.get(ranked[0][0], ranked[0][0])}"
    state: State = "failing" if lost > FEW_LOST * (lost + requests.get("ok", 0)) else "strained"
    return _tile("Lost", count(lost), unit, f"Requests that failed: {causes}.", state)


def _recovery(fault: dict[str, Any], objectives: dict[str, Any]) -> list[dict[str, Any]]:
    name = f"{fault_label(fault['kind'])} of {fault['target']}"
    restored = f"From the start of {name} until the service level was back to stay."
    lost = f"Age, when {name} began, of the oldest acknowledged write that was lost."
    return [
        _clock("RTO", fault.get("rto_s"), objectives.get("rto_s"), restored, missing="not restored"),
        _clock("RPO", fault.get("rpo_s"), objectives.get("rpo_s"), lost, missing="–"),
    ]


def _worst(faults: list[dict[str, Any]], objectives: dict[str, Any]) -> list[dict[str, Any]]:
    """The longest RTO and RPO of several faults; what each of them came to is in the help."""
    every = list(zip(*(_recovery(fault, objectives) for fault in faults), strict=True))
    tiles = []
    for key, own in zip(("rto_s", "rpo_s"), every, strict=True):
        unknown = math.inf if key == "rto_s" else -1.0  # never restored is worse than anything, nothing known is not
        longest = max(range(len(faults)), key=lambda k: unknown if faults[k].get(key) is None else faults[k][key])
        worst = own[longest]
        named = zip((f"{fault_label(f['kind'])} of {f['target']}" for f in faults), own)
        listed = "; ".join(f"{name}: {tile['value']} {tile['unit']}".strip() for name, tile in named)
        tiles.append({**worst, "label": f"{worst['label']}, worst of {len(faults)}", "help": f"{worst['help']} {listed}."})
    return tiles


def _clock(label: str, value_s: float | None, goal_s: float | None, meaning: str, missing: str) -> dict[str, Any]:
    if value_s is None:
        return _tile(label, missing, "", meaning, "failing" if label == "RTO" else "none")
    if goal_s is None:
        return _tile(label, *seconds(value_s), meaning, "none")
    return _tile(label, *seconds(value_s), f"{meaning} Objective {' '.join(seconds(goal_s))}.", "ok" if value_s <= goal_s else "failing")


def _budget(summary: dict[str, Any], goal: float) -> dict[str, Any]:
    value = summary.get("availability")
    meaning = f"Part used up of the failures that {100 * goal:g} % availability allows for this run; above 100 % the objective is missed."
    if value is None or goal >= 1:
        return _tile("Error budget", "–", "", meaning, "none")
    used = (1 - value) / (1 - goal)
    state: State = "failing" if used > 1 else "strained" if used > 0.5 else "ok"
    if used >= MANY_BUDGETS:
        return _tile("Error budget", count(used), "× used up", meaning, state)
    return _tile("Error budget", f"{100 * used:.0f}", "% used", meaning, state)
