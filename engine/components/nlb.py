"""AWS Network Load Balancer: a node in each AZ that passes connections on, to targets of its own AZ unless told otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Balancer as BalancerBehaviour
from engine.components.balancing import CROSS_ZONE, Balancing
from engine.components.base import Limit, Placing, quantity
from engine.components.values import TargetCheckFields
from engine.geography import Geography

TARGET_GROUP = "NLB user guide, health checks for target groups; CloudFormation reference, TargetGroup (2026)"
STICKINESS = "CloudFormation reference, TargetGroupAttribute"
IDLE = "botocore 1.43, elbv2 ListenerAttribute: tcp.idle_timeout.seconds is 350"


class NlbHealthCheck(TargetCheckFields):
    """Probes of a target group over TCP, with the defaults and the ranges AWS allows."""

    interval_s: float = quantity(30, "s", "Time between two probes of a target.", ge=5, le=300, source=TARGET_GROUP, label="Interval")
    timeout_s: float = quantity(10, "s", "A probe without an answer for this long has failed; 6 s over HTTP.", ge=2, le=120,
                                source=TARGET_GROUP, label="Timeout")  # fmt: skip
    unhealthy: int = quantity(2, "", "Failures in a row that take a target out.", ge=2, le=10, source=TARGET_GROUP,
                              label="Unhealthy threshold")  # fmt: skip
    healthy: int = quantity(5, "", "Successes in a row that bring it back.", ge=2, le=10, source=TARGET_GROUP,
                            label="Healthy threshold")  # fmt: skip


class Nlb(Balancing):
    """Sends each connection to one target for as long as it lives. Its nodes are zonal: one without a healthy target in its AZ is left out
    of the DNS answer, and callers who hold an older one still come."""

    kind: Literal["nlb"] = "nlb"
    label: ClassVar = "Network Load Balancer"
    category: ClassVar = "Entry"
    glyph: ClassVar = "flows"
    summary: ClassVar = "Passes connections on, each to one target for life; zonal, so targets spread unevenly are loaded unevenly."
    placement: ClassVar = "region"
    unplaced: ClassVar[Placing] = "azs"
    tier: ClassVar = "balancer"
    hidden: ClassVar = frozenset({"slow_start_s", "per_az", "stickiness_s"})
    az_loss: ClassVar = "The node in the AZ falls silent; callers who hold its address fail until DNS has dropped it and answers expired."
    region_loss: ClassVar = "Answers nothing; only a name that points to another Region helps."
    control_loss: ClassVar = "Targets cannot be registered or taken out by hand; health checks go on deciding who gets connections."
    limits: ClassVar = (
        Limit("350 s without a byte, for TCP", "the connection is reset", "timeout, on the edges from it", IDLE),
        Limit("No healthy target in an AZ", "its node is left out of DNS", "as said", "NLB user guide, target group health"),
    )  # fmt: skip
    left_out: ClassVar = "UDP; probes by several checkers that agree among themselves; zonal affinity of clients."
    call_timeout_s: ClassVar = 350.0
    call_timeout_source: ClassVar = IDLE

    algorithm: Literal["flow_hash"] = quantity("flow_hash", "", "By what a flow hashes to.", source="NLB user guide, introduction")
    cross_zone: bool = quantity(False, "", "Every node sends to targets in all AZs; off: only to its own AZ's.", label="Cross-zone",
                                source=CROSS_ZONE)  # fmt: skip
    flow_connections: int = quantity(
        10, "", "Connections each calling instance keeps open, each of which stays with one target.", ge=1, le=10_000,
        label="Connections", source="botocore 1.43, config.py: max_pool_connections is 10")  # fmt: skip
    stickiness: bool = quantity(
        False, "", "Connections of a session, which here means a source address, go to the target that answered it last, as long as that "
        "is in use. Everybody behind one NAT is one session.", label="Sticky by source",
        source=f"{STICKINESS}: stickiness.enabled is false, the type of a Network Load Balancer is source_ip")  # fmt: skip
    health_check: NlbHealthCheck = quantity(NlbHealthCheck(), "", "How it learns which targets are alive.", label="Health check",
                                            source=TARGET_GROUP)  # fmt: skip

    @property
    def zonal(self) -> bool:
        return True

    @property
    def remembers_s(self) -> float:
        return math.inf if self.stickiness else 0.0

    def lower(self, geography: Geography) -> BalancerBehaviour:
        return BalancerBehaviour("flow_hash", self.health_check.lower(), connections=self.flow_connections, **self.common())

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.stickiness_s:
            yield "stickiness_s", "it is sticky by source address, for as long as the target is in use; set stickiness instead"
        yield from ((f"health_check.{field}", message) for field, message in self.health_check.check())
