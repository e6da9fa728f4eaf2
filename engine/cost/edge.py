"""CloudFront, Global Accelerator, Route 53 and the NAT gateway: what stands between a Region and the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

OLD = "2024-07-01"


class CloudFrontPrice(Price):
    """Answers to viewers and HTTPS requests; what it fetches from AWS is free."""

    kinds: ClassVar = ("cloudfront",)
    carries: ClassVar = True
    data: ClassVar = infracost(0.085, "GB", OLD)
    requests: ClassVar = infracost(0.01, "request", OLD, per=1e4)
    left_out: ClassVar = "The first TB a month, discounts above 10 TB, other price classes, flat-rate plans."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.data.of("To viewers in the US and Europe", use.gb_out)
        yield self.requests.of("HTTPS requests", use.requests)


class GlobalAcceleratorPrice(Price):
    """Hours and a premium on the data, on top of the transfer."""

    kinds: ClassVar = ("global_accelerator",)
    hour: ClassVar = infracost(0.025, "h", OLD)
    premium: ClassVar = infracost(0.015, "GB", OLD)
    left_out: ClassVar = "The premium between continents, which is higher."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.hour.of("Hours", HOURS)
        yield self.premium.of("Premium on data", use.gb_out)


class Route53Price(Price):
    """A zone, and a health check for each record that has one."""

    kinds: ClassVar = ("route53",)
    zone: ClassVar = infracost(0.50, "zone-month", OLD)
    check: ClassVar = infracost(0.50, "check-month", OLD)
    left_out: ClassVar = "Queries (0.40 per million): how many there are depends on the caches of strangers. Fast checks."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.zone.of("Hosted zone", 1)
        checks = 0 if use.field("health_check", "none") == "none" else use.targets
        if checks:
            yield self.check.of("Health checks of AWS endpoints", checks)


class NatGatewayPrice(Price):
    """Hours and every GB that passes, both ways."""

    kinds: ClassVar = ("nat_gateway",)
    hour: ClassVar = infracost(0.045, "h", OLD)
    data: ClassVar = infracost(0.045, "GB", OLD)

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.hour.of("Hours", HOURS)
        yield self.data.of("Data processed", use.gb_in + use.gb_out)
