"""Questions about a design: who calls whom, what sits where, what a fault's target means, what everything depends on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

import networkx as nx

from engine.components.base import Component
from engine.fields import close_to, listed
from engine.geography import Geography

TargetKind = Literal["region", "az", "node", "instance", "edge"]
ASYNCHRONOUS = ("queue", "topic")  # behaviours of nodes that answer before what they pass on is worked on


class Call(Protocol):
    """What the topology needs to know of an edge."""

    @property
    def caller(self) -> str: ...
    @property
    def callee(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Target:
    """A fault's target, understood. ``id`` is the place, node or edge; ``index`` the instance's number within its node."""

    kind: TargetKind
    id: str
    index: int | None = None


class UnknownTarget(ValueError):
    """The target names nothing; the message says what there is."""


class Topology:
    """The graph of calls and the containment of instances in places. Nodes may be missing: edges to them are left out."""

    def __init__(self, nodes: Iterable[Component], edges: Iterable[Call], geography: Geography) -> None:
        self.geography = geography
        self.nodes = {node.id: node for node in nodes}
        self.calls = nx.DiGraph()
        self.calls.add_nodes_from(self.nodes)
        self.calls.add_edges_from((e.caller, e.callee) for e in edges if e.caller in self.nodes and e.callee in self.nodes)
        waiting = [(a, b) for a, b in self.calls.edges if self.nodes[a].behaviour not in ASYNCHRONOUS]
        self.waits_for = nx.DiGraph(waiting)  # only these calls keep their caller waiting

    @cached_property
    def sits(self) -> dict[str, tuple[str, ...]]:
        """Node id → place of each of its instances."""
        return {id: node.sits(self.geography) for id, node in self.nodes.items()}

    def sync_cycles(self) -> list[list[str]]:
        """One shortest cycle of calls per knot of the graph, as node ids; a request caught in one would never end."""
        knots = [self.waits_for.subgraph(c) for c in nx.strongly_connected_components(self.waits_for) if len(c) > 1]
        return [self._shortest_cycle(knot) for knot in knots]

    @staticmethod
    def _shortest_cycle(knot: nx.DiGraph) -> list[str]:
        """From the knot's first node around and back to it, by the shortest way."""
        start = min(knot)
        back = min((nx.shortest_path(knot, after, start) for after in knot.successors(start) if after != start), key=len)
        return [start, *back[:-1]]

    @property
    def clients(self) -> list[str]:
        """Ids of the nodes requests come from."""
        return [id for id, node in self.nodes.items() if node.behaviour == "source"]

    def reached(self, without: Iterable[str] = ()) -> set[str]:
        """Nodes that requests can come to, clients included, when the nodes in ``without`` are gone."""
        calls = self.calls.copy()
        calls.remove_nodes_from(list(without))
        starts = [id for id in self.clients if id in calls]
        return set(starts).union(*(nx.descendants(calls, id) for id in starts))

    def inside(self, place: str) -> dict[str, list[int]]:
        """Node id → indices of its instances that sit in a Region (its AZs included) or an AZ."""
        within = self.geography.within(place)
        found = {id: [i for i, at in enumerate(places) if at in within] for id, places in self.sits.items()}
        return {id: indices for id, indices in found.items() if indices}

    def lost_with(self, place: str) -> list[str]:
        """Nodes that have no instance left when the place is gone."""
        return [id for id, indices in self.inside(place).items() if len(indices) == len(self.sits[id])]

    def cut_off_by(self, place: str) -> list[str]:
        """Nodes outside the place that requests no longer come to when it is gone, because everything before them was in it."""
        lost = self.lost_with(place)
        still = self.reached(without=lost)
        return [id for id in self.nodes if id in self.reached() and id not in still and id not in lost]

    def single_az_nodes(self) -> list[str]:
        """Nodes all of whose instances sit in one AZ: its loss takes them whole."""
        azs = set(self.geography.azs)
        return [id for id, places in self.sits.items() if len(set(places)) == 1 and places[0] in azs]

    def single_instance_nodes(self) -> list[str]:
        """Nodes in an AZ with one instance only: its crash takes them whole."""
        return [id for id in self.single_az_nodes() if len(self.sits[id]) == 1]

    def everything_needs(self) -> list[str]:
        """Nodes that every request passes through, whichever client sent it and whatever it reads; clients themselves left out."""
        needed = [self._needed_from(client) for client in self.clients]
        return [id for id in self.nodes if needed and all(id in n for n in needed)]

    def _needed_from(self, client: str) -> set[str]:
        """All that is called synchronously is needed, except behind a balancer with a choice of nodes."""
        needed: set[str] = set()
        waiting = [client]
        while waiting:
            id = waiting.pop()
            called = list(self.calls.successors(id))
            if self.nodes[id].behaviour in ASYNCHRONOUS or (self.nodes[id].behaviour in ("balancer", "resolver") and len(called) > 1):
                continue
            fresh = [c for c in called if c not in needed]
            needed.update(fresh)
            waiting.extend(fresh)
        return needed

    def edge_ids(self) -> list[str]:
        """Ids of all edges, "caller->callee", in the order they were given."""
        return [f"{a}->{b}" for a, b in self.calls.edges]

    def resolve(self, target: str) -> Target:
        """Understand ``us-east-1``, ``us-east-1a``, ``web``, ``web[2]`` or ``web->orders``; `UnknownTarget` when it names nothing."""
        if "->" in target:
            return self._edge(target)
        if instance := re.fullmatch(r"(.*)\[(.*)\]", target.strip()):
            return self._instance(instance[1].strip(), instance[2].strip())
        kinds: Sequence[tuple[TargetKind, Iterable[str]]] = (
            ("region", self.geography.azs_of), ("az", self.geography.azs), ("node", self.nodes))  # fmt: skip
        for kind, known in kinds:
            if target in known:
                return Target(kind, target)
        known_ids = [*self.geography.places(), *self.nodes]
        raise UnknownTarget(f"there is no Region, AZ or node {target!r}{close_to(target, known_ids)}; there are {listed(known_ids)}")

    def _edge(self, target: str) -> Target:
        caller, callee = (part.strip() for part in target.split("->", 1))
        if self.calls.has_edge(caller, callee):
            return Target("edge", f"{caller}->{callee}")
        known = self.edge_ids()
        raise UnknownTarget(f"there is no edge {target!r}{close_to(target, known)}; the edges are {listed(known)}")

    def _instance(self, id: str, index: str) -> Target:
        if id not in self.nodes:
            raise UnknownTarget(f"there is no node {id!r}{close_to(id, self.nodes)}; the nodes are {listed(self.nodes)}")
        count = len(self.sits[id])
        numbers = f"{id}[0]" if count == 1 else f"{id}[0] to {id}[{count - 1}]"
        if not re.fullmatch(r"\d{1,9}", index) or int(index) >= count:
            raise UnknownTarget(f"{id!r} has no instance [{index}]; it has {numbers}")
        return Target("instance", id, int(index))
