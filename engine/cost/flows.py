"""What edges carry in a month: requests and answers by kind of hop, from a run's counters or from the drawing's arithmetic."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.cost import transfer
from engine.cost.base import Line
from engine.plan import HOPS

if TYPE_CHECKING:
    from engine.plan import Plan, PlanEdge

THERE, BACK = 0, 1
CROSS_AZ, CROSS_REGION, INTERNET = (HOPS.index(hop) for hop in ("cross_az", "cross_region", "internet"))


class Flows:
    """``messages``: float64 [edge, direction, kind of hop] per month. Nothing passes over an edge from a resolver: what is called over the
    edge into it goes to its records, in the proportion ``arrived`` [node] says."""

    def __init__(self, plan: Plan, messages: np.ndarray, arrived: np.ndarray) -> None:
        self.plan, self.arrived = plan, arrived
        sizes_kb = np.array([(edge.request_kb, edge.response_kb) for edge in plan.edges], np.float64).reshape(-1, 2, 1)
        self.gb = messages * sizes_kb / 1e6

    def targets(self, edge: PlanEdge) -> list[tuple[int, float]]:
        """(node, share) of what is called over an edge, through a resolver or not."""
        node = self.plan.nodes[edge.callee]
        if node.behaviour.behaviour != "resolver":
            return [(edge.callee, 1.0)]
        records = [self.plan.edges[e].callee for e in node.calls]
        weights = [float(self.arrived[n]) for n in records]
        total = sum(weights)
        return [(n, weight / total if total else 1 / len(records)) for n, weight in zip(records, weights)]

    @cached_property
    def through(self) -> list[tuple[float, float, float]]:
        """For each node (GB of requests to it, GB of its answers, kB of an answer on average); a resolver's are those of what it names."""
        sums = np.zeros((len(self.plan.nodes), 3))
        sizes = np.zeros(len(self.plan.nodes))
        for e, edge in enumerate(self.plan.edges):
            there, back = self.gb[e, THERE].sum(), self.gb[e, BACK].sum()
            answers = back / edge.response_kb if edge.response_kb else 0.0
            for node, share in {edge.callee: 1.0, **dict(self.targets(edge))}.items():
                sums[node] += (share * there, share * back, share * answers)
                sizes[node] = max(sizes[node], edge.response_kb)
        return [(float(there), float(back), float(back / n if n else size)) for (there, back, n), size in zip(sums, sizes)]

    def transfer(self, carried: set[int]) -> list[Line]:
        """The bill for data transfer; data to and from nodes in ``carried`` is in those nodes' own price.

        Between AZs only what passes between instances is billed: an endpoint of a Region has one in every AZ, or its own price.
        """
        cross_az = internet = 0.0
        pairs: dict[frozenset[str], float] = {}
        for e, edge in enumerate(self.plan.edges):
            called = [n for n, _ in self.targets(edge)]
            if edge.caller in carried or any(n in carried for n in called):
                continue
            if self._in_azs(edge.caller) and all(self._in_azs(n) for n in called):
                cross_az += float(self.gb[e, :, CROSS_AZ].sum())
            regions = [{self._region(edge.caller)}, {self._region(n) for n in called}]
            for pair in [frozenset((a, b)) for a in regions[0] for b in regions[1] if a and b and a != b][:1]:
                pairs[pair] = pairs.get(pair, 0.0) + float(self.gb[e, :, CROSS_REGION].sum())
            if regions[0] == {""} and regions[1] != {""}:
                internet += float(self.gb[e, BACK, INTERNET])
            elif regions[0] != {""} and regions[1] == {""}:
                internet += float(self.gb[e, THERE, INTERNET])
        return list(transfer.lines(cross_az, pairs, internet))

    def _places(self, node: int) -> list[tuple[str, str]]:
        places = [self.plan.places[self.plan.instances[i].place] for i in self.plan.instances_of(node)]
        return [(place.kind, place.region or "") for place in places]

    def _in_azs(self, node: int) -> bool:
        return all(kind == "az" for kind, _ in self._places(node))

    def _region(self, node: int) -> str:
        return self._places(node)[0][1]
