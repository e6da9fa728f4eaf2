"""Edges as the kernel knows them: what a caller is told to do, and what each of its instances keeps."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Backoff, Breaker, Queue
from engine.document.problem import too_large
from engine.kernel import layout as L
from engine.plan import UNLIMITED, Plan

JITTERS = {"none": L.EXP_NONE, "full": L.EXP_FULL, "equal": L.EXP_EQUAL, "decorrelated": L.EXP_DECORRELATED}
FOREVER_WAIT = 1e18  # an absent cap, in ticks


def edges(plan: Plan, s: np.void) -> None:
    """Write down every edge, its sites and the timers of all."""
    s["n_edge"] = len(plan.edges)
    timers: dict[int, int] = {}
    sites = 0
    for e, edge in enumerate(plan.edges):
        row, policy, caller = s["edges"][e], edge.policy, plan.nodes[edge.caller]
        row["slowest"] = -1
        if not isinstance(caller.behaviour, Queue):  # nobody waits on a consume edge
            row["timeout"] = L.ticks(policy.timeout_s)
            row["timer"] = timers.setdefault(int(row["timeout"]), len(timers))
        row["attempts"] = policy.attempts
        row["bulkhead"] = UNLIMITED if policy.bulkhead is None else policy.bulkhead
        row["budget"] = -1.0 if policy.retry_budget is None else policy.retry_budget
        row["tokens"] = L.BUDGET_TOKENS
        row["cancel"], row["fallback"], row["idempotent"] = policy.cancel, policy.fallback, policy.idempotent
        row["tracked"] = policy.attempts > 1 or policy.hedge_s is not None
        row["kb"] = edge.request_kb
        row["eventual"] = plan.eventual(e)
        row["pooled"] = policy.pool_age_s is not None
        if policy.hedge_s is not None:
            row["hedge"] = 1
            row["hedge_timer"] = timers.setdefault(L.ticks(policy.hedge_s), len(timers))
            row["rest_timer"] = timers.setdefault(int(row["timeout"]) - L.ticks(policy.hedge_s), len(timers))
        _backoff(row, policy.backoff)
        row["own_attempts"], row["own_backoff"], row["own_timeout"] = row["attempts"], row["backoff"], row["timeout"]
        _breaker(row, policy.breaker)
        row["first_site"], row["caller_first"] = sites, caller.first
        s["sites"]["rotate"][sites : sites + caller.count] = row["window"]
        sites += caller.count
    s["n_site"] = sites
    if len(timers) + 2 * len(plan.faults) > L.N_TIMER:  # a fault may add some
        raise too_large(f"the document has {len(timers):,} different timeouts; one run holds at most {L.N_TIMER:,}")
    s["n_timer"] = len(timers)
    s["timers"]["delay"][: len(timers)] = list(timers)
    s["timers"]["head"][: len(timers)] = s["timers"]["tail"][: len(timers)] = -1


def _backoff(row: np.void, backoff: Backoff | None) -> None:
    if backoff is None:
        return
    row["backoff"] = L.FIXED if backoff.kind == "fixed" else JITTERS[backoff.jitter]
    row["base_wait"] = backoff.base_s * L.TICKS_PER_S
    row["cap"] = min(backoff.cap_s * L.TICKS_PER_S, FOREVER_WAIT)


def _breaker(row: np.void, breaker: Breaker | None) -> None:
    if breaker is None:
        return
    row["breaker"] = 1
    row["share"], row["minimum"], row["probes"] = breaker.failure_share, breaker.minimum_calls, breaker.probes
    row["window"], row["open_for"] = L.ticks(breaker.window_s / 2), L.ticks(breaker.open_s)
