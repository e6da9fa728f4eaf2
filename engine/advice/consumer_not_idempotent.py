"""Messages come at least once; what a second delivery does again must not matter."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule
from engine.advice.design import Design
from engine.plan import PlanEdge


class ConsumerNotIdempotent(Rule):
    """Whoever works on messages changes something elsewhere over a call that is not marked as idempotent."""

    id = "consumer_not_idempotent"
    title = "A consumer that is not idempotent"
    practice = "REL04-BP04"
    category = "MISCONFIGURATION_AND_BUGS"
    preset = "idempotent-payments"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.nodes:
            brings = sorted({design.caller(e) for e in design.callers[id] if design.does(design.caller(e)) in ("queue", "topic")})
            if not brings or design.does(id) in ("queue", "topic"):
                continue
            asides = {edge.lookup for edge in design.calls[id]}
            risky = [e for e in design.calls[id] if not e.policy.idempotent and design.edge_index[e.id] not in asides
                     and design.does(design.callee(e)) not in ("queue", "topic", "cache")]  # fmt: skip
            if risky:
                yield self._finding(design, id, brings, risky)

    def _finding(self, design: Design, id: str, brings: list[str], risky: list[PlanEdge]) -> Finding:
        others = ", ".join(design.name(design.callee(e)) for e in risky)
        why = (f"{' and '.join(design.names(brings))} may hand {design.name(id)} a message more than once, after a timeout, a crash or "
               f"late work, and each time it calls {others} again.")  # fmt: skip
        advice = f"Pass the message's id as a key and set idempotent: true on {', '.join(e.id for e in risky)}."
        change = {"edges": {e.id: {"idempotent": True} for e in risky}}
        return self.finding("medium", why, advice, (id,), tuple(e.id for e in risky), change)
