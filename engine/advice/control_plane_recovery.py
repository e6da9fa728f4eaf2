"""Recovery that waits for a control plane: a launch that must succeed during the outage, a DNS record that somebody must edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.advice.base import Finding, Rule, per_s, seconds, share
from engine.advice.design import Design
from engine.advice.static_stability import FULL, needed, overloaded
from engine.advice.survival import works
from engine.behaviours import Resolver


class ControlPlaneRecovery(Rule):
    """Data planes keep working when control planes do not. What is needed in an outage should be there before it."""

    id = "control_plane_recovery"
    title = "Recovery needs a control plane"
    practice = "REL11-BP04"
    category = "SHARED_FATE"
    preset = "static-stability"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.reached:
            behaviour = design.nodes[id].behaviour
            if getattr(behaviour, "autoscaling", None) is not None:
                yield from self._launches(design, id)
            elif isinstance(behaviour, Resolver) and (behaviour.policy == "simple" or behaviour.health_check is None):
                yield from self._edits(design, id, behaviour)

    def _launches(self, design: Design, id: str) -> Iterator[Finding]:
        found = overloaded(design, id)
        if found is None or found[2] < FULL:
            return
        az, lost, load = found
        demand, scaling = design.demand(lost), design.component(id).autoscaling  # type: ignore[attr-defined]
        why = (f"Without {az} what is left of {design.name(id)} would be {share(load)} loaded ({per_s(demand.rate_per_s[id])}) until new "
               f"instances serve, {seconds(scaling.launch_s)} after their launch, if launches work in that outage.")  # fmt: skip
        count = needed(design, id, lost)
        fields = scaling.model_dump(mode="json", exclude_unset=True) | {"min": count, "max": max(scaling.max, count)}
        advice = f"Keep at least {count} instances, which the loss of an AZ leaves enough of."
        yield self.finding("medium", why, advice, (id,), change={"nodes": {id: {"instances": count, "autoscaling": fields}}})

    def _edits(self, design: Design, id: str, resolver: Resolver) -> Iterator[Finding]:
        records = [design.callee(edge) for edge in design.calls[id]]
        for place, lost in {**design.domains, **design.regions}.items():
            fine = works(design, lost)
            gone, left = [r for r in records if r not in fine], [r for r in records if r in fine]
            if gone and left:
                why = (f"{design.name(id)} goes on naming {', '.join(design.names(gone))} when {place} is lost: it "
                       f"{'knows no health' if resolver.policy == 'simple' else 'has no health check'}, so somebody must edit the record, "
                       f"and then answers live on for {seconds(resolver.ttl_s)}.")  # fmt: skip
                fields: dict[str, Any] = {"policy": "failover"} if resolver.policy == "simple" else {}
                fields |= {"health_check": {"interval_s": 10}} if resolver.health_check is None else {}
                advice = "Let a health check decide: " + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "."
                yield self.finding("high", why, advice, (id,), change={"nodes": {id: fields}})
                return
