"""What the parts of a document must mean together: names that exist, places that exist, calls that can be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from engine.components import Component
from engine.components.connections import why_not
from engine.document.limits import MOST_INSTANCES, too_long
from engine.document.problem import Problem
from engine.document.scenario import Expectation, Scenario
from engine.fields import close_to, listed
from engine.geography import OUTSIDE
from engine.topology import Topology

Found = Iterator[Problem]


@dataclass
class Draft:
    """The sound parts of a document as a scenario, beside the whole of it: naming a part that is itself wrong is no second mistake."""

    scenario: Scenario
    data: dict[str, Any]
    kept: dict[str, list[int]] = field(default_factory=dict)  # section → positions in ``data`` of the items in ``scenario``
    places_known: bool = True  # False when the Regions themselves are wrong: then nothing can be said about where things sit

    def items(self, section: str) -> list[dict[str, Any]]:
        """The mappings of a list of the document, sound or not."""
        found = self.data.get(section)
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    def position(self, section: str, index: int) -> int:
        """Where the index-th sound item stands in the document."""
        return self.kept[section][index] if section in self.kept else index

    @cached_property
    def nodes(self) -> set[str]:
        """Ids of all nodes in the document."""
        return {n["id"] for n in self.items("nodes") if isinstance(n.get("id"), str)}

    @cached_property
    def edges(self) -> set[str]:
        """Ids of all edges in the document."""
        return {f"{e.get('from')}->{e.get('to')}" for e in self.items("edges")}

    @cached_property
    def misplaced(self) -> dict[str, list[tuple[str, str]]]:
        """Node id → what its own checks say, for nodes that have problems."""
        found = {node.id: list(node.check(self.scenario.geography)) for node in self.scenario.nodes}
        return {id: problems for id, problems in found.items() if problems}

    @cached_property
    def unsound(self) -> set[str]:
        """Nodes and edges of the document that are not in the topology."""
        return (self.nodes - set(self.topology.nodes)) | (self.edges - set(self.topology.edge_ids()))

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


def check(draft: Draft) -> Found:
    """All problems between the sound parts of a document."""
    if not isinstance(draft.data.get("nodes"), list):
        return  # without nodes every other name would be wrong too
    yield from check_ids(draft.scenario)
    yield from check_edges(draft)
    yield from check_calls(draft)
    if draft.places_known:
        yield from check_nodes(draft)
        yield from check_faults(draft)
    yield from check_times(draft.scenario)
    for index, expectation in enumerate(draft.scenario.expect):
        yield from check_expectation(expectation, f"expect[{draft.position('expect', index)}]", draft)


def _twice(ids: Iterable[str]) -> list[tuple[str, int]]:
    return [(id, count) for id, count in Counter(ids).items() if count > 1]


def check_ids(scenario: Scenario) -> Found:
    """Every id once, and no node named like a place: a fault's target must be clear."""
    geography = scenario.geography
    groups = (("nodes", "node", [n.id for n in scenario.nodes]), ("faults", "fault", [f.id for f in scenario.faults if f.id]),
              ("variants", "variant", [v.id for v in scenario.variants]))  # fmt: skip
    for section, word, ids in groups:
        for id, count in _twice(ids):
            yield Problem(f"{section}.{id}", f"{count} {section} have the id {id!r}; each {word} needs its own")
    for id, count in _twice(geography.places()):
        yield Problem(f"regions.{id}", f"{count} Regions or AZs are named {id!r}; each needs its own name")
    if OUTSIDE in geography.places():
        yield Problem(f"regions.{OUTSIDE}", f"{OUTSIDE!r} means where clients are; give the Region or AZ another name")
    for id in {n.id for n in scenario.nodes} & {*geography.places()}:
        yield Problem(f"nodes.{id}", f"{id!r} is also the name of a Region or AZ; a fault on it would be unclear, rename the node")


def check_nodes(draft: Draft) -> Found:
    """Each node's own checks, and how many instances there are in all."""
    for id, problems in draft.misplaced.items():
        yield from (Problem(f"nodes.{id}.{field}", message) for field, message in problems)
    instances = sum(len(places) for places in draft.topology.sits.values())
    if instances > MOST_INSTANCES:
        yield Problem("nodes", f"there are {instances:,} instances in all; at most {MOST_INSTANCES:,} fit")


def check_edges(draft: Draft) -> Found:
    """Ends that exist and may be connected; no edge twice."""
    edges, nodes = draft.scenario.edges, draft.classes
    for id, count in _twice(edge.id for edge in edges):
        yield Problem(f"edges.{id}", f"there are {count} edges {id}; keep one")
    for edge in edges:
        path = f"edges.{edge.id}"
        for key, end in (("from", edge.caller), ("to", edge.callee)):
            if end not in draft.nodes:
                yield Problem(f"{path}.{key}", f"there is no node {end!r}{close_to(end, draft.nodes)}; the nodes are {listed(nodes)}")
        if edge.caller == edge.callee:
            yield Problem(path, f"{edge.caller!r} calls itself; an edge goes from one node to another")
        elif edge.caller in nodes and edge.callee in nodes:
            reason = draft.refused(edge.caller, edge.callee)
            if reason:
                yield Problem(path, f"{edge.caller!r} cannot call {edge.callee!r}: {reason}")
        yield from (Problem(f"{path}.{field}", message) for field, message in edge.check())


def check_calls(draft: Draft) -> Found:
    """Nobody waits for himself, and nobody who only passes requests on has nobody to pass them to."""
    for cycle in draft.topology.sync_cycles():
        if any(draft.refused(a, b) for a, b in pairwise([*cycle, cycle[0]])):
            continue  # said already, and removing that edge opens the circle
        way = " → ".join([*cycle, cycle[0]])
        yield Problem(f"edges.{cycle[-1]}->{cycle[0]}", f"the calls run in a circle: {way}; a request would never end, remove one of them")
    calling = {id.split("->")[0] for id in draft.edges}
    for node in draft.scenario.nodes:
        if node.id not in calling and node.behaviour == "balancer":
            yield Problem(f"nodes.{node.id}", "has no targets; add an edge from it to a service")
        elif node.id not in calling and node.behaviour == "source":
            yield Problem(f"nodes.{node.id}", "calls nothing; add an edge from it to what it uses")


def check_faults(draft: Draft) -> Found:
    """Targets that exist and that this can happen to."""
    for index, fault in enumerate(draft.scenario.faults):
        path = f"faults.{fault.id}" if fault.id else f"faults[{draft.position('faults', index)}]"
        if not _names_unsound(fault.target, draft):
            yield from (Problem(f"{path}.{field}", message) for field, message in fault.check(draft.topology))


def _names_unsound(target: str | None, draft: Draft) -> bool:
    """Whether the target names something that is in the document but has its own problems, reported already."""
    names = {target, target.split("[")[0], *target.split("->")} if target else set()
    return not names.isdisjoint(draft.unsound)


def check_times(scenario: Scenario) -> Found:
    """Lengths that leave something to measure and fit into memory; a network whose table makes sense."""
    if scenario.warmup_s >= scenario.duration_s:
        yield Problem("warmup_s", f"must be shorter than the run, {scenario.duration_s:g} s, not {scenario.warmup_s:g} s")
    yield from (Problem(f"network.{path}", message) for path, message in scenario.network.check())
    message = size_problem(scenario, scenario.duration_s)
    if message:
        yield Problem("duration_s", message)


def size_problem(scenario: Scenario, duration_s: float) -> str | None:
    """Why a run of this length would not fit into memory; None when it does."""
    counts = {node.id: getattr(node, "instances", 1) for node in scenario.nodes}
    balancers = {node.id for node in scenario.nodes if node.behaviour == "balancer"}
    sources = sum(node.behaviour == "source" for node in scenario.nodes)
    targets = sum(counts.get(edge.callee, 0) for edge in scenario.edges if edge.caller in balancers)
    return too_long(duration_s, sources, len(scenario.edges), sum(counts.values()), targets)


def check_expectation(expectation: Expectation, path: str, draft: Draft) -> Found:
    """Node, edge and fault that exist; bounds and windows that make sense. Metrics are checked once all else is sound."""
    scenario = draft.scenario
    for key, message in expectation.check():
        yield Problem(f"{path}.{key}", message)
    if expectation.from_s is not None and expectation.from_s >= scenario.duration_s:
        yield Problem(f"{path}.from_s", f"must be before the end of the run at {scenario.duration_s:g} s, not {expectation.from_s:g}")
    faults = {str(f[key]) for f in draft.items("faults") for key in ("id", "kind", "target") if key in f} | set(scenario.fault_ids())
    for key, ids in (("node", draft.nodes), ("edge", draft.edges), ("fault", faults)):
        id = getattr(expectation, key)
        if id is not None and id not in ids:
            yield Problem(f"{path}.{key}", f"there is no {key} {id!r}{close_to(id, ids)}; there are {listed(sorted(ids))}")
