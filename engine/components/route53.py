"""Amazon Route 53: DNS with health checks, answered from everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import HealthCheck
from engine.components.base import Limit, quantity
from engine.components.resolver import Resolver
from engine.fields import LONGEST_S, OneOf, Strict

CHECKS = "CloudFormation reference, Route53 HealthCheckConfig"
LIMITS = "Route 53 developer guide, how health is determined: 4 s to connect, 2 s more to answer"


class Route53Check(Strict):
    """Checks of each target by checkers around the world, taken together as one."""

    interval_s: float = quantity(30, "s", "Time between two checks by one checker: 30 s, or 10 s for a fast check.", ge=10, le=30,
                                 label="Interval", source=CHECKS + ": RequestInterval")  # fmt: skip
    timeout_s: float = quantity(6, "s", "A check without an answer for this long has failed.", ge=2, le=10, label="Timeout", source=LIMITS)
    threshold: int = quantity(3, "", "Results in a row that change its mind, in either direction.", ge=1, le=10,
                              label="Failure threshold", source=CHECKS + ": FailureThreshold")  # fmt: skip

    def lower(self) -> HealthCheck:
        return HealthCheck(self.interval_s, self.timeout_s, self.threshold, self.threshold)

    def check(self) -> Iterator[tuple[str, str]]:
        yield from ()


Route53CheckOrNone = Annotated[
    Route53Check | Literal["none"], OneOf("health check", labels={"interval_s": "Checks", "none": "None: it never learns"})
]


class Route53(Resolver):
    """Names a target by policy and health. A change of health moves the answer at once, and the callers only as their answers expire."""

    kind: Literal["route53"] = "route53"  # type: ignore[assignment]  # a resolver of another kind
    label: ClassVar = "Route 53"
    category: ClassVar = "Edge and DNS"
    glyph: ClassVar = "dns"
    summary: ClassVar = "DNS by policy with health checks: 90 to 120 s to notice, then a TTL, and a tail of callers who ignore it."
    az_loss: ClassVar = "Goes on. Its checks notice a target that does not answer."
    region_loss: ClassVar = "Goes on: it answers from more than 200 places, and its checks come from several Regions."
    control_loss: ClassVar = ("Records cannot be changed: the control plane is in us-east-1. Health checks go on changing answers, so a "
                              "failover that needs no edit of a record still works.")  # fmt: skip
    limits: ClassVar = (
        Limit("8 healthy answers of a multivalue record", "the rest are left out", source="Route 53 developer guide, routing policies"),
    )  # fmt: skip
    left_out: ClassVar = "The checkers one by one (healthy: more than 18 % of them say so), geoproximity, IP-based routing."

    ttl_s: float = quantity(60, "s", "A caller keeps an answer for this long; 60 s for an alias to a load balancer.", ge=0, le=LONGEST_S,
                            label="TTL", source="Route 53 developer guide: 60 s or less with health checks")  # fmt: skip
    health_check: Route53CheckOrNone = quantity(  # type: ignore[assignment]  # one threshold for both directions
        Route53Check(), "", "How it learns which targets answer.", label="Health check", source=CHECKS)  # fmt: skip
    resolvers: int = quantity(100, "", "Resolvers of its users' networks, each of which asks once a TTL; for the cost alone.", ge=0,
                              le=1_000_000, label="Resolvers", likely=(10, 10_000),
                              assumption="a few providers carry most users")  # fmt: skip
    sticky_share: float = quantity(0.05, "", "Share of callers' resolvers that ignore the TTL.", ge=0, le=1, label="Sticky share",
                                   assumption="5 to 10 % in practice, as operators tell", likely=(0, 0.1))  # fmt: skip
    sticky_s: float = quantity(600, "s", "These keep an answer for this long.", ge=0, le=LONGEST_S, label="Sticky for",
                               assumption="minutes, as operators tell", likely=(120, 3_600))  # fmt: skip
