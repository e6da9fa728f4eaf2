"""Callers that were turned away together come back together."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, per_s
from engine.advice.design import Design
from engine.advice.patience import calls_of_its_own
from engine.plan import PlanEdge


class RetriesWithoutJitter(Rule):
    """Retries at once, or after waits that are the same for everybody."""

    id = "retries_without_jitter"
    title = "Retries without jitter"
    practice = "REL05-BP03"
    category = "EXCESSIVE_LOAD"
    preset = "jitter-breaks-the-wave"

    def find(self, design: Design) -> Iterator[Finding]:
        for edge in calls_of_its_own(design):
            backoff = edge.policy.backoff
            if edge.policy.attempts > 1 and (backoff is None or backoff.jitter == "none"):
                yield self._finding(design, edge)

    def _finding(self, design: Design, edge: PlanEdge) -> Finding:
        caller, backoff = design.caller(edge), edge.policy.backoff
        when = "at once" if backoff is None else "after the same wait as everybody else"
        rate = design.demand().rate_per_s[caller]
        why = (f"{design.name(caller)} retries {when}: what fails together, up to {per_s(rate)}, comes back to "
               f"{design.name(design.callee(edge))} together.")  # fmt: skip
        if design.said[edge.id].retry_mode:  # which says the waits
            advice = f"Set retry_mode of {edge.id} to standard, whose waits have jitter."
            return self.finding("medium", why, advice, (caller,), (edge.id,), {"edges": {edge.id: {"retry_mode": "standard"}}})
        base_s = backoff.base_s if backoff and backoff.base_s else 0.1
        fields = {"exponential": base_s, "cap_s": max(2.0, base_s), "jitter": "full"}
        advice = f"Set backoff of {edge.id} to {{exponential: {base_s:g}, cap_s: {max(2.0, base_s):g}, jitter: full}}."
        return self.finding("medium", why, advice, (caller,), (edge.id,), {"edges": {edge.id: {"backoff": fields}}})
