"""Service takes longer: a noisy neighbour, a bad disk, a garbage collector that never rests."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class Slow(Fault):
    """Stretches service that starts while it is active; overlapping ones multiply."""

    kind: Literal["slow"] = "slow"
    label: ClassVar = "Slow"
    group: ClassVar = "Slower"
    summary: ClassVar = "Requests take several times as long to serve; health checks see nothing wrong."
    rank: ClassVar = 14
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "cache", "store", "function")
    not_on: ClassVar = {
        "balancer": "a balancer passes requests on and spends no time on them",
        "source": "clients only send requests, they serve none",
    }

    factor: float = quantity(5, "×", "Service time is multiplied by this.", ge=1, le=10_000, assumption="slow enough to hurt")

    def says(self) -> str:
        return f"{self.target} takes {self.factor:g} times as long"

    def apply(self, live: Live, reach: Reach) -> None:
        live.slow[reach.instances] *= self.factor
