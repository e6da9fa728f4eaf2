"""What a resolver answers: for each caller, the share of answers that name each of its records, by policy and believed health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Resolver, Source

if TYPE_CHECKING:
    from engine.plan import Plan


@dataclass(frozen=True)
class View:
    """One caller of one resolver: the edge it calls over and, per record, the resolve edge. Records are in the order of their edges.
    A balancer with several nodes resolves its own name: the one record is itself, and there is no resolve edge."""

    edge: int
    caller: int
    resolver: int
    records: tuple[int, ...]


def views(plan: Plan) -> list[View]:
    """Every caller of every name, in the order of their edges. In the world, what each of `Plan.named` answers itself comes after them."""
    found = []
    for e, edge in enumerate(plan.edges):
        callee = plan.nodes[edge.callee]
        if plan.nodes[edge.caller].behaviour.behaviour == "resolver":
            continue
        if callee.behaviour.behaviour == "resolver":
            found.append(View(e, edge.caller, edge.callee, callee.calls))
        elif plan.is_named(edge.callee):
            found.append(View(e, edge.caller, edge.callee, ()))
    return found


def shares(plan: Plan, view: View, healthy: list[bool]) -> np.ndarray:
    """Cumulative shares of the answers per record: float64 [records], the last 1, or all 0 for an empty answer."""
    return cumulative(np.array(_weights(plan, view, healthy), np.float64))


def cumulative(weights: np.ndarray) -> np.ndarray:
    """Weights as cumulative shares."""
    if not weights.sum():
        return np.zeros(len(weights))
    shares = np.cumsum(weights) / weights.sum()
    shares[np.flatnonzero(weights)[-1] :] = 1.0
    return shares


def nodes_named(fit: list[bool], away: list[bool]) -> np.ndarray:
    """What a balancer with several nodes answers, as cumulative shares of them: those that are fit and from which traffic is not shifted
    away; without any such, all from which it is not; without any of those either, all that are fit, or all."""
    near = [not a for a in away]
    groups = [[f and n for f, n in zip(fit, near, strict=True)], near, fit, [True] * len(fit)]
    return cumulative(np.array(next(g for g in groups if any(g)), np.float64))


def _weights(plan: Plan, view: View, healthy: list[bool]) -> list[float]:
    behaviour = plan.nodes[view.resolver].behaviour
    assert isinstance(behaviour, Resolver)
    everyone = list(range(len(view.records)))
    if behaviour.policy == "simple":  # knows no health
        return [1.0] * len(everyone)
    if behaviour.policy == "geolocation":
        return _one_of(everyone, _nearest_region(plan, view, healthy))
    usable = [r for r in everyone if healthy[r]] or everyone  # with nobody healthy all count as healthy
    if behaviour.policy == "multivalue":
        return _one_of(everyone, usable)
    if behaviour.policy == "weighted":
        weights = [plan.edges[v].weight if r in usable else 0.0 for r, v in enumerate(view.records)]
        return weights if sum(weights) else _one_of(everyone, usable)
    if behaviour.policy == "latency":
        here = plan.instances[plan.nodes[view.caller].first].place
        return _one_of(everyone, [min(usable, key=lambda r: plan.one_way_s[here, _place(plan, view.records[r])])])
    return _one_of(everyone, usable[:1])  # failover: the first in order


def _one_of(everyone: list[int], chosen: list[int]) -> list[float]:
    return [float(r in chosen) for r in everyone]


def _place(plan: Plan, edge: int) -> int:
    return plan.instances[plan.nodes[plan.edges[edge].callee].first].place


def location(plan: Plan, caller: int) -> str:
    """Where a caller is: what its clients say, else its Region."""
    node = plan.nodes[caller]
    if isinstance(node.behaviour, Source):
        return node.behaviour.location
    return plan.places[plan.instances[node.first].place].region or ""


def _nearest_region(plan: Plan, view: View, healthy: list[bool]) -> list[int]:
    """Records for the caller's location, else those without one, healthy ones first; none when no record fits."""
    here = location(plan, view.caller)
    edges = [plan.edges[v] for v in view.records]
    own = [r for r, edge in enumerate(edges) if here and here in edge.locations]
    default = [r for r, edge in enumerate(edges) if not edge.locations]
    for group in (own, default):
        if usable := [r for r in group if healthy[r]]:
            return usable
    return own or default


def nodes_with_targets(plan: Plan, b: int) -> list[bool]:
    """Which nodes of a balancer have anybody to send to."""
    sending = {here for c, here, _, _ in plan.beliefs() if c == b}
    return [here in sending for here in plan.instances_of(b)]
