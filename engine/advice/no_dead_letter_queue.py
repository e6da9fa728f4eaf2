"""Messages that cannot be worked on, and the queue that keeps them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from engine.advice.base import Finding, Rule, Severity, seconds
from engine.advice.design import Design
from engine.behaviours import Queue
from engine.plan import PlanEdge

RECEIVES = 5  # assumption: a few tries tell a bad message from a bad moment

KEEPERS = ("queue", "sqs")  # kinds that keep dead letters of their own kind; what a stream gives up goes to the second


class NoDeadLetterQueue(Rule):
    """A queue with consumers, or a subscription, without a place for what fails; or one whose place forgets before the queue would."""

    id = "no_dead_letter_queue"
    title = "No dead-letter queue"
    practice = "REL05-BP04"
    category = "MISCONFIGURATION_AND_BUGS"
    preset, variant = "upload-fan-out", "no-dead-letters"

    def find(self, design: Design) -> Iterator[Finding]:
        queues = {id: node.behaviour for id, node in design.nodes.items() if isinstance(node.behaviour, Queue)}
        for id, queue in queues.items():
            if not design.calls[id]:
                continue
            if queue.dead_letter is None or queue.max_receives is None:
                yield self._missing(design, id, queue)
            elif queues[queue.dead_letter].retention_s <= queue.retention_s < math.inf:
                yield self._forgets(design, id, queue, queues[queue.dead_letter])

        for id in design.nodes:
            if design.does(id) == "topic":
                dropping = [edge for edge in design.calls[id] if edge.dead_letter is None]
                yield from (self._dropped(design, id, e) for e in dropping if design.does(design.callee(e)) not in ("queue", "topic"))

    def _dropped(self, design: Design, id: str, edge: PlanEdge) -> Finding:
        callee = design.callee(edge)
        why = (f"What {design.name(id)} cannot deliver to {design.name(callee)} in {edge.policy.attempts:,} attempts is dropped, "
               "and nobody can deliver it again.")  # fmt: skip
        home = f"{id}-dead"
        queue: dict[str, Any] = {"kind": "sqs"}
        region = getattr(design.component(id), "region", None)
        nodes = {home: queue | ({"region": region} if region else {})}
        change: dict[str, Any] = {"nodes": nodes, "edges": {edge.id: {"dead_letter": home}}}
        severity: Severity = "medium" if edge.policy.attempts <= 10 else "low"
        advice = f"Set dead_letter: {home} on {edge.id}, and look at what arrives there."
        return self.finding(severity, why, advice, (id, callee), (edge.id,), change=change)

    def _missing(self, design: Design, id: str, queue: Queue) -> Finding:
        if queue.max_receives is None:
            fate = f"comes back every {seconds(queue.visibility_timeout_s)} for {_span(queue.retention_s)}"
            fate += ", and everything of its group waits behind it" if queue.fifo else f", up to {_times(queue)} times"
        else:
            fate = f"is thrown away after {queue.max_receives} deliveries"
        why = f"A message of {design.name(id)} that no consumer can work on {fate}."
        home = f"{id}-dead"
        fields: dict[str, Any] = {"dead_letter": queue.dead_letter or home, "max_receives": queue.max_receives or RECEIVES}
        nodes: dict[str, Any] = {id: fields}
        if queue.dead_letter is None:
            component = design.component(id)
            kind = component.kind if component.kind in KEEPERS else "sqs"
            nodes[home] = {"kind": kind, "retention_s": min(2 * queue.retention_s, 1_209_600.0)} | ({"fifo": True} if queue.fifo else {})
            nodes[home] |= {key: getattr(component, key) for key in ("region",) if getattr(component, key, None)}
        said = ", ".join(f"{key}: {value}" for key, value in fields.items())
        return self.finding("medium", why, f"Set {said} on {id}, and look at what arrives there.", (id,), change={"nodes": nodes})

    def _forgets(self, design: Design, id: str, queue: Queue, dead: Queue) -> Finding:
        home = str(queue.dead_letter)
        why = (f"{design.name(home)} keeps messages for {_span(dead.retention_s)} from their publication, {design.name(id)} for "
               f"{_span(queue.retention_s)}: one that is moved late is gone at once.")  # fmt: skip
        longer = min(2 * queue.retention_s, 1_209_600.0)
        shorter = {id: {"retention_s": queue.retention_s / 2}}
        change = {"nodes": {home: {"retention_s": longer}} if longer > queue.retention_s else shorter}
        advice = f"Set retention_s of {home} to {longer:,.0f}." if longer > queue.retention_s else f"Halve retention_s of {id}."
        return self.finding("low", why, advice, tuple({id, home}), change=change)


def _times(queue: Queue) -> str:
    return f"{queue.retention_s / queue.visibility_timeout_s:,.0f}"


def _span(value_s: float) -> str:
    return f"{value_s / 86_400:,.3g} days" if value_s >= 86_400 else seconds(value_s)
