"""Amazon API Gateway: a token bucket and a timeout in front of functions and services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Cache as CacheBehaviour
from engine.behaviours import Distribution
from engine.behaviours import Limiter as LimiterBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.geography import Geography

QUOTAS = "API Gateway developer guide, quotas"
CACHING = "API Gateway developer guide, enabling API caching: 300 s by default, 3,600 s at most, 0 disables it"
SIZES_GB = (0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118.0, 237.0)
SLOTS = 100_000  # it is many servers: its bucket limits it, not its slots
THROTTLE = QUOTAS + ": 10,000 requests per second with a bucket of 5,000, per account and Region; 2,500 and 1,250 in newer Regions"


class ApiGateway(RegionPlaced):
    """Accepts what the account's bucket has tokens for, passes it on, and waits for the integration so long and no longer."""

    kind: Literal["api_gateway"] = "api_gateway"
    label: ClassVar = "API Gateway"
    category: ClassVar = "Entry"
    glyph: ClassVar = "gateway"
    summary: ClassVar = "Throttles by the account's token bucket and gives up on an integration after 29 s, 30 s for an HTTP API."
    placement: ClassVar = "region"
    behaviour: ClassVar = "limiter"
    tier: ClassVar = "balancer"
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: it is kept up in several AZs. What it calls may not be."
    region_loss: ClassVar = "Accepts nothing; only a name that points to another Region helps."
    control_loss: ClassVar = "APIs cannot be deployed or changed; requests are served as before."
    limits: ClassVar = (
        Limit("10,000 requests per second, bursts of 5,000, shared by all APIs of the account in the Region", "429 Too Many Requests",
              "throttled, per node: each API has the bucket to itself", THROTTLE),
        Limit("29 s for an integration of a REST API, which can be raised; 30 s of an HTTP API", "504 Gateway Timeout",
              "timeout, on the edges from it", QUOTAS),
        Limit("10 MB a payload", "413 Request Too Large", source=QUOTAS),
    )  # fmt: skip
    left_out: ClassVar = ("The 10 to 30 ms it adds to a request; minutes a cache takes to be made, or emptied. A write drops the answer "
                          "of its key, which the real one does for clients that ask and may.")  # fmt: skip

    api: Literal["rest", "http"] = quantity("rest", "", "REST API or HTTP API; decides how long it waits.",
                                            assumption="the one with caching and usage plans")  # fmt: skip
    rate_per_s: float = quantity(10_000, "1/s", "Requests per second it accepts in the long run.", gt=0, le=1_000_000,
                                 label="Throttle rate", source=THROTTLE)  # fmt: skip
    burst: float = quantity(5_000, "", "Requests it accepts at once, when it has been idle.", ge=1, le=1_000_000, label="Throttle burst",
                            source=THROTTLE)  # fmt: skip
    integration_timeout_s: float | None = quantity(
        None, "s", "It waits this long for an integration: 29 s for a REST API, 30 s for an HTTP API, unless given.", ge=0.05, le=300,
        label="Integration timeout", source=QUOTAS)  # fmt: skip

    cache_gb: float | None = quantity(
        None, "GB", "Size of the cache of a REST API's stage: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237; without it nothing is cached. "
        "Requests are told apart by the clients' keys; writes pass.", label="Cache size", source="API Gateway API reference: "
        "cacheClusterEnabled is false, cacheClusterSize is one of these")  # fmt: skip
    cache_ttl_s: float = quantity(300, "s", "A cached answer is fresh for this long; 0: nothing is.", ge=0, le=3_600, label="Cache TTL",
                                  source=CACHING)  # fmt: skip
    cache_entry_kb: float = quantity(10, "KB", "An answer takes up so much of the cache: its size by this is how many fit.", gt=0,
                                     le=1_048, label="Cached answer", likely=(1, 100), assumption="a page of JSON")  # fmt: skip
    cache_hit_ratio: float | None = quantity(None, "", "Instead of remembering keys: this share of the requests that are no writes is "
                                             "answered from the cache.", ge=0, le=1, label="Fixed hit ratio")  # fmt: skip

    call_timeout_source: ClassVar = QUOTAS

    @property
    def call_timeout_s(self) -> float:  # type: ignore[override]  # follows from its fields
        return self.integration_timeout_s or (29.0 if self.api == "rest" else 30.0)

    def lower(self, geography: Geography) -> LimiterBehaviour | CacheBehaviour:
        if self.cache_gb is None or self.cache_ttl_s == 0:
            return LimiterBehaviour(self.rate_per_s, self.burst)
        kept = {"ttl_s": self.cache_ttl_s, "capacity": max(1, int(self.cache_gb * 1e6 / self.cache_entry_kb))}
        known = kept if self.cache_hit_ratio is None else {"hit_ratio": self.cache_hit_ratio}
        return CacheBehaviour(self.sits(geography), SLOTS, None, Distribution("constant", 0.0), writes="around", rate_per_s=self.rate_per_s,
                              burst=self.burst, **known)  # type: ignore[arg-type]  # fmt: skip

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.cache_gb is not None and self.cache_gb not in SIZES_GB:
            yield "cache_gb", f"there is no cache of {self.cache_gb:g} GB; the sizes are {', '.join(f'{size:g}' for size in SIZES_GB)}"
        if self.cache_gb is not None and self.api == "http":
            yield "cache_gb", "an HTTP API has no cache; use a REST API, or CloudFront in front of it"
        if self.cache_hit_ratio is not None and self.cache_gb is None:
            yield "cache_hit_ratio", "there is no cache; give its size as cache_gb, or leave this out"
