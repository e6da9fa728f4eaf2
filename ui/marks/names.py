"""Names: the share of a caller's cached DNS answers that would not be given any more.

A client resolver keeps an answer for the TTL, from a phase of its own, so that share follows from when the answers changed: of the
resolvers that asked before, as many have not asked again as the TTL has left to run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.behaviours import Balancer, Resolver
from engine.plan import Plan
from engine.resolving import View, nodes_named, nodes_with_targets, shares, views
from ui.marks.base import Facts, Mark, Measured

Version = tuple[float, np.ndarray]  # since when, and the share of each answer; what is missing to 1 is an empty answer


def marks(run: Measured) -> Iterator[Mark]:
    found = views(run.plan)
    if not found:
        return
    versions = answers(run, found)
    for view in found:
        behaviour = run.plan.nodes[view.resolver].behaviour
        assert isinstance(behaviour, Resolver | Balancer)
        stale = stale_share(versions[view.edge], run.rows, behaviour.ttl_s)
        if isinstance(behaviour, Resolver) and behaviour.sticky_share:
            sticky = stale_share(versions[view.edge], run.rows, behaviour.sticky_s)
            stale = (1 - behaviour.sticky_share) * stale + behaviour.sticky_share * sticky
        yield Mark(run.plan.edges[view.edge].id, "stale", stale, "max")


def facts(plan: Plan) -> Facts:
    return {plan.edges[v.edge].id: {"ttl_s": plan.nodes[v.resolver].behaviour.ttl_s} for v in views(plan)}  # type: ignore[union-attr]


def answers(run: Measured, found: list[View]) -> dict[int, list[Version]]:
    """By edge of each caller: every answer there has been, from when on. What is believed is in the log, what is shifted in the faults."""
    plan = run.plan
    healthy = {n: [True] * len(plan.nodes[n].calls) for n in plan.resolvers()} | {b: nodes_with_targets(plan, b) for b in plan.named()}
    numbered = {n: [plan.nodes[plan.edges[v].callee].id for v in plan.nodes[n].calls] for n in plan.resolvers()}
    numbered |= {b: [f"{plan.nodes[b].id}[{plan.instances[i].index}]" for i in plan.instances_of(b)] for b in plan.named()}
    beliefs = []
    for event in run.log:
        if event.kind in ("healthy", "unhealthy") and event.node is not None:
            n = plan.node_index(event.node)
            target = str(event.data.get("target"))
            if target in numbered.get(n, ()):
                beliefs.append((event.t_s, n, numbered[n].index(target), event.kind == "healthy"))
    instants = sorted({-math.inf, *(t for t, *_ in beliefs), *(t for f in plan.faults for t in (f.start_s, f.over_s) if t < run.rows)})
    versions: dict[int, list[Version]] = {view.edge: [] for view in found}
    for instant in instants:
        for t, n, k, is_healthy in beliefs:
            if t == instant:
                healthy[n][k] = is_healthy
        live = plan.live(instant)
        for view in found:
            answer = _answer(plan, view, healthy, live.shifted, live.dns_empty)
            known = versions[view.edge]
            if not known or not np.array_equal(known[-1][1], answer):
                known.append((instant, answer))
    return versions


def _answer(plan: Plan, view: View, healthy: dict[int, list[bool]], shifted: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """The share of each answer now: of each record and, where that is a balancer with several nodes, of each of these."""

    def of_nodes(b: int) -> np.ndarray:
        return np.diff(nodes_named(healthy[b], [bool(shifted[i]) for i in plan.instances_of(b)]), prepend=0.0)

    if not view.records:
        return of_nodes(view.resolver)
    records = np.diff(shares(plan, view, healthy[view.resolver]), prepend=0.0) * (not empty[plan.nodes[view.resolver].first])
    behind = [plan.edges[v].callee for v in view.records]
    return np.concatenate([share * (of_nodes(n) if plan.is_named(n) else np.ones(1)) for share, n in zip(records, behind)])


def stale_share(versions: list[Version], rows: int, ttl_s: float) -> np.ndarray:
    """Expected share of answers kept for ``ttl_s`` that differ from those given now, at the end of each second."""
    if len(versions) < 2 or ttl_s <= 0:
        return np.zeros(rows)
    now = np.arange(1, rows + 1, dtype=np.float64)
    since = np.array([t for t, _ in versions])
    until = np.append(since[1:], np.inf)
    given = np.stack([np.append(p, 1 - p.sum()) for _, p in versions])
    differ = np.abs(given[:, None] - given[None]).sum(axis=2) / 2
    current = np.searchsorted(since, now, side="right") - 1
    stale = np.zeros(rows)
    for k in range(len(versions)):
        held = np.minimum(now, until[k]) - np.maximum(now - ttl_s, since[k])
        stale += np.clip(held, 0, None) / ttl_s * differ[k, current]
    return stale
