"""API Gateway: by the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Rate, Use, assumed, infracost

CACHE_PER_HOUR: dict[float, Rate] = {
    0.5: infracost(0.020, "h", "2024-07-01"),
    **{size: assumed(usd, "h") for size, usd in ((1.6, 0.038), (6.1, 0.200), (13.5, 0.250), (28.4, 0.500), (58.2, 1.000))},
    **{size: assumed(usd, "h") for size, usd in ((118.0, 1.900), (237.0, 3.800))},
}


class ApiGatewayPrice(Price):
    """Throttled requests are not billed, and not told apart here."""

    kinds: ClassVar = ("api_gateway",)
    rest: ClassVar = infracost(3.50, "request", "2024-07-01", per=1e6)
    http: ClassVar = infracost(1.00, "request", "2024-07-01", per=1e6)
    left_out: ClassVar = "Discounts above 300 million requests."

    def lines(self, use: Use) -> Iterator[Line]:
        api = use.field("api", "rest")
        yield (self.http if api == "http" else self.rest).of(f"{api.upper()} API requests", use.requests)
        size = use.field("cache_gb", 0)
        if size in CACHE_PER_HOUR:
            yield CACHE_PER_HOUR[size].of(f"Cache of {size:g} GB, hours", HOURS)
