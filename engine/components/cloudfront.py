"""Amazon CloudFront: caches at the edge in front of an origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Cache as CacheBehaviour
from engine.components.base import Component, Limit, quantity
from engine.components.values import Lognormal, ServiceTime
from engine.fields import LONGEST_S, Id
from engine.geography import OUTSIDE, Geography

GUIDE = "CloudFront developer guide"
ORIGIN = "botocore 1.43, service model of cloudfront: Origin"
SLOTS = 100_000  # an edge is many servers; its quota of 250,000 requests per second is not what limits a run here


class CloudFront(Component):
    """Answers what it has kept from a place near the viewer, and asks the origin for the rest. All edge locations count as one cache. A
    request of the class `write` passes through."""

    kind: Literal["cloudfront"] = "cloudfront"
    label: ClassVar = "CloudFront"
    category: ClassVar = "Edge and DNS"
    glyph: ClassVar = "edge"
    summary: ClassVar = "Answers from the edge what it has kept; the origin sees the misses, and a dead origin only them."
    placement: ClassVar = "outside"
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "cache"
    tier: ClassVar = "edge"
    create: ClassVar = {"hit_ratio": 0.8}
    az_loss: ClassVar = "Goes on: it is at the edge. Misses fare as their origin does."
    region_loss: ClassVar = "Goes on for what it has kept; misses wait for the origin and fail, after 30 s at the latest."
    control_loss: ClassVar = "Distributions cannot be changed: the control plane is in us-east-1. The edge serves as before."
    limits: ClassVar = (
        Limit("Origin group: 2 origins; GET, HEAD and OPTIONS only", "the primary's error",
              "a read that fails at the primary goes to secondary_origin; a write does not", GUIDE + ", origin failover"),
        Limit("250,000 requests per second and 150 Gbps for a distribution", "429 or 503", source=GUIDE + ", quotas"),
        Limit("Origin: 3 attempts to connect, 10 s each; 30 s for a response", "504 Gateway Timeout",
              "timeout, on the edges from it: by default 30 s over all", ORIGIN),
    )  # fmt: skip
    left_out: ClassVar = ("Edge locations one by one; errors kept for 10 s; the choice of codes an origin group fails over on: here all of "
                          "them, 429 for what is throttled, 5xx, and no connection.")  # fmt: skip
    call_timeout_s: ClassVar = 30.0
    call_timeout_source: ClassVar = ORIGIN + ": 3 attempts of 10 s, and 30 s for a response"

    service: ServiceTime = quantity(Lognormal(lognormal=0.02, sigma=0.5), "s", "Time from the viewer to the edge and back.",
                                    label="Edge time", assumption="10 to 40 ms within a continent, as commonly measured",
                                    likely=(0.01, 0.04))  # fmt: skip
    hit_ratio: float | None = quantity(None, "", "Instead of remembering keys: this share of requests is answered from the edge.", ge=0,
                                       le=1, label="Fixed hit ratio", assumption="AWS gives no figure: static sites 0.95, mixed pages "
                                       "0.8 to 0.85, APIs 0 to 0.3", likely=(0, 0.95))  # fmt: skip
    ttl_s: float = quantity(86_400, "s", "A kept answer is fresh for this long, when it is not fixed by hit_ratio.", gt=0, le=LONGEST_S,
                            label="Default TTL", source=GUIDE + ", expiration: 24 hours")  # fmt: skip
    stale_if_error_s: float = quantity(0, "s", "How long after its time to live an answer is still given when the origin fails.", ge=0,
                                       le=LONGEST_S, label="Stale if error",
                                       source=GUIDE + ", expiration: only when Cache-Control says stale-if-error")  # fmt: skip

    secondary_origin: Id | None = quantity(None, "", "An origin group: of the two nodes it calls, the one that gets a read which the other "
                                           "has failed. Every miss tries the primary first; nothing is remembered.",
                                           label="Secondary origin")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> CacheBehaviour:
        ttl_s = None if self.hit_ratio is not None else self.ttl_s
        return CacheBehaviour((OUTSIDE,), SLOTS, None, self.service.lower(), ttl_s=ttl_s, hit_ratio=self.hit_ratio, writes="around",
                              stale_if_error_s=self.stale_if_error_s, second=self.secondary_origin)  # fmt: skip

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        if self.hit_ratio is not None and "ttl_s" in self.model_fields_set:
            yield "ttl_s", "a cache with a fixed hit_ratio remembers nothing; leave one of the two out"

    def origins(self) -> tuple[str, str] | None:
        return ("secondary_origin", self.secondary_origin) if self.secondary_origin else None

    @classmethod
    def refuses_caller(cls, caller: type[Component]) -> str | None:
        fits = caller.behaviour in ("source", "resolver", "station", "function")
        return None if fits else "viewers come to it from outside; draw the edge from clients, or from a resolver that names it"
