"""Balancer nodes that each keep to their own AZ, and AZs with unequal numbers of targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.advice.base import Finding, Rule, Severity, amount, per_s, share
from engine.advice.design import Design
from engine.advice.static_stability import FULL
from engine.behaviours import Balancer

UNEVEN = 1.5  # assumption: half as much again as the others is worth more than a remark


class CrossZoneImbalance(Rule):
    """Without cross-zone balancing every AZ gets the same share of the requests, however many targets it has for them."""

    id = "cross_zone_imbalance"
    title = "Uneven AZs without cross-zone"
    practice = "REL11-BP05"
    category = "EXCESSIVE_LOAD"
    preset = "cross-zone-imbalance"

    def find(self, design: Design) -> Iterator[Finding]:
        for id, node in design.nodes.items():
            if isinstance(node.behaviour, Balancer) and not node.behaviour.cross_zone:
                counts = Counter(design.place(i).id for edge in design.calls[id] for i in design.present(design.callee(edge)))
                served = {az: counts[az] for az in sorted(design.azs_of(id)) if counts[az]}
                if len(set(served.values())) > 1:
                    yield self._finding(design, id, served)

    def _finding(self, design: Design, id: str, served: dict[str, int]) -> Finding:
        fewest = min(served, key=lambda az: (served[az], az))
        ratio = sum(served.values()) / len(served) / served[fewest]
        rate = design.demand().rate_per_s[id] / len(served) / served[fewest]
        loads = [design.demand().load(design.callee(edge)) * ratio for edge in design.calls[id]]
        full = f", which loads them {share(max(loads))}" if max(loads) > 0 else ""
        few = f"{fewest} has {amount(served[fewest], 'target')} of {sum(served.values())}"
        each = f"each gets {per_s(rate)}, {ratio:.3g} times the mean{full}"
        why = f"{design.name(id)} sends each of {amount(len(served), 'AZ')} the same share; {few}, and {each}."
        severity: Severity = "high" if max(loads) >= FULL else "medium" if ratio >= UNEVEN else "low"
        advice = "Set cross_zone: true, or give every AZ as many targets."
        return self.finding(severity, why, advice, (id,), change={"nodes": {id: {"cross_zone": True}}})
