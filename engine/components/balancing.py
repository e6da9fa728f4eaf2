"""What all load balancers have in common, whoever makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from engine.behaviours import Autoshift
from engine.components.base import RegionPlaced, quantity
from engine.geography import Geography

CROSS_ZONE = "CloudFormation reference, LoadBalancerAttribute: on for an Application Load Balancer, off for a Network Load Balancer"
TARGET_GROUP = "CloudFormation reference, TargetGroupAttribute"
RAMPING = ("round_robin", "random", "weighted")  # algorithms a slow start goes with: in them a target has a share


class Balancing(RegionPlaced):
    """Forwards each request to one of the instances behind its edges."""

    behaviour: ClassVar = "balancer"
    algorithm: Any

    slow_start_s: float = quantity(0, "s", "The share of a target that is new or healthy again grows to the full one for so long; "
                                   "0: at once.", ge=0, le=900, label="Slow start",
                                   source=f"{TARGET_GROUP}: slow_start.duration_seconds is 0, off")  # fmt: skip

    per_az: bool = quantity(False, "", "A node of its own in each AZ, which dies with it; else one endpoint of the Region. Callers learn "
                            "from DNS which nodes there are.", label="A node per AZ",
                            assumption="one endpoint that no AZ takes down is the simpler picture")  # fmt: skip
    cross_zone: bool = quantity(True, "", "Every node sends to targets in all AZs; off: only to its own AZ's, with a node in each AZ.",
                                label="Cross-zone", source=CROSS_ZONE)  # fmt: skip
    dns_ttl_s: float = quantity(60, "s", "With a node in each AZ: callers keep the answer that names them for this long.", ge=0, le=3_600,
                                label="DNS TTL", source="Elastic Load Balancing user guide: names have a TTL of 60 s")  # fmt: skip

    stickiness_s: float = quantity(
        0, "s", "The requests of a session go to the instance that answered it last, until it has been silent for so long or the instance "
        "is out; 0: off. Needs clients with sessions, or users.", ge=0, le=604_800, label="Stickiness",
        source=f"{TARGET_GROUP}: stickiness.enabled is false; lb_cookie.duration_seconds 86,400 when it is on, 1 s to 7 days")  # fmt: skip

    autoshift: bool = quantity(False, "", "It moves its traffic out of an AZ for ten minutes by itself when for 30 s at least 5 % of what "
                               "it sends there fails, and nowhere else.", label="Zonal autoshift",
                               assumption="AWS starts one on its own telemetry, and tells no thresholds")  # fmt: skip

    @property
    def zonal(self) -> bool:
        """Whether it has a node in each AZ."""
        return self.per_az or not self.cross_zone

    def sits(self, geography: Geography) -> tuple[str, ...]:
        if not self.zonal:
            return super().sits(geography)
        return tuple(self.azs or geography.azs_of[self.home(geography)])

    @property
    def remembers_s(self) -> float:
        """How long it sends a silent session where it was."""
        return self.stickiness_s

    def common(self) -> dict[str, Any]:
        """Fields of the behaviour that are lowered alike for all of them."""
        auto = Autoshift() if self.autoshift else None
        fields = {"slow_start_s": self.slow_start_s, "cross_zone": self.cross_zone, "ttl_s": self.dns_ttl_s, "autoshift": auto}
        return fields | {"stickiness_s": self.remembers_s}

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.slow_start_s and self.algorithm not in RAMPING:
            yield "slow_start_s", f"does not go with {self.algorithm}; use one of {', '.join(RAMPING)}, or 0"
