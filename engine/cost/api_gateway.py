"""API Gateway: by the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import Line, Price, Use, infracost


class ApiGatewayPrice(Price):
    """Throttled requests are not billed, and not told apart here."""

    kinds: ClassVar = ("api_gateway",)
    rest: ClassVar = infracost(3.50, "request", "2024-07-01", per=1e6)
    http: ClassVar = infracost(1.00, "request", "2024-07-01", per=1e6)
    left_out: ClassVar = "Its cache, discounts above 300 million requests."

    def lines(self, use: Use) -> Iterator[Line]:
        api = use.field("api", "rest")
        yield (self.http if api == "http" else self.rest).of(f"{api.upper()} API requests", use.requests)
