"""Calls without a timeout of their own."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.advice.base import Finding, Rule, Severity, round_up, seconds
from engine.advice.design import Design
from engine.advice.patience import calls_of_its_own, most_impatient
from engine.plan import PlanEdge

ENOUGH = 10.0  # times the mean answer: an exponential time is longer in 1 of 22 000 cases
LEAST_S = 0.1  # a shorter timeout would punish any hiccup of the network


class MissingTimeout(Rule):
    """Whoever says nothing waits for the default, and holds a slot as long. A gateway's published limit is a timeout."""

    id = "missing_timeout"
    title = "No timeout"
    practice = "REL05-BP05"
    category = "EXCESSIVE_LATENCY"
    preset = "timeout-longer-than-the-callers"

    def find(self, design: Design) -> Iterator[Finding]:
        patience = most_impatient(design)
        for edge in calls_of_its_own(design):
            published = not design.component(design.caller(edge)).call_timeout_source.startswith("assumption")
            if design.said[edge.id].timeout_s is None and not published:
                wait = patience.get(design.caller(edge))
                yield self._finding(design, edge, wait[0] if wait else math.inf)

    def _finding(self, design: Design, edge: PlanEdge, patience_s: float) -> Finding:
        caller, callee = design.caller(edge), design.callee(edge)
        mean_s, default_s = design.demand().call_s(caller, edge), edge.policy.timeout_s
        why = f"{design.name(caller)} waits up to {seconds(default_s)} for {design.name(callee)}, which takes {seconds(mean_s)} on average."
        slots, rate = design.demand().slots(caller), design.demand().rate_per_s[caller]
        if math.isfinite(slots) and rate and slots / rate < default_s:
            why += f" When it falls silent, all {slots:,.0f} slots of {design.name(caller)} are taken after {seconds(slots / rate)}."
        timeout_s = min(patience_s, round_up(max(LEAST_S, ENOUGH * mean_s)))
        advice = f"Set timeout_s of {edge.id} to {timeout_s:g}" + (f", {timeout_s / mean_s:,.3g} times the mean." if mean_s else ".")
        severity: Severity = "low" if design.does(caller) == "source" else "medium"
        return self.finding(severity, why, advice, (caller,), (edge.id,), {"edges": {edge.id: {"timeout_s": timeout_s}}})
