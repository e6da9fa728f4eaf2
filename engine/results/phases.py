"""How long each phase of coping with a fault lasted: a promotion's phases, or how long it took until nobody was sent to the dead."""

from __future__ import annotations

from collections.abc import Sequence

from engine.events import PHASES, Event
from engine.plan import PlanFault


def phases_by_fault(faults: Sequence[PlanFault], events: Sequence[Event]) -> list[dict[str, float]]:
    """Seconds in each phase for each fault, in the order of `PHASES`; phases that did not occur are left out.

    Nodes that are in the same phase at the same time count once. Without a promotion, ``detect`` lasts from the fault's
    start to the last ejection of a target before the fault ended or the next one began.
    """
    spans: list[dict[str, list[tuple[float, float]]]] = [{} for _ in faults]
    for event, fault in _phases_with_cause(faults, events):
        for index in _starting_with(faults, fault):
            spans[index].setdefault(str(event.data["phase"]), []).append(_span(event))
    result = []
    for fault, of_fault in zip(faults, spans):
        ejected = None if of_fault else _last_ejection_s(fault, faults, events)
        if ejected is not None:
            of_fault = {"detect": [(fault.start_s, ejected)]}
        result.append({phase: covered_s(of_fault[phase]) for phase in PHASES if phase in of_fault})
    return result


def covered_s(spans: Sequence[tuple[float, float]]) -> float:
    """Length of the union of intervals, in seconds."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def latest_before(faults: Sequence[PlanFault], at_s: float) -> PlanFault | None:
    """The fault that started last at or before an instant."""
    started = [f for f in faults if f.start_s <= at_s]
    return max(started, key=lambda f: f.start_s) if started else None


def next_start_s(faults: Sequence[PlanFault], fault: PlanFault) -> float:
    """When the next fault after this one starts; infinity when none does. Faults that start together are one blow."""
    return min((f.start_s for f in faults if f.start_s > fault.start_s), default=float("inf"))


def _starting_with(faults: Sequence[PlanFault], fault: PlanFault) -> list[int]:
    return [i for i, f in enumerate(faults) if f.start_s == fault.start_s]


def _span(event: Event) -> tuple[float, float]:
    return float(event.data["from_s"]), float(event.data["to_s"])  # type: ignore[arg-type]


def _phases_with_cause(faults: Sequence[PlanFault], events: Sequence[Event]) -> list[tuple[Event, PlanFault]]:
    """Each phase with the fault it goes back to: what follows a node's ``detect`` has the cause of that detection,

    so a second fault in the middle of a promotion does not take the rest of the promotion over.
    """
    causes: dict[str | None, PlanFault] = {}
    pairs = []
    for event in sorted((e for e in events if e.kind == "phase"), key=_span):
        if event.data["phase"] == PHASES[0] or event.node not in causes:
            from_s, to_s = _span(event)
            cause = latest_before(faults, from_s) or latest_before(faults, to_s)
            if cause is None:
                continue
            causes[event.node] = cause
        pairs.append((event, causes[event.node]))
    return pairs


def _last_ejection_s(fault: PlanFault, faults: Sequence[PlanFault], events: Sequence[Event]) -> float | None:
    until_s = min(fault.end_s, next_start_s(faults, fault))
    times = [e.t_s for e in events if e.kind == "unhealthy" and fault.start_s <= e.t_s <= until_s]
    return max(times, default=None)
