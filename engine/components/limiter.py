"""A plain rate limiter, without a vendor: a token bucket in front of what it calls."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Limiter as LimiterBehaviour
from engine.components.base import RegionPlaced, quantity
from engine.geography import Geography


class Limiter(RegionPlaced):
    """Passes on what the bucket has tokens for and answers the rest `throttled` at once."""

    kind: Literal["limiter"] = "limiter"
    label: ClassVar = "Rate limiter"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "gauge"
    summary: ClassVar = "Lets through so many requests a second, with a burst, and throttles the rest at once."
    placement: ClassVar = "region"
    az_loss: ClassVar = "Goes on, unless it was put into that AZ alone."
    behaviour: ClassVar = "limiter"
    tier: ClassVar = "balancer"
    create: ClassVar = {"rate_per_s": 200, "burst": 100}

    rate_per_s: float = quantity(100, "1/s", "Tokens added per second: requests it lets through in the long run.", gt=0, le=10_000_000,
                                 assumption="every quota is its own", label="Rate")  # fmt: skip
    burst: float = quantity(100, "", "Tokens the bucket holds, full at the start: requests it lets through at once.", ge=1, le=10_000_000,
                            assumption="one second's worth", label="Burst")  # fmt: skip

    def lower(self, geography: Geography) -> LimiterBehaviour:
        return LimiterBehaviour(self.rate_per_s, self.burst)
