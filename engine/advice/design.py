"""A scenario as rules look at it: what nodes do and where they sit, who calls whom. Nothing here asks for a kind."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import networkx as nx

from engine.advice.demand import Demand
from engine.advice.survival import broken, works
from engine.lowering import lower
from engine.plan import Place, PlanEdge, PlanNode
from engine.topology import ASYNCHRONOUS

if TYPE_CHECKING:
    from engine.components import Component
    from engine.document import Scenario
    from engine.document.edges import Edge

NOTHING: frozenset[int] = frozenset()
PASSING = ("balancer", "limiter", "resolver")  # behaviours that hand a request on and do not wait for it in a slot


class Design:
    """The plan of a scenario, its calls as a graph, and the domains that can be lost. Nodes and edges go by id, instances by index."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.plan = lower(scenario)
        self.nodes: dict[str, PlanNode] = {node.id: node for node in sorted(self.plan.nodes, key=lambda n: n.id)}
        self.said: dict[str, Edge] = {edge.id: edge for edge in scenario.edges}
        self.edge_index = {edge.id: e for e, edge in enumerate(self.plan.edges)}
        self.calls: dict[str, list[PlanEdge]] = {id: [self.plan.edges[e] for e in node.calls] for id, node in self.nodes.items()}
        self._demand: dict[frozenset[int], Demand] = {}

    def caller(self, edge: PlanEdge) -> str:
        """Id of the node that calls."""
        return self.plan.nodes[edge.caller].id

    def callee(self, edge: PlanEdge) -> str:
        """Id of the node that is called."""
        return self.plan.nodes[edge.callee].id

    def component(self, id: str) -> Component:
        """The node as the document says it."""
        return self.scenario.node(id)

    def name(self, id: str) -> str:
        """What people read."""
        return self.component(id).shown_name

    def names(self, ids: Iterable[str]) -> list[str]:
        """The same for several."""
        return [self.name(id) for id in ids]

    def has_field(self, id: str, field: str) -> bool:
        """Whether this kind of node has such a field."""
        return field in type(self.component(id)).model_fields

    def attempts(self, edge: str, count: int) -> dict[str, Any]:
        """The fields that give an edge so many attempts, whatever says now how many it has."""
        return {"attempts": count} | ({"retry_mode": None} if self.said[edge].retry_mode else {})

    def does(self, id: str) -> str:
        """Its behaviour's name."""
        return self.nodes[id].behaviour.behaviour

    @cached_property
    def graph(self) -> nx.DiGraph:
        """Calls without the ways back through a queue: a loop through one is walked once."""
        graph = nx.DiGraph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from((self.caller(e), self.callee(e)) for e in self.plan.edges)
        for knot in [c for c in nx.strongly_connected_components(graph) if len(c) > 1]:
            graph.remove_edges_from([(a, b) for a, b in graph.edges if a in knot and b in knot and self.does(a) in ASYNCHRONOUS])
        return graph

    @cached_property
    def order(self) -> list[str]:
        """Callers before what they call; among equals by id, so that the document's order has no say."""
        return list(nx.lexicographical_topological_sort(self.graph, key=str))

    @cached_property
    def fine(self) -> set[str]:
        """Nodes that work when nothing is lost: all of them, unless something can never answer."""
        return works(self, NOTHING)

    @cached_property
    def reached(self) -> list[str]:
        """Nodes that requests come to, in their order; clients left out."""
        sources = {id for id in self.nodes if self.does(id) == "source"}
        below = set().union(*(nx.descendants(self.graph, id) for id in sources)) if sources else set()
        return [id for id in self.order if id in below]

    @cached_property
    def callers(self) -> dict[str, list[PlanEdge]]:
        """The edges into each node."""
        into: dict[str, list[PlanEdge]] = {id: [] for id in self.nodes}
        for edge in sorted(self.plan.edges, key=lambda e: e.id):
            into[self.callee(edge)].append(edge)
        return into

    def present(self, id: str) -> list[int]:
        """Instances that serve from the start; an autoscaled group has places for more."""
        node = self.nodes[id]
        scaling = getattr(node.behaviour, "autoscaling", None)
        return list(range(node.first, node.first + (min(scaling.initial, node.count) if scaling else node.count)))

    def place(self, instance: int) -> Place:
        """Where an instance sits."""
        return self.plan.places[self.plan.instances[instance].place]

    def azs_of(self, id: str) -> list[str]:
        """The places of its instances, each once, in their order."""
        return list(dict.fromkeys(self.place(i).id for i in self.present(id)))

    @cached_property
    def domains(self) -> dict[str, frozenset[int]]:
        """AZ → instances that go with it; AZs in which nothing sits are left out."""
        return {az: lost for az in sorted(self.scenario.geography.azs) if (lost := self._within({az}))}

    @cached_property
    def regions(self) -> dict[str, frozenset[int]]:
        """Region → instances that go with it, where there is more than one Region with something in it."""
        geography = self.scenario.geography
        found = {region: lost for region in sorted(geography.azs_of) if (lost := self._within(geography.within(region)))}
        return found if len(found) > 1 else {}

    def _within(self, places: set[str]) -> frozenset[int]:
        return frozenset(i for id in self.nodes for i in self.present(id) if self.place(i).id in places)

    def demand(self, lost: frozenset[int] = NOTHING) -> Demand:
        """Rates and loads when these instances are gone."""
        if lost not in self._demand:
            self._demand[lost] = Demand(self, lost)
        return self._demand[lost]

    def broken(self, lost: Iterable[int]) -> list[str]:
        """What no longer works without these instances: clients of which no request succeeds, queues nobody works on."""
        return broken(self, frozenset(lost))

    def other_az(self, az: str) -> str | None:
        """The next AZ of the same Region; None when it has only this one."""
        geography = self.scenario.geography
        azs = geography.azs_of[geography.region_of[az]]
        after = [*azs[azs.index(az) + 1 :], *azs[: azs.index(az)]] if az in azs else []
        return after[0] if after else None
