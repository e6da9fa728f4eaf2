"""A message that is handed out again while somebody still works on it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.advice.base import Finding, Rule, round_up, seconds
from engine.advice.design import Design
from engine.advice.patience import longest_s
from engine.behaviours import Distribution, Queue


class VisibilityBelowWork(Rule):
    """The work on a message, at its 99th percentile and with every stated timeout used up, must fit into the visibility timeout."""

    id = "visibility_below_work"
    title = "Visibility timeout below the work's time"
    practice = "REL05-BP05"
    category = "MISCONFIGURATION_AND_BUGS"
    preset = "visibility-too-short"

    def find(self, design: Design) -> Iterator[Finding]:
        for id, node in design.nodes.items():
            if isinstance(node.behaviour, Queue):
                for edge in design.calls[id]:
                    yield from self._consumer(design, id, node.behaviour, design.callee(edge))

    def _consumer(self, design: Design, id: str, queue: Queue, consumer: str) -> Iterator[Finding]:
        behaviour = design.nodes[consumer].behaviour
        if not hasattr(behaviour, "service"):
            return
        stated = [e for e in design.calls[consumer] if design.said[e.id].timeout_s is not None]
        own_s = p99_s(behaviour.service)
        calls_s = math.fsum(longest_s(e) for e in stated)
        mean_s, hidden_s = design.demand().answer_s[consumer], queue.visibility_timeout_s
        if max(own_s + calls_s, mean_s) <= hidden_s:
            return
        always = mean_s > hidden_s
        longest = seconds(mean_s) + " on average" if always else f"up to {seconds(own_s + calls_s)}"
        why = (f"{design.name(consumer)} works {longest} on a delivery of {design.name(id)}, which hands it to somebody else after "
               f"{seconds(hidden_s)}: the work is done twice, and the first one's delete comes too late.")  # fmt: skip
        wanted_s = min(43_200.0, round_up(1.5 * max(own_s + calls_s, mean_s)))
        advice = f"Set visibility_timeout_s of {id} to {wanted_s:,.4g}."
        change = {"nodes": {id: {"visibility_timeout_s": wanted_s}}}
        yield self.finding("high" if always else "medium", why, advice, (id, consumer), (f"{id}->{consumer}",), change)


def p99_s(time: Distribution) -> float:
    """The 99th percentile; of a sum of exponential stages a bound, the mean plus 2.4 standard deviations of each (exact from k = 20 on)."""
    if time.kind == "exponential":
        return time.scale_s * math.log(100)
    if time.kind == "lognormal":
        return time.scale_s * math.exp(2.3263 * time.sigma)
    if time.kind == "erlang":
        return time.scale_s * (1 + 3.61 / math.sqrt(time.shape))
    if time.kind == "pareto":
        return float(time.scale_s * 100 ** (1 / time.shape))
    if time.kind == "empirical":
        return sorted(time.samples_s)[math.ceil(0.99 * len(time.samples_s)) - 1]
    return time.scale_s
