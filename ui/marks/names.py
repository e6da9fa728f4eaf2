"""Names: what a resolver believes of its records, and the share of a caller's cached DNS answers that would not be given any more.

A client resolver keeps an answer for the TTL, from a phase of its own, so that share follows from when the answers changed: of the
resolvers that asked before, as many have not asked again as the TTL has left to run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from engine.behaviours import Balancer, HealthCheck, Resolver
from engine.plan import Plan
from engine.resolving import View, nodes_named, nodes_with_targets, shares, views
from ui.marks.base import Facts, Mark, Measured, stepwise

Version = tuple[float, np.ndarray]  # since when, and the share of each answer; what is missing to 1 is an empty answer


def marks(run: Measured) -> Iterator[Mark]:
    yield from beliefs(run)
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
    for e, shares_of in astray(run, found, versions).items():
        yield Mark(run.plan.edges[e].id, "astray", np.max(shares_of, axis=0), "max")


def facts(plan: Plan) -> Facts:
    found: Facts = {plan.edges[v.edge].id: {"ttl_s": plan.nodes[v.resolver].behaviour.ttl_s} for v in views(plan)}  # type: ignore[union-attr]
    for n in plan.resolvers():
        check = check_of(plan, n)
        for e in plan.nodes[n].calls if check else ():
            found[plan.edges[e].id] = {"unhealthy": check.unhealthy, "healthy": check.healthy}  # type: ignore[union-attr]
    return found


def check_of(plan: Plan, n: int) -> HealthCheck | None:
    """How resolver n learns of its records; None: it never does."""
    behaviour = plan.nodes[n].behaviour
    assert isinstance(behaviour, Resolver)
    return behaviour.health_check


def beliefs(run: Measured) -> Iterator[Mark]:
    """Of each record of a resolver, under the id of its edge: what is believed, the truth, and how many checks speak against the belief."""
    plan = run.plan
    for n in plan.resolvers():
        for e in plan.nodes[n].calls:
            edge, check = plan.edges[e].id, check_of(plan, n)
            target = plan.nodes[plan.edges[e].callee].id
            said = [x for x in run.log if x.node == plan.nodes[n].id and x.data.get("target") == target]
            yield Mark(edge, "up", is_up(run, plan.edges[e].callee))
            turned = [(x.t_s, float(x.kind == "healthy")) for x in said if x.kind in ("healthy", "unhealthy")]
            yield Mark(edge, "believed", stepwise(run.rows, 1.0, turned))
            streak, decides_s = np.zeros(run.rows), np.full(run.rows, np.nan)
            for x in said if check else ():
                # A check that passes is not logged: a failure counts until the result of the next one is due.
                first, due = int(x.t_s), int(x.t_s + check.interval_s + check.timeout_s) + 1  # type: ignore[union-attr]
                count = int(str(x.data["streak"])) if x.kind == "probe_failed" else 0
                streak[first:], decides_s[first:] = 0, np.nan
                if count:
                    streak[first:due] = count
                    left = (check.unhealthy - count) * check.interval_s + x.t_s  # type: ignore[union-attr]
                    decides_s[first:due] = np.maximum(0, left - np.arange(first, run.rows)[: due - first] - 1)
            yield Mark(edge, "streak", streak)
            yield Mark(edge, "decides_s", decides_s)


def is_up(run: Measured, n: int) -> np.ndarray:
    """Whether anything of a node is up in each second, and behind a balancer anything of its targets."""
    up = run.columns.nodes["instances_up"][:, n] > 0
    if isinstance(run.plan.nodes[n].behaviour, Balancer):
        behind = [is_up(run, run.plan.edges[e].callee) for e in run.plan.nodes[n].calls]
        up = up & np.any(behind, axis=0) if behind else up
    return up


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


def astray(run: Measured, found: list[View], versions: dict[int, list[Version]]) -> dict[int, list[np.ndarray]]:
    """By edge to a record, for each of its callers: the share of what goes there that would go elsewhere by today's answer."""
    shares_of: dict[int, list[np.ndarray]] = {}
    for view in found:
        behaviour = run.plan.nodes[view.resolver].behaviour
        assert isinstance(behaviour, Resolver | Balancer)
        held, given = held_and_given(versions[view.edge], run.rows, behaviour.ttl_s)
        if isinstance(behaviour, Resolver) and behaviour.sticky_share:
            sticky = held_and_given(versions[view.edge], run.rows, behaviour.sticky_s)[0]
            held = (1 - behaviour.sticky_share) * held + behaviour.sticky_share * sticky
        first = 0
        for edge in view.records or (view.edge,):
            node = run.plan.edges[edge].callee
            last = first + (run.plan.nodes[node].count if run.plan.is_named(node) else 1)
            sent, too_much = held[:, first:last].sum(axis=1), np.clip(held - given, 0, None)[:, first:last].sum(axis=1)
            shares_of.setdefault(edge, []).append(np.divide(too_much, sent, out=np.zeros(run.rows), where=sent > 1e-12))
            first = last
    return shares_of


def held_and_given(versions: list[Version], rows: int, ttl_s: float) -> tuple[np.ndarray, np.ndarray]:
    """The share of each answer among those kept by callers, and among those given now, at the end of each second: [seconds, answers]."""
    now, since, until, current = _clocks(versions, rows)
    answers = np.stack([p for _, p in versions])
    held = np.zeros((rows, answers.shape[1]))
    for k in range(len(versions)):
        share = np.clip(np.minimum(now, until[k]) - np.maximum(now - ttl_s, since[k]), 0, None) / ttl_s if ttl_s > 0 else current == k
        held += np.asarray(share, np.float64)[:, None] * answers[k]
    return held, answers[current]


def _clocks(versions: list[Version], rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ends of the seconds, beginning and end of each version, and which version is the one at the end of each second."""
    now = np.arange(1, rows + 1, dtype=np.float64)
    since = np.array([t for t, _ in versions])
    return now, since, np.append(since[1:], np.inf), np.searchsorted(since, now, side="right") - 1


def stale_share(versions: list[Version], rows: int, ttl_s: float) -> np.ndarray:
    """Expected share of answers kept for ``ttl_s`` that differ from those given now, at the end of each second."""
    if len(versions) < 2 or ttl_s <= 0:
        return np.zeros(rows)
    now, since, until, current = _clocks(versions, rows)
    given = np.stack([np.append(p, 1 - p.sum()) for _, p in versions])
    differ = np.abs(given[:, None] - given[None]).sum(axis=2) / 2
    stale = np.zeros(rows)
    for k in range(len(versions)):
        held = np.minimum(now, until[k]) - np.maximum(now - ttl_s, since[k])
        stale += np.clip(held, 0, None) / ttl_s * differ[k, current]
    return stale
