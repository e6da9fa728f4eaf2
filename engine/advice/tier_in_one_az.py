"""Several instances, one AZ: a node that survives a crash but not the zone."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, amount
from engine.advice.design import Design
from engine.advice.single_point_of_failure import spread
from engine.advice.survival import impact


class TierInOneAz(Rule):
    """All instances of a node that is needed sit in one AZ. Without it, by computation, somebody is stopped."""

    id = "tier_in_one_az"
    title = "A whole tier in one AZ"
    practice = "REL10-BP01"
    category = "SHARED_FATE"
    preset, variant = "three-tier-shop-az-loss", "one-az"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.nodes:
            present = design.present(id)
            if len(present) < 2 or len(design.azs_of(id)) > 1 or design.place(present[0]).kind != "az":
                continue
            stopped = design.broken(present)
            if stopped:
                yield self._finding(design, id, design.azs_of(id)[0], len(present), stopped)

    def _finding(self, design: Design, id: str, az: str, count: int, stopped: list[str]) -> Finding:
        severity, whom = impact(design, stopped)
        why = f"All {amount(count, 'instance')} of {design.name(id)} are in {az}: when the AZ is gone, {whom}."
        other = design.other_az(az)
        if other is None:
            region = design.scenario.geography.region_of[az]
            return self.finding(severity, why, f"Give {region} a second AZ and spread them over both.", (id,))
        advice = f"Spread them over {az} and {other}."
        return self.finding(severity, why, advice, (id,), change={"nodes": {id: spread(design, id, az, other)}})
