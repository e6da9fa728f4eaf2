"""Amazon API Gateway: a token bucket and a timeout in front of functions and services."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Limiter as LimiterBehaviour
from engine.components.base import Limit, RegionPlaced, quantity
from engine.geography import Geography

QUOTAS = "API Gateway developer guide, quotas"
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
    left_out: ClassVar = ("The 10 to 30 ms it adds to a request. Its cache is drawn as a cache between it and the integration, fresh for "
                          "300 s as a rule.")  # fmt: skip

    api: Literal["rest", "http"] = quantity("rest", "", "REST API or HTTP API; decides how long it waits.",
                                            assumption="the one with caching and usage plans")  # fmt: skip
    rate_per_s: float = quantity(10_000, "1/s", "Requests per second it accepts in the long run.", gt=0, le=1_000_000,
                                 label="Throttle rate", source=THROTTLE)  # fmt: skip
    burst: float = quantity(5_000, "", "Requests it accepts at once, when it has been idle.", ge=1, le=1_000_000, label="Throttle burst",
                            source=THROTTLE)  # fmt: skip
    integration_timeout_s: float | None = quantity(
        None, "s", "It waits this long for an integration: 29 s for a REST API, 30 s for an HTTP API, unless given.", ge=0.05, le=300,
        label="Integration timeout", source=QUOTAS)  # fmt: skip

    @property
    def call_timeout_s(self) -> float:  # type: ignore[override]  # follows from its fields
        return self.integration_timeout_s or (29.0 if self.api == "rest" else 30.0)

    def lower(self, geography: Geography) -> LimiterBehaviour:
        return LimiterBehaviour(self.rate_per_s, self.burst)
