"""Names of faults: every fault of a document can be addressed, also one whose author gave it no id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.document import Scenario


def fresh_id(faults: list[dict[str, Any]], kind: str) -> str:
    """An id no fault of the document has: the kind and a number."""
    taken = {f.get("id") for f in faults}
    n = 1
    while f"{kind}-{n}" in taken:
        n += 1
    return f"{kind}-{n}"


def named(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a document in which each fault has an id; those that have one keep it."""
    document = scenario.to_dict()
    for fault, name in zip(document.get("faults") or [], scenario.fault_ids()):
        fault.setdefault("id", name)
    return document


def find(faults: list[dict[str, Any]], fault_id: str) -> int | None:
    """Position of the fault with this id."""
    return next((i for i, f in enumerate(faults) if f.get("id") == fault_id), None)


def names(document: dict[str, Any]) -> set[str]:
    """Everything of the drawing that a fault can be aimed at: nodes, edges as "from->to", Regions and AZs."""
    regions = document.get("regions") or []
    found = {str(n.get("id")) for n in document.get("nodes") or []} | {str(r.get("id")) for r in regions}
    found |= {str(az) for r in regions for az in r.get("azs") or []}
    return found | {f"{e.get('from')}->{e.get('to')}" for e in document.get("edges") or []}
