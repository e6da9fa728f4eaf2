"""One instance whose loss stops somebody, found by taking away each in turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.advice.base import Finding, Rule
from engine.advice.design import Design
from engine.advice.survival import impact
from engine.behaviours import Store


class SinglePointOfFailure(Rule):
    """Takes away one instance at a time: if nothing is left of a node that everything needs, it is a single point of failure."""

    id = "single_point_of_failure"
    title = "Single point of failure"
    practice = "REL10-BP01"
    category = "SINGLE_POINT_OF_FAILURE"
    preset, variant = "database-failover", "single"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.nodes:
            for instance in _members(design, id):
                place = design.place(instance)
                stopped = design.broken({instance}) if place.kind == "az" else []
                if stopped:
                    yield self._finding(design, id, place.id, stopped)
                    break

    def _finding(self, design: Design, id: str, az: str, stopped: list[str]) -> Finding:
        severity, whom = impact(design, stopped)
        other = design.other_az(az)
        if len(_members(design, id)) > 1:
            why = f"{design.name(id)} has a member in {az} that nobody replaces: when it or the AZ is gone, {whom}."
            fields = {"multi_az": True} if design.has_field(id, "multi_az") else {"failover": None}
            return self.finding(severity, why, "Let it fail over by itself.", (id,), change={"nodes": {id: fields}})
        why = f"{design.name(id)} has one instance, in {az}: when it or the AZ is gone, {whom}."
        if other is None:
            region = design.scenario.geography.region_of[az]
            return self.finding(severity, why, f"Give {region} a second AZ and put an instance there.", (id,))
        what = "a synchronous standby" if design.does(id) == "store" else "an instance"
        return self.finding(severity, why, f"Add {what} in {other}.", (id,), change={"nodes": {id: spread(design, id, az, other)}})


def _members(design: Design, id: str) -> list[int]:
    """Instances that could be the only one: a lone one, or the members of a store's first partition, all partitions being alike."""
    behaviour, present = design.nodes[id].behaviour, design.present(id)
    if store := design.nodes[id].store:
        return present[: len(store.azs)]
    return present if len(present) == 1 and behaviour.behaviour != "source" else []


def spread(design: Design, id: str, az: str, other: str) -> dict[str, Any]:
    """The fields that put a node which sits in one AZ into a second one."""
    component, behaviour = design.component(id), design.nodes[id].behaviour
    fields: dict[str, Any] = {}
    if component.placement == "region" and component.behaviour != "store":
        return {"azs": None, "region": design.scenario.geography.region_of[az]}  # a Region's endpoint is spread unless it is told otherwise
    if getattr(component, "mode", None) == "zonal":
        return {"mode": "regional", "azs": None, "region": design.scenario.geography.region_of[az]}
    copied = design.has_field(id, "replicas")  # by nodes of its own, which a cache that fetches cannot have
    if design.has_field(id, "multi_az") and not (copied and design.calls[id]):
        fields["multi_az"] = True
        if copied:
            fields["replicas"] = max(1, getattr(component, "replicas", 0))
        return fields | ({"azs": [az, other]} if getattr(component, "azs", None) else {})
    if component.behaviour == "function":
        return {"azs": None, "region": design.scenario.geography.region_of[az]}
    if design.has_field(id, "failover") and isinstance(behaviour, Store) and behaviour.failover is None:
        fields["failover"] = None
    if design.has_field(id, "instances"):
        fields["instances"] = max(2, len(design.present(id)))
    return fields | {"azs": [az, other]}
