"""How long each phase of coping with a fault lasted: a promotion's phases, or how long it took until nobody was sent to the dead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.events import PHASES, Event
from engine.results.suspects import Suspects


@dataclass(frozen=True)
class Coping:
    """What was done about one fault. ``phases``: seconds in each, in the order of `PHASES`, those that did not occur left out.

    ``ejections``: ``first_s`` and ``last_s`` in seconds after the fault's start, and the ``targets`` taken out; None when none was.
    """

    phases: dict[str, float]
    ejections: dict[str, Any] | None


def coping(suspects: Suspects, events: Sequence[Event]) -> list[Coping]:
    """For each fault. Nodes that are in the same phase at the same time count once.

    Without a promotion, ``detect`` lasts from the fault's start to the last ejection.
    """
    spans: list[dict[str, list[tuple[float, float]]]] = [{} for _ in suspects.faults]
    for event, causes in _phases_with_cause(suspects, events):
        for index in causes:
            spans[index].setdefault(str(event.data["phase"]), []).append(_span(event))
    found = []
    for fault, of_fault, ejected in zip(suspects.faults, spans, _ejected(suspects, events)):
        ejections = _ejections(ejected, fault.start_s) if ejected else None
        if ejections and not of_fault:
            of_fault = {"detect": [(0.0, ejections["last_s"])]}
        found.append(Coping({phase: covered_s(of_fault[phase]) for phase in PHASES if phase in of_fault}, ejections))
    return found


def covered_s(spans: Sequence[tuple[float, float]]) -> float:
    """Length of the union of intervals, in seconds."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _span(event: Event) -> tuple[float, float]:
    return float(event.data["from_s"]), float(event.data["to_s"])  # type: ignore[arg-type]


def _phases_with_cause(suspects: Suspects, events: Sequence[Event]) -> list[tuple[Event, list[int]]]:
    """Each phase with the faults it goes back to: what follows a node's ``detect`` has the cause of that detection,

    so a second fault in the middle of a promotion does not take the rest of the promotion over.
    """
    causes: dict[str | None, list[int]] = {}
    pairs = []
    for event in sorted((e for e in events if e.kind == "phase"), key=_span):
        if event.data["phase"] == PHASES[0] or event.node not in causes:
            from_s, to_s = _span(event)
            found = suspects.of_failover(event.node, from_s) or suspects.of_failover(event.node, to_s)
            if not found:
                continue
            causes[event.node] = found
        pairs.append((event, causes[event.node]))
    return pairs


def _ejected(suspects: Suspects, events: Sequence[Event]) -> list[list[Event]]:
    """The ejections that go back to each fault; where it is not known to have hit the target, only while it lasts."""
    found: list[list[Event]] = [[] for _ in suspects.faults]
    for event in (e for e in events if e.kind == "unhealthy"):
        causes, certain = suspects.of_ejection(event)
        for index in causes:
            if certain or event.t_s <= suspects.faults[index].end_s:
                found[index].append(event)
    return found


def _ejections(events: Sequence[Event], start_s: float) -> dict[str, Any]:
    times = [event.t_s - start_s for event in events]
    targets = dict.fromkeys(str(event.data["target"]) for event in events if "target" in event.data)
    return {"first_s": min(times), "last_s": max(times), "targets": list(targets)}
