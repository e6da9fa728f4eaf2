"""A plain DNS resolver with health checks, without a vendor: names one of its targets to whoever asks, who keeps the answer for a while."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import Resolver as ResolverBehaviour
from engine.components.base import Component, quantity
from engine.components.values import HealthCheckFields
from engine.fields import LONGEST_S, OneOf
from engine.geography import OUTSIDE, Geography

ROUTE53 = "Route 53 developer guide, health checks"


class RecordCheck(HealthCheckFields):
    """Checks of each target, answered by the target as any request would be."""

    interval_s: float = quantity(30, "s", "Time between two checks of a target.", gt=0, le=3_600, label="Interval", source=ROUTE53)
    timeout_s: float = quantity(4, "s", "A check without an answer for this long has failed.", gt=0, le=3_600, label="Timeout",
                                source=ROUTE53)  # fmt: skip
    unhealthy: int = quantity(3, "", "Failures in a row after which it is no longer named.", ge=1, le=100, label="Unhealthy after",
                              source=ROUTE53)  # fmt: skip
    healthy: int = quantity(3, "", "Successes in a row after which it is named again.", ge=1, le=100, label="Healthy after", source=ROUTE53)


RecordCheckOrNone = Annotated[
    RecordCheck | Literal["none"],
    OneOf("health check", labels={"interval_s": "Checks", "none": "None: it never learns"}),
]


class Resolver(Component):
    """Answers with one of the nodes it points to. Nothing passes through it: callers call what the answer they hold says."""

    kind: Literal["resolver"] = "resolver"
    label: ClassVar = "DNS resolver"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "resolver"
    summary: ClassVar = "Names a healthy target by policy; callers keep the answer until it expires, and some far longer."
    placement: ClassVar = "outside"
    az_loss: ClassVar = "None: it is outside every Region."
    region_loss: ClassVar = "None: it is outside every Region."
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "resolver"
    tier: ClassVar = "edge"

    policy: Literal["simple", "weighted", "latency", "failover", "geolocation", "multivalue"] = quantity(
        "failover", "", "Which target is named: any, by weight, the nearest, the first healthy one in the order of the edges, the caller's "
        "location's, or all healthy ones.", assumption="what a standby Region needs")  # fmt: skip
    ttl_s: float = quantity(60, "s", "A caller keeps an answer for this long.", ge=0, le=LONGEST_S, label="TTL",
                            source="Route 53 developer guide: 60 s or less with health checks")  # fmt: skip
    health_check: RecordCheckOrNone = quantity(RecordCheck(), "", "How it learns which targets answer.", label="Health check",
                                               assumption="as Route 53 does")  # fmt: skip
    sticky_share: float = quantity(0.05, "", "Share of callers' resolvers that ignore the TTL.", ge=0, le=1, label="Sticky share",
                                   assumption="5 to 10 % in practice, as operators tell")  # fmt: skip
    sticky_s: float = quantity(600, "s", "These keep an answer for this long.", ge=0, le=LONGEST_S, label="Sticky for",
                               assumption="minutes, as operators tell")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> ResolverBehaviour:
        check = None if isinstance(self.health_check, str) else self.health_check.lower()
        return ResolverBehaviour(self.policy, self.ttl_s, check, self.sticky_share, self.sticky_s)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        if not isinstance(self.health_check, str):
            yield from ((f"health_check.{field}", message) for field, message in self.health_check.check())
