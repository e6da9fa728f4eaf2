"""A cache is emptied: by mistake, by a deployment, by a new version of what it holds."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class CacheFlush(Fault):
    """Forgets everything at the instant it starts; what follows is the same whether it lasts or not."""

    kind: Literal["cache_flush"] = "cache_flush"
    label: ClassVar = "Cache flush"
    group: ClassVar = "Data and messages"
    summary: ClassVar = "The cache forgets everything; all reads go to the store until it is warm again."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("cache", "limiter")
    kinds: ClassVar = ("cache", "cloudfront", "elasticache", "api_gateway")
    default_for_s: ClassVar = 1.0

    def says(self) -> str:
        return f"{self.target} forgets everything"

    def apply(self, live: Live, reach: Reach) -> None:
        live.flushes[reach.instances] += 1
