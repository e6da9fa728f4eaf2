"""Application and Network Load Balancer: hours and capacity units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

HOUR = infracost(0.0225, "h", "2024-07-01")


class AlbPrice(Price):
    """A capacity unit is taken as 1 GB an hour of requests and answers: connections and rules are assumed to need no more."""

    kinds: ClassVar = ("alb",)
    unit: ClassVar = infracost(0.008, "LCU-h", "2024-07-01")
    left_out: ClassVar = "Capacity units by new connections, open connections and rules."

    def lines(self, use: Use) -> Iterator[Line]:
        yield HOUR.of("Hours", HOURS)
        yield self.unit.of("Capacity units, 1 GB each", use.gb_in + use.gb_out)


class NlbPrice(AlbPrice):
    """The same with a cheaper unit."""

    kinds: ClassVar = ("nlb",)
    unit: ClassVar = infracost(0.006, "LCU-h", "2024-07-01")
