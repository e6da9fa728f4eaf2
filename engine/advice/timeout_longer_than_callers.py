"""Somebody works on for whoever has left: a timeout, or all attempts together, longer than the caller waits."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, seconds
from engine.advice.design import Design
from engine.advice.patience import calls_of_its_own, longest_s, most_impatient
from engine.plan import PlanEdge


class TimeoutLongerThanCallers(Rule):
    """Compares each stated timeout with that of the most impatient caller of the node that has it."""

    id = "timeout_longer_than_callers"
    title = "Waits longer than its caller"
    practice = "REL05-BP05"
    category = "EXCESSIVE_LATENCY"
    preset, variant = "timeout-longer-than-the-callers", "five-seconds"

    def find(self, design: Design) -> Iterator[Finding]:
        first = most_impatient(design)
        for edge in calls_of_its_own(design):
            patience = first.get(design.caller(edge))
            if design.said[edge.id].timeout_s is None or patience is None or edge.policy.cancel or patience[1].policy.cancel:
                continue
            if longest_s(edge) > patience[0] + 1e-9:
                yield self._finding(design, edge, *patience)

    def _finding(self, design: Design, edge: PlanEdge, patience_s: float, from_: PlanEdge) -> Finding:
        policy, caller, whose = edge.policy, design.name(design.caller(edge)), design.name(design.caller(from_))
        one = policy.timeout_s > patience_s
        how = seconds(policy.timeout_s if one else longest_s(edge)) + ("" if one else f", {policy.attempts} attempts with their back-off,")
        why = (f"{caller} waits up to {how} for {design.name(design.callee(edge))}; {whose} gives up after {seconds(patience_s)} "
               f"({from_.id}). The rest is work for nobody, in a slot that others wait for.")  # fmt: skip
        waits_s = longest_s(edge) - policy.attempts * policy.timeout_s
        fits_s = (patience_s - waits_s) / policy.attempts * 0.9
        if fits_s <= 0:
            fields = design.attempts(edge.id, 1) | {"timeout_s": float(f"{min(policy.timeout_s, patience_s * 0.9):.2g}")}
        else:
            fields = {"timeout_s": float(f"{fits_s:.2g}")}
        said = " and ".join(f"{k} to {v:g}" for k, v in fields.items() if v is not None)
        advice = f"On {edge.id} set {said}, or let {whose} wait longer."
        return self.finding("medium" if one else "low", why, advice, (design.caller(edge),), (edge.id,), {"edges": {edge.id: fields}})
