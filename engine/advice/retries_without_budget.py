"""Retries that nothing bounds keep an overload going."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, per_s
from engine.advice.design import Design
from engine.advice.patience import calls_of_its_own

BUDGET = 0.1  # tokens per successful call: load grows by a tenth at most (M. Brooker, "Fixing retries with token buckets", 2022)


class RetriesWithoutBudget(Rule):
    """Neither a token bucket nor a circuit breaker: when everything fails, load is multiplied by the attempts."""

    id = "retries_without_budget"
    title = "Retries without a budget"
    practice = "REL05-BP03"
    category = "EXCESSIVE_LOAD"
    preset, variant = "retry-storm", "jitter"

    def find(self, design: Design) -> Iterator[Finding]:
        for edge in calls_of_its_own(design):
            policy = edge.policy
            if policy.attempts > 1 and policy.retry_budget is None and policy.breaker is None:
                caller = design.caller(edge)
                rate = design.demand().rate_per_s[caller]
                why = (f"When calls of {design.name(caller)} fail, {per_s(rate)} become up to {per_s(rate * policy.attempts)}, and they "
                       "stay that many until the callee has recovered under them.")  # fmt: skip
                advice = f"Set retry_budget of {edge.id} to {BUDGET:g}: then retries add a tenth of what succeeds."
                yield self.finding("low", why, advice, (caller,), (edge.id,), {"edges": {edge.id: {"retry_budget": BUDGET}}})
