"""AWS Global Accelerator: two fixed addresses everywhere, and the nearest healthy Region behind them."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import HealthCheck
from engine.behaviours import Resolver as ResolverBehaviour
from engine.components.base import Component, Limit, quantity
from engine.geography import OUTSIDE, Geography

RECALLED = "as remembered of its developer guide"


class GlobalAccelerator(Component):
    """Chooses the nearest healthy endpoint for each connection at the edge. There is no answer to cache, so nobody holds an old one."""

    kind: Literal["global_accelerator"] = "global_accelerator"
    label: ClassVar = "Global Accelerator"
    category: ClassVar = "Edge and DNS"
    glyph: ClassVar = "accelerator"
    summary: ClassVar = "Fixed addresses at the edge, the nearest healthy Region behind them; no TTL, no tail of old answers."
    placement: ClassVar = "outside"
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "resolver"
    tier: ClassVar = "edge"
    az_loss: ClassVar = "Goes on. Its checks notice an endpoint that does not answer."
    region_loss: ClassVar = "Goes on: it is at the edge. New connections go to another Region as soon as its checks have noticed."
    control_loss: ClassVar = "Endpoints and dials cannot be changed: the control plane is in us-west-2. Checks go on moving traffic."
    limits: ClassVar = (
        Limit("Endpoints are load balancers, instances and fixed addresses", "the endpoint is refused", "such edges are refused"),
    )  # fmt: skip
    left_out: ClassVar = "Traffic dials, client affinity, and the shorter way over AWS's network."

    policy: Literal["latency", "weighted"] = quantity("latency", "", "The nearest healthy endpoint, or by the weights of the edges.",
                                                      assumption="its reason to exist")  # fmt: skip
    interval_s: float = quantity(30, "s", "Time between two checks of an endpoint.", ge=10, le=30, label="Check interval",
                                 assumption=RECALLED, likely=(10, 30))  # fmt: skip
    timeout_s: float = quantity(10, "s", "A check without an answer for this long has failed.", ge=1, le=30, label="Check timeout",
                                assumption=RECALLED, likely=(2, 10))  # fmt: skip
    threshold: int = quantity(3, "", "Results in a row that change its mind, in either direction.", ge=1, le=10, label="Threshold",
                              assumption=RECALLED, likely=(1, 3))  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> ResolverBehaviour:
        return ResolverBehaviour(self.policy, 0.0, HealthCheck(self.interval_s, self.timeout_s, self.threshold, self.threshold))

    @classmethod
    def refuses_callee(cls, callee: type[Component]) -> str | None:
        fits = callee.behaviour == "balancer" or (callee.behaviour == "station" and callee.placement != "outside")
        return None if fits else "its endpoints are load balancers and instances; put an ALB or an NLB between"
