"""A balancer that never learns."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, amount, share
from engine.advice.design import Design
from engine.behaviours import Balancer


class NoHealthCheck(Rule):
    """Without probes a dead target keeps its share of the requests for as long as it is dead."""

    id = "no_health_check"
    title = "No health check"
    practice = "REL11-BP02"
    category = "MISCONFIGURATION_AND_BUGS"
    preset, variant = "instance-dies-behind-a-balancer", "no-health-check"

    def find(self, design: Design) -> Iterator[Finding]:
        for id, node in design.nodes.items():
            if isinstance(node.behaviour, Balancer) and node.behaviour.health_check is None:
                targets = sum(len(design.present(design.callee(edge))) for edge in design.calls[id])
                lost = f"every one of {amount(targets, 'target')} that dies keeps {share(1 / targets)} of the requests"
                why = f"{design.name(id)} does not probe: {lost if targets > 1 else 'nobody notices when its target dies'}."
                change = {"nodes": {id: {"health_check": {"interval_s": 10, "timeout_s": 5, "unhealthy": 2, "healthy": 2}}}}
                yield self.finding("high", why, "Set health_check to {interval_s: 10, timeout_s: 5, unhealthy: 2, healthy: 2}.", (id,),
                                   change=change)  # fmt: skip
