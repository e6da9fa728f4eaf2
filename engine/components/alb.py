"""AWS Application Load Balancer: one endpoint of a Region in front of instances in several AZs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Balancer as BalancerBehaviour
from engine.components.balancing import Balancing
from engine.components.base import Limit, quantity
from engine.components.values import TargetCheckFields
from engine.geography import Geography

TARGET_GROUP = "CloudFormation reference, AWS::ElasticLoadBalancingV2::TargetGroup (2026)"
GUIDE = "ALB user guide, health checks for target groups; the API reference says 6 s for HTTP"


class AlbHealthCheck(TargetCheckFields):
    """Probes of a target group, with the defaults and the ranges AWS allows."""

    interval_s: float = quantity(30, "s", "Time between two probes of a target.", ge=5, le=300, source=TARGET_GROUP, label="Interval")
    timeout_s: float = quantity(5, "s", "A probe without an answer for this long has failed.", ge=2, le=120, source=GUIDE, label="Timeout")
    unhealthy: int = quantity(2, "", "Failures in a row that take a target out.", ge=2, le=10, source=TARGET_GROUP,
                              label="Unhealthy threshold")  # fmt: skip
    healthy: int = quantity(5, "", "Successes in a row that bring it back.", ge=2, le=10, source=TARGET_GROUP,
                            label="Healthy threshold")  # fmt: skip


class Alb(Balancing):
    """Forwards each request to one registered instance; dead targets leave the rotation when the health check has noticed."""

    kind: Literal["alb"] = "alb"
    label: ClassVar = "Application Load Balancer"
    category: ClassVar = "Entry"
    glyph: ClassVar = "split"
    summary: ClassVar = "Forwards requests to instances in several AZs; a dead one is ejected only after its health check has noticed."
    placement: ClassVar = "region"
    tier: ClassVar = "balancer"
    az_loss: ClassVar = "Its nodes elsewhere go on. Targets in the AZ get their share until the health check has noticed: 35 to 65 s."
    region_loss: ClassVar = "Answers nothing; only a name that points to another Region helps."
    control_loss: ClassVar = "Targets cannot be registered or taken out by hand; health checks go on deciding who gets requests."
    limits: ClassVar = (
        Limit("No healthy target in a target group", "503, or all targets are used", "all targets are used (fail-open)",
              "ALB user guide, target group health"),
        Limit("60 s without a byte from the target", "504 Gateway Timeout", "timeout, on the edges from it",
              "CloudFormation reference, LoadBalancerAttribute"),
        Limit("A target closes the connection", "502 Bad Gateway", "refused"),
    )  # fmt: skip
    left_out: ClassVar = "The 1 to 5 ms it adds, its own scaling, cookies an application sets. One endpoint unless it has a node per AZ."
    call_timeout_s: ClassVar = 60.0
    call_timeout_source: ClassVar = "CloudFormation reference, LoadBalancerAttribute: idle_timeout.timeout_seconds is 60"

    algorithm: Literal["round_robin", "least_outstanding", "random"] = quantity(
        "round_robin", "", "AWS names: round_robin, least_outstanding_requests, weighted_random.",
        source="CloudFormation reference, TargetGroupAttribute: load_balancing.algorithm.type")  # fmt: skip
    health_check: AlbHealthCheck = quantity(AlbHealthCheck(), "", "How it learns which targets are alive.", label="Health check",
                                            source=TARGET_GROUP)  # fmt: skip

    def lower(self, geography: Geography) -> BalancerBehaviour:
        return BalancerBehaviour(self.algorithm, self.health_check.lower(), **self.common())

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        yield from ((f"health_check.{field}", message) for field, message in self.health_check.check())
