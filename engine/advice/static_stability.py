"""Can the AZs that are left carry the load at once, without anything being launched?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.advice.base import Finding, Rule, Severity, amount, per_s, seconds, share
from engine.advice.design import Design

FULL = 1.0  # work asked for = slots: the queue grows without end
TIGHT = 0.8  # assumption: above it an hour's peak or a few retries are too many


def overloaded(design: Design, id: str) -> tuple[str, frozenset[int], float] | None:
    """The AZ whose loss loads this node most, what is lost with it, and the load; None where a loss adds nothing or nobody is served."""
    worst = None
    for az, lost in design.domains.items():
        demand = design.demand(lost)
        if design.demand().load(id) < FULL and demand.left(id) and not design.broken(lost):
            load = demand.load(id)
            if load > max(design.demand().load(id), TIGHT) + 1e-9 and (worst is None or load > worst[2]):
                worst = (az, lost, load)
    return worst


def needed(design: Design, id: str, lost: frozenset[int]) -> int:
    """Instances over all its AZs of which enough are left, at `TIGHT` load, when an AZ is gone."""
    demand, azs = design.demand(lost), max(2, len(design.azs_of(id)))
    work, slots = demand.rate_per_s[id] * demand.hold_s[id], demand.slots(id) / len(demand.left(id))
    left = math.ceil(work / (TIGHT * slots) - 1e-9)
    return math.ceil(left * azs / (azs - 1))


def spreads(design: Design, id: str) -> bool:
    """Whether its instances are a number that can be raised."""
    return design.has_field(id, "instances") and len(design.azs_of(id)) > 1


class StaticStability(Rule):
    """N − 1 AZs must carry the clients' peak: rate × time a slot is held, against the slots that are left."""

    id = "static_stability"
    title = "Not statically stable"
    practice = "REL11-BP05"
    category = "EXCESSIVE_LOAD"
    preset, variant = "three-tier-shop-az-loss", "four-servers"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.reached:
            if getattr(design.nodes[id].behaviour, "autoscaling", None) is None and (found := overloaded(design, id)):
                yield self._finding(design, id, *found)

    def _finding(self, design: Design, id: str, az: str, lost: frozenset[int], load: float) -> Finding:
        demand = design.demand(lost)
        left, all_ = len(demand.left(id)), len(design.present(id))
        sum_ = f"{per_s(demand.rate_per_s[id])} × {seconds(demand.hold_s[id])} on {demand.slots(id):,.0f} slots"
        why = f"Without {az}, {left} of {amount(all_, 'instance')} of {design.name(id)} would be {share(load)} loaded: {sum_}."
        before = f" With all of them it is {share(design.demand().load(id))}."
        severity: Severity = "high" if load >= FULL else "low"
        if not spreads(design, id):
            return self.finding(severity, why + before, f"Give what is left of {design.name(id)} enough slots for all of it.", (id,))
        count = needed(design, id, lost)
        advice = f"Run {count} instances, so that what is left without an AZ is at most {share(TIGHT)} loaded."
        return self.finding(severity, why + before, advice, (id,), change={"nodes": {id: {"instances": count}}})
