"""Zonal shift: operators take an Availability Zone out of the traffic, as with Amazon Application Recovery Controller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live
from engine.topology import Topology


class ZonalShift(Fault):
    """Balancers send nothing into the AZ any more and their names no longer lead to their nodes there; both as far as there are others.

    No failure but a remedy. Requests under way go on, and callers find out as the answers they hold expire."""

    kind: Literal["zonal_shift"] = "zonal_shift"
    label: ClassVar = "Zonal shift"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "Balancers move their traffic out of the AZ; a remedy, not a failure."
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"Traffic is shifted away from {self.target}"

    def apply(self, live: Live, reach: Reach) -> None:
        live.shifted[reach.instances] = True

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        problems = list(super().check(topology))
        yield from problems
        if problems:
            return
        there = topology.inside(self.target)
        balancers = [id for id, node in topology.nodes.items() if node.behaviour == "balancer"]
        if not any(id in there or any(callee in there for callee in topology.calls.successors(id)) for id in balancers):
            yield "target", f"no balancer has a node or a target in {self.target}, so there is no traffic to shift"
