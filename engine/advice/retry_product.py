"""Retries in several layers multiply."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from engine.advice.base import Finding, Rule, per_s
from engine.advice.design import Design
from engine.plan import PlanEdge
from engine.topology import ASYNCHRONOUS

MOST = 10  # calls at the bottom for one at the top; the bound the Well-Architected check is made with


class RetryProduct(Rule):
    """k layers of n attempts make n^k calls when the last layer fails: the longest path by the product of attempts, for each client."""

    id = "retry_product"
    title = "Retries multiply"
    practice = "REL05-BP03"
    category = "EXCESSIVE_LOAD"
    preset = "retries-multiply"

    def find(self, design: Design) -> Iterator[Finding]:
        weighted = nx.DiGraph()
        edges = {(design.caller(e), design.callee(e)): e for e in design.plan.edges}
        for (a, b), edge in sorted(edges.items()):
            if design.graph.has_edge(a, b) and design.does(a) not in ASYNCHRONOUS:
                weighted.add_edge(a, b, log=math.log(edge.policy.attempts))
        for source in [id for id in design.nodes if design.does(id) == "source" and id in weighted]:
            below = weighted.subgraph({source, *nx.descendants(weighted, source)})
            path = _heaviest(below, source)
            tried = [edges[pair] for pair in pairwise(path) if edges[pair].policy.attempts > 1]
            if math.prod(e.policy.attempts for e in tried) > MOST:
                yield self._finding(design, source, path[-1], tried)

    def _finding(self, design: Design, source: str, last: str, tried: list[PlanEdge]) -> Finding:
        rate, product = design.demand().rate_per_s[source], math.prod(e.policy.attempts for e in tried)
        sum_ = " × ".join(str(e.policy.attempts) for e in tried)
        grown = f"{per_s(rate)} of {design.name(source)} become {per_s(rate * product)}"
        why = f"When {design.name(last)} fails, one request becomes {sum_} = {product:,} calls: {grown}."
        top, inner = tried[0].id, [e.id for e in tried[1:]]
        advice = f"Retry in one layer: keep the attempts of {top} and set attempts of {', '.join(inner)} to 1."
        change = {"edges": {id: design.attempts(id, 1) | {"backoff": None} for id in inner}}
        if not inner:
            advice, change = f"Set attempts of {top} to 3.", {"edges": {top: design.attempts(top, 3)}}
        return self.finding("high", why, advice, tuple(design.caller(e) for e in tried), tuple(e.id for e in tried), change)


def _heaviest(graph: nx.DiGraph, source: str) -> list[str]:
    """The path from the source with the greatest sum of logarithms; the first by id among equals."""
    best: dict[str, tuple[float, list[str]]] = {source: (0.0, [source])}
    for id in nx.lexicographical_topological_sort(graph, key=str):
        weight, path = best[id]
        for after in sorted(graph.successors(id)):
            longer = weight + graph.edges[id, after]["log"]
            if after not in best or longer > best[after][0] + 1e-12:
                best[after] = (longer, [*path, after])
    return max(best.values(), key=lambda b: (round(b[0], 9), -len(b[1]), b[1]))[1]
