"""Variants: the smallest change to a document, by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.document.problem import Problem, ScenarioError
from engine.fields import close_to, listed

if TYPE_CHECKING:
    from engine.document.scenario import Change, Scenario, Variant

EDGE_ID = re.compile(r"(.+?)->(.+)")
KEYED = {"nodes": ("node", "id"), "edges": ("edge", ""), "faults": ("fault", "id")}


def variant(scenario: Scenario, id: str) -> Scenario:
    """The scenario with the variant's change applied, validated as a document of its own without variants."""
    from engine.document import parse

    found = next((v for v in scenario.variants if v.id == id), None)
    if found is None:
        known = [v.id for v in scenario.variants]
        raise ScenarioError([Problem("variants", f"there is no variant {id!r}{close_to(id, known)}; there are {listed(known)}")])
    return parse(changed(scenario.to_dict(), found))


def changed(data: dict[str, Any], variant: Variant) -> dict[str, Any]:
    """The raw document with the change applied and without variants. Ids that name nothing change nothing: see `unknown_ids`."""
    change = variant.change
    after = {key: value for key, value in data.items() if key != "variants"}
    for section in KEYED:
        if getattr(change, section):
            after[section] = _with_items(section, _items(data, section), getattr(change, section))
    gone = {id for id, fields in change.nodes.items() if fields is None}
    if gone and isinstance(after.get("edges"), list):  # the base's edges do not outlive their ends
        loose = {id for id in map(_edge_id, _items(data, "edges")) if id and gone & {*id.split("->")}}
        after["edges"] = [edge for edge in after["edges"] if _edge_id(edge) not in loose]
    if change.network is not None:
        after["network"] = _with_fields(after.get("network") or {}, change.network)
    for key in ("seed", "duration_s", "warmup_s"):
        if key in change.model_fields_set:
            after = _with_fields(after, {key: getattr(change, key)})
    if variant.expect is not None:
        after["expect"] = [e.model_dump(mode="json", exclude_unset=True) for e in variant.expect]
    return after


def _items(data: dict[str, Any], section: str) -> list[Any]:
    items = data.get(section)
    return items if isinstance(items, list) else []


def _item_id(section: str, item: Any) -> str | None:
    if section == "edges":
        return _edge_id(item)
    id = item.get("id") if isinstance(item, dict) else None
    return id if isinstance(id, str) else None


def _edge_id(item: Any) -> str | None:
    ends = (item.get("from"), item.get("to")) if isinstance(item, dict) else (None, None)
    return f"{ends[0]}->{ends[1]}" if isinstance(ends[0], str) and isinstance(ends[1], str) else None


def _with_items(section: str, items: list[Any], changes: dict[str, dict[str, Any] | None]) -> list[Any]:
    """Items changed by id, removed where the change is null, added at the end where they are new."""
    after = []
    for item in items:
        fields = changes.get(_item_id(section, item) or "", {})
        if fields is not None:
            after.append(_with_fields(item, fields) if fields else item)
    known = {_item_id(section, item) for item in items}
    return after + [_new(section, id, fields) for id, fields in changes.items() if id not in known and adds(section, id, fields)]


def adds(section: str, id: str, fields: dict[str, Any] | None) -> bool:
    """Whether a change under an unknown id is a new item: nodes and faults say their kind, an edge's id names its ends."""
    if fields is None:
        return False
    return "kind" in fields if section != "edges" else bool(EDGE_ID.fullmatch(id)) or {"from", "to"} <= fields.keys()


def _new(section: str, id: str, fields: dict[str, Any] | None) -> dict[str, Any]:
    ends = EDGE_ID.fullmatch(id)
    named = {"id": id} if section != "edges" else {"from": ends[1], "to": ends[2]} if ends else {}
    return {**named, **(fields or {})}


def _with_fields(item: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Fields replaced whole; null takes one away, so that its default holds again."""
    return {key: value for key, value in {**item, **fields}.items() if not (key in fields and value is None)}


def unknown_ids(data: dict[str, Any], change: Change) -> list[tuple[str, str]]:
    """(path below ``change``, problem) of ids that name nothing in the document and are no complete new item either."""
    problems = []
    for section, (word, _) in KEYED.items():
        known = [id for id in (_item_id(section, item) for item in _items(data, section)) if id]
        for id, fields in getattr(change, section).items():
            if id not in known and not adds(section, id, fields):
                there = f"; there are {listed(known)}" if known else ", it has none with an id"
                problems.append((f"{section}.{id}", f"the document has no {word} {id!r}{close_to(id, known)}{there}"))
    return problems
