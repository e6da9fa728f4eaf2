"""A share of requests is turned away at once: too many requests."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class Throttle(Fault):
    """Each request is answered 429 with this probability, before it costs anything; overlapping ones are independent."""

    kind: Literal["throttle"] = "throttle"
    label: ClassVar = "Throttling"
    group: ClassVar = "Errors"
    summary: ClassVar = "A share of requests is turned away at once, as when a quota is used up."
    rank: ClassVar = 22
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "store", "function", "limiter", "queue", "topic")
    not_on: ClassVar = {
        "balancer": "a balancer answers with what the instances behind it say",
        "source": "clients only send requests, they serve none",
    }

    share: float = quantity(0.5, "", "Share of requests turned away, 0 to 1.", gt=0, le=1, assumption="half of them")

    def says(self) -> str:
        return f"{self.target} turns away {self.share:.0%} of its requests"

    def apply(self, live: Live, reach: Reach) -> None:
        live.throttle(reach.instances, self.share)
