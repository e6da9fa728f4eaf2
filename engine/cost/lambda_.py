"""Lambda: requests, memory × duration, provisioned environments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import MONTH_S, Line, Price, Use, assumed, infracost

REQUESTS = infracost(0.20, "request", "2024-07-01", per=1e6)
DURATION = infracost(0.0000166667, "GB-s", "2024-07-01")  # x86
PROVISIONED = assumed(0.0000041667, "GB-s")
USUAL_MB = 128  # botocore 1.43, service model of lambda: MemorySize is 128 MB unless configured


class LambdaPrice(Price):
    """Duration is the time an environment is taken, waits for what it calls and cold starts included."""

    kinds: ClassVar = ("lambda",)
    left_out: ClassVar = "The free tier, arm64 (a fifth cheaper), storage above 512 MB; provisioned time is billed at the full rate too."

    def lines(self, use: Use) -> Iterator[Line]:
        gb = use.field("memory_mb", USUAL_MB) / 1024
        yield REQUESTS.of("Requests", use.requests)
        yield DURATION.of(f"Duration at {gb * 1024:,.0f} MB", use.busy_s * gb)
        provisioned = use.field("provisioned_concurrency", 0)
        if provisioned:
            yield PROVISIONED.of("Provisioned concurrency", provisioned * gb * MONTH_S)
