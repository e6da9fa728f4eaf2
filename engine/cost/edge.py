"""CloudFront, Global Accelerator, Route 53 and the NAT gateway: what stands between a Region and the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, MONTH_S, Line, Price, Use, infracost

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
    """A zone, a health check for each record that has one, and the queries of resolvers that ask once a TTL."""

    kinds: ClassVar = ("route53",)
    zone: ClassVar = infracost(0.50, "zone-month", OLD)
    check: ClassVar = infracost(0.50, "check-month", OLD)
    fast: ClassVar = infracost(1.00, "check-month", OLD)
    queries: ClassVar = {policy: infracost(usd, "query", OLD, per=1e6) for policy, usd in (("latency", 0.60), ("geolocation", 0.70))}
    query: ClassVar = infracost(0.40, "query", OLD, per=1e6)
    left_out: ClassVar = "Checks by HTTPS or of a string; queries for aliases of AWS resources, which are free."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.zone.of("Hosted zone", 1)
        checks = 0 if use.field("health_check", "none") == "none" else use.targets
        if checks:
            yield self.check.of("Health checks of AWS endpoints", checks)
            if use.field("health_check", None).interval_s < 30:
                yield self.fast.of("Fast intervals", checks)
        queries = use.field("resolvers", 0) * MONTH_S / max(1.0, use.field("ttl_s", 60.0))
        if queries:
            yield self.queries.get(use.field("policy", "simple"), self.query).of("Queries, one per resolver and TTL", queries)


class NatGatewayPrice(Price):
    """Hours and every GB that passes, both ways."""

    kinds: ClassVar = ("nat_gateway",)
    hour: ClassVar = infracost(0.045, "h", OLD)
    data: ClassVar = infracost(0.045, "GB", OLD)

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.hour.of("Hours", HOURS)
        yield self.data.of("Data processed", use.gb_in + use.gb_out)
