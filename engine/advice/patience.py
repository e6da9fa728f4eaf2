"""How long a node's callers wait for it, through everything in between that only passes requests on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.advice.design import PASSING
from engine.behaviours import Backoff

if TYPE_CHECKING:
    from engine.advice.design import Design
    from engine.plan import PlanEdge


def calls_of_its_own(design: Design) -> list[PlanEdge]:
    """Edges over which somebody waits in a slot or at a screen: no balancer, limiter, resolver, queue or topic."""
    return [e for e in sorted(design.plan.edges, key=lambda e: e.id) if design.does(design.caller(e)) not in (*PASSING, "queue", "topic")]


def most_impatient(design: Design) -> dict[str, tuple[float, PlanEdge]]:
    """Node → (seconds, edge) of the caller that gives up first; nodes nobody waits for are left out."""
    first: dict[str, tuple[float, PlanEdge]] = {}
    for id in design.order:
        found: list[tuple[float, PlanEdge]] = []
        for edge in design.callers[id]:
            caller = design.caller(edge)
            if design.does(caller) not in (*PASSING, "queue", "topic"):
                found.append((edge.policy.timeout_s, edge))
            elif caller in first and design.does(caller) in PASSING:
                found.append(first[caller])
        if found:
            first[id] = min(found, key=lambda who: (who[0], who[1].id))
    return first


def longest_s(edge: PlanEdge) -> float:
    """The longest a call can take: every attempt times out and every wait is as long as it gets."""
    policy = edge.policy
    return policy.attempts * policy.timeout_s + math.fsum(_longest_wait_s(policy.backoff, n) for n in range(1, policy.attempts))


def _longest_wait_s(backoff: Backoff | None, n: int) -> float:
    if backoff is None:
        return 0.0
    growth = 3 if backoff.jitter == "decorrelated" else 2
    return backoff.base_s if backoff.kind == "fixed" else min(backoff.cap_s, backoff.base_s * growth ** (n if growth == 3 else n - 1))
