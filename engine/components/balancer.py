"""A plain load balancer, without a vendor: every algorithm the engine knows, health checks or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import Balancer as BalancerBehaviour
from engine.components.base import RegionPlaced, quantity
from engine.components.values import HealthCheckFields
from engine.fields import OneOf
from engine.geography import Geography

HealthCheckOrNone = Annotated[
    HealthCheckFields | Literal["none"],
    OneOf("health check", labels={"interval_s": "Probes", "none": "None: it never learns"}),
]


class Balancer(RegionPlaced):
    """Spreads requests over the instances of the services it points to."""

    kind: Literal["balancer"] = "balancer"
    label: ClassVar = "Load balancer"
    category: ClassVar = "Balancing"
    glyph: ClassVar = "split"
    summary: ClassVar = "Spreads requests over healthy instances, knowing only what its probes told it."
    placement: ClassVar = "region"
    behaviour: ClassVar = "balancer"
    tier: ClassVar = "balancer"

    algorithm: Literal["round_robin", "least_outstanding", "random", "power_of_two"] = quantity(
        "round_robin", "", "How a target is chosen among those believed healthy.", later=("flow_hash", "weighted"),
        assumption="the commonest choice")  # fmt: skip
    health_check: HealthCheckOrNone = quantity(HealthCheckFields(), "", "How it learns which targets are alive.", label="Health check",
                                               assumption="as an ALB does")  # fmt: skip

    def lower(self, geography: Geography) -> BalancerBehaviour:
        check = None if isinstance(self.health_check, str) else self.health_check.lower()
        return BalancerBehaviour(self.algorithm, check)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if not isinstance(self.health_check, str):
            yield from ((f"health_check.{field}", message) for field, message in self.health_check.check())
