"""A plain load balancer, without a vendor: every algorithm the engine knows, health checks or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import Balancer as BalancerBehaviour
from engine.components.balancing import Balancing
from engine.components.base import quantity
from engine.components.values import TargetCheckFields
from engine.fields import OneOf
from engine.geography import Geography

HealthCheckOrNone = Annotated[
    TargetCheckFields | Literal["none"],
    OneOf("health check", labels={"interval_s": "Probes", "none": "None: it never learns"}),
]


class Balancer(Balancing):
    """Spreads requests over the instances of the services it points to."""

    kind: Literal["balancer"] = "balancer"
    label: ClassVar = "Load balancer"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "split"
    summary: ClassVar = "Spreads requests over healthy instances, knowing only what its probes told it."
    placement: ClassVar = "region"
    az_loss: ClassVar = "Goes on, unless it was put into that AZ alone."
    tier: ClassVar = "balancer"

    algorithm: Literal["round_robin", "least_outstanding", "random", "power_of_two", "flow_hash", "weighted"] = quantity(
        "round_robin", "", "How a target is chosen among those believed healthy: in turn, by open requests, at random, by what a flow "
        "hashes to, or by the weights of the edges.", assumption="the commonest choice")  # fmt: skip
    health_check: HealthCheckOrNone = quantity(TargetCheckFields(), "", "How it learns which targets are alive.", label="Health check",
                                               assumption="as an ALB does")  # fmt: skip

    flow_connections: int = quantity(
        10, "", "With flow_hash: connections each calling instance keeps open, each of which stays with one target.", ge=1, le=10_000,
        label="Connections", source="botocore 1.43, config.py: max_pool_connections is 10")  # fmt: skip

    def lower(self, geography: Geography) -> BalancerBehaviour:
        check = None if isinstance(self.health_check, str) else self.health_check.lower()
        return BalancerBehaviour(self.algorithm, check, connections=self.flow_connections, **self.common())

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if not isinstance(self.health_check, str):
            yield from ((f"health_check.{field}", message) for field, message in self.health_check.check())
