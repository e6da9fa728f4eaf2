"""AWS NAT gateway: the way out of private subnets, in one AZ or in all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Distribution, Station
from engine.components.base import Component, Limit, Placed, quantity
from engine.geography import Geography

MODE = "CloudFormation reference, AWS::EC2::NatGateway (2026): AvailabilityMode"
PASSING = Distribution("constant", 0.0001)  # a tenth of a millisecond; an assumption


class NatGateway(Placed):
    """Passes connections from private subnets on to the Internet and holds each until its answer is back. A zonal one goes with its AZ, and
    every AZ that sends its traffic there is cut off with it."""

    kind: Literal["nat_gateway"] = "nat_gateway"
    label: ClassVar = "NAT gateway"
    category: ClassVar = "Network"
    glyph: ClassVar = "nat"
    summary: ClassVar = "The way out of private subnets; a zonal one in a single AZ takes every other AZ's way out with it."
    placement: ClassVar = "az"
    unplaced: ClassVar = "az"
    behaviour: ClassVar = "station"
    tier: ClassVar = "balancer"
    az_loss: ClassVar = "A zonal one falls silent, for callers in every AZ that route through it. A regional one goes on."
    region_loss: ClassVar = "Falls silent."
    control_loss: ClassVar = "None can be created, and no route can be pointed at another one; connections go on."
    limits: ClassVar = (
        Limit("55,000 simultaneous connections to one destination and address", "ErrorPortAllocation",
              "queue_full: every connection takes a slot until its answer is back"),
    )  # fmt: skip
    left_out: ClassVar = "Bandwidth, idle connections dropped after 350 s, routes per subnet: draw one gateway per AZ and its callers."

    mode: Literal["zonal", "regional"] = quantity("zonal", "", "In one AZ, or spanning those of the network.", source=MODE)
    connections: int = quantity(55_000, "", "Connections open at once to one destination.", ge=1, le=100_000,
                                assumption="the quota for one address and destination, recalled", likely=(55_000, 100_000))  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        if self.mode == "regional":
            return (self.home(geography),)
        return (self.azs[0] if self.azs else geography.azs_of[self.home(geography)][0],)

    def lower(self, geography: Geography) -> Station:
        return Station(self.sits(geography), self.connections, 0, PASSING)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.mode == "zonal" and self.azs and len(self.azs) > 1:
            yield "azs", "a zonal NAT gateway is in one AZ; use one per AZ, or mode: regional"

    @classmethod
    def refuses_caller(cls, caller: type[Component]) -> str | None:
        return None if caller.behaviour in ("station", "function") else "it lets servers out to the Internet and lets nothing in"

    @classmethod
    def refuses_callee(cls, callee: type[Component]) -> str | None:
        inside = callee.behaviour == "store" and callee.placement != "region"
        return "private addresses are reached without it; draw the edge to them directly" if inside or callee is cls else None
