"""A document with mistakes in it, as far as it can be understood: one wrong thing shall not hide another."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from engine.components import Component
from engine.components.connections import why_not
from engine.document.migrations import current_version
from engine.document.scenario import Scenario
from engine.fields import TAG
from engine.topology import Topology

Loc = tuple[Any, ...]
LISTS = ("regions", "nodes", "edges", "faults", "expect", "variants", "reading")
# Items that can be looked at without their wrong fields, unless those are the ones that say what or where they are.
ESSENTIAL = {
    "nodes": {"id", "kind", "region", "azs", "primary_az", "standby_az"}, "edges": {"from", "to"},
    "faults": {"id", "kind", "target", "between"},
}  # fmt: skip
STAND_INS = {"faults": {"at_s": 0.0}}  # for required fields that were wrong


@dataclass
class Draft:
    """The sound parts of a document as a scenario, beside the whole of it: naming a part that is itself wrong is no second mistake."""

    scenario: Scenario
    data: dict[str, Any]
    kept: dict[str, list[int]] = field(default_factory=dict)  # section → positions in ``data`` of the items in ``scenario``
    mended: dict[str, set[int]] = field(default_factory=dict)  # section → positions of items that had to do without their wrong fields
    places_known: bool = True  # False when the Regions themselves are wrong: then nothing can be said about where things sit

    def items(self, section: str) -> list[dict[str, Any]]:
        """The mappings of a list of the document, sound or not."""
        found = self.data.get(section)
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    def position(self, section: str, index: int) -> int:
        """Where the index-th sound item stands in the document."""
        return self.kept[section][index] if section in self.kept else index

    def ids(self, section: str) -> list[str]:
        """Ids of all items of a section, in order; some may be there twice."""
        return [item["id"] for item in self.items(section) if isinstance(item.get("id"), str)]

    def edge_ids(self) -> list[str]:
        """Ids of all edges, in order; some may be there twice."""
        return [f"{e['from']}->{e['to']}" for e in self.items("edges") if isinstance(e.get("from"), str) and isinstance(e.get("to"), str)]

    @cached_property
    def nodes(self) -> dict[str, None]:
        """Ids of all nodes in the document, in order."""
        return dict.fromkeys(self.ids("nodes"))

    @cached_property
    def edges(self) -> dict[str, None]:
        """Ids of all edges in the document, in order."""
        return dict.fromkeys(self.edge_ids())

    @cached_property
    def misplaced(self) -> dict[str, list[tuple[str, str]]]:
        """Node id → what its own checks say, for nodes that have problems."""
        found = {node.id: list(node.check(self.scenario.geography)) for node in self.scenario.nodes}
        return {id: problems for id, problems in found.items() if problems}

    @cached_property
    def unsound(self) -> set[str]:
        """Nodes and edges of the document that are not in the topology, or not as they were meant."""
        mended = {self.data["nodes"][at]["id"] for at in self.mended.get("nodes", ())}
        return mended | (self.nodes.keys() - set(self.topology.nodes)) | (self.edges.keys() - set(self.topology.edge_ids()))

    @cached_property
    def classes(self) -> dict[str, type[Component]]:
        """Sound node id → its class."""
        return {node.id: type(node) for node in self.scenario.nodes}

    def refused(self, caller: str, callee: str) -> str | None:
        """Why one sound node cannot call another; None when it can."""
        return why_not(self.classes[caller], self.classes[callee])

    @cached_property
    def topology(self) -> Topology:
        """Of the nodes that have a place."""
        sound = [node for node in self.scenario.nodes if node.id not in self.misplaced]
        return Topology(sound, self.scenario.edges, self.scenario.geography)


def sound_parts(data: dict[str, Any], wrong: list[Loc]) -> Draft:
    """The document without its wrong fields, and without the items that cannot be understood without theirs."""
    sections = {key: value for key, value in data.items() if key in Scenario.model_fields}
    fields: dict[str, dict[int, set[str]]] = {key: {} for key in LISTS}  # section → position → wrong fields, '' for the item itself
    for loc in wrong:
        if loc[0] in LISTS and len(loc) > 1 and isinstance(loc[1], int):
            fields[loc[0]].setdefault(loc[1], set()).add(_field(loc))
        else:
            sections.pop(loc[0], None)
    places_known = not any(loc[0] == "regions" for loc in wrong)
    mended = {key: {at: item for at, names in fields[key].items() if (item := _mended(key, sections[key][at], names))}
              for key in ESSENTIAL if isinstance(sections.get(key), list)}  # fmt: skip
    try:
        return _draft(data, sections, fields, mended, places_known)
    except ValidationError:  # a mended item lacks something else: do without mending
        return _draft(data, sections, fields, {}, places_known)


def _field(loc: Loc) -> str:
    """The field of an item that a location is in; '' when it is the item itself."""
    return next((str(key) for key in loc[2:] if not str(key).startswith(TAG)), "")


def _mended(section: str, item: Any, wrong: set[str]) -> dict[str, Any] | None:
    """The item without its wrong fields; None when it means nothing without them."""
    if not isinstance(item, dict) or "" in wrong or wrong & ESSENTIAL[section]:
        return None
    stand_ins = {key: value for key, value in STAND_INS.get(section, {}).items() if key in wrong}
    return {key: value for key, value in item.items() if key not in wrong} | stand_ins


def _draft(data: dict[str, Any], sections: dict[str, Any], wrong: dict[str, dict[int, set[str]]],
           mended: dict[str, dict[int, dict[str, Any]]], places_known: bool) -> Draft:  # fmt: skip
    positions: dict[str, list[int]] = {}
    kept = dict(sections)
    for key in LISTS:
        if isinstance(items := sections.get(key), list):
            better = mended.get(key, {})
            positions[key] = [at for at in range(len(items)) if at not in wrong[key] or at in better]
            kept[key] = [better.get(at, items[at]) for at in positions[key]]
    scenario = Scenario.model_validate({"faultline": current_version(), "nodes": [], **kept})
    return Draft(scenario, data, positions, {key: set(better) for key, better in mended.items()}, places_known)
