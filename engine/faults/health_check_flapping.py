"""Health checks that fail now and then although what they check is well: a checker overloaded, a network that drops its packets."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class HealthCheckFlapping(Fault):
    """Balancers and resolvers take targets out and back in that serve all the while; the rest carries the load."""

    kind: Literal["health_check_flapping"] = "health_check_flapping"
    label: ClassVar = "Flapping health checks"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "A share of the health checks fails though the target is well."
    targets: ClassVar = ("node", "instance", "az")
    behaviours: ClassVar = ("station", "function", "limiter")

    share: float = quantity(0.5, "", "Share of the checks that fail.", gt=0, le=1, label="Share", assumption="as good as a coin")

    def says(self) -> str:
        return f"{self.share:.0%} of the health checks of {self.target} fail for no reason of its own"

    def apply(self, live: Live, reach: Reach) -> None:
        live.flap(reach.instances, self.share)
