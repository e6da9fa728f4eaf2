"""Whether what a document expects could be judged on a run of it: metrics, names, bounds and windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.components import COMPONENTS
from engine.document.draft import Draft
from engine.document.problem import Problem
from engine.document.scenario import fault_ids
from engine.fields import close_to, listed

OWNERS = ("node", "edge", "fault")  # what a metric can belong to


@dataclass(frozen=True)
class Named:
    """A node, edge or fault of the document, sound or not."""

    id: str
    kind: str = ""
    target: str = ""


@dataclass(frozen=True)
class Names:
    """What the metrics of a run need to know of the design: as much of a plan as there is of a document with mistakes."""

    nodes: list[Named]
    edges: list[Named]
    faults: list[Named]

    @cached_property
    def by_name(self) -> dict[str, dict[str, Named]]:
        """node, edge or fault → name → which; a fault also goes by its kind or target."""
        faults = {name: f for f in reversed(self.faults) for name in (f.target, f.kind)} | {f.id: f for f in self.faults}
        return {"node": {n.id: n for n in self.nodes}, "edge": {e.id: e for e in self.edges}, "fault": faults}

    def sources(self) -> list[int]:
        """Clients, and nodes that might be: of an unknown kind anything can be asked."""
        return [i for i, node in enumerate(self.nodes) if node.kind not in COMPONENTS or COMPONENTS[node.kind].behaviour == "source"]

    def narrowed(self, item: dict[str, str]) -> Names:
        """Only what an expectation names, where it names something; of what is not there, nothing is known."""
        found = {f"{key}s": [self.by_name[key].get(item[key], Named(item[key]))] for key in OWNERS if key in item}
        return Names(**({"nodes": self.nodes, "edges": self.edges, "faults": self.faults} | found))


def names_of(draft: Draft) -> Names:
    """Everything the document names, each once."""
    kinds = {item["id"]: str(item.get("kind")) for item in draft.items("nodes") if isinstance(item.get("id"), str)}
    return Names([Named(id, kind) for id, kind in kinds.items()], [Named(id) for id in draft.edges], _faults(draft))


def _faults(draft: Draft) -> list[Named]:
    found = draft.data.get("faults")
    items = [item if isinstance(item, dict) else {} for item in found] if isinstance(found, list) else []
    ids = fault_ids([(item["id"] if isinstance(item.get("id"), str) else None, str(item.get("kind", "fault"))) for item in items])
    shown = {draft.position("faults", i): fault.shown_target for i, fault in enumerate(draft.scenario.faults)}
    targets = [shown.get(at) or str(item.get("target", "")) for at, item in enumerate(items)]
    return [Named(id, str(item.get("kind", "")), target) for id, item, target in zip(ids, items, targets)]


def check_expectations(draft: Draft) -> Iterator[Problem]:
    """All that is wrong with the expectations, beyond single fields; also with those of which a field is wrong."""
    items = draft.data.get("expect")
    if not isinstance(items, list) or not items:
        return
    names = names_of(draft)
    sound = {draft.position("expect", i): expectation for i, expectation in enumerate(draft.scenario.expect)}
    for at, item in enumerate(items):
        path = f"expect[{at}]"
        if at in sound:
            yield from (Problem(f"{path}.{key}", message) for key, message in sound[at].check(draft.scenario.duration_s))
        if isinstance(item, dict):
            yield from (Problem(f"{path}.{key}", message) for key, message in _unjudgeable(item, names))


def _unjudgeable(item: dict[str, Any], names: Names) -> Iterator[tuple[str, str]]:
    """(field, problem) of names that are not there and of a metric that is not theirs."""
    from engine.results import expectations  # here, because the results bring numpy and more along, and few documents expect anything

    plain = {key: item[key] for key in ("metric", *OWNERS) if isinstance(item.get(key), str)}
    for key in OWNERS:
        if key in plain and plain[key] not in names.by_name[key]:
            ids = [named.id for named in getattr(names, f"{key}s")]
            there = f"there are {listed(ids)}" if ids else f"the document has no {key}s"
            yield key, f"there is no {key} {plain[key]!r}{close_to(plain[key], ids)}; {there}"
    if "metric" in plain:
        try:
            expectations.resolve(names.narrowed(plain), plain)
        except expectations.Unjudgeable as problem:
            yield problem.field, str(problem)
