"""A share of requests fails at once with an error, and costs the server nothing."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class Errors(Fault):
    """Each request fails with this probability; overlapping ones are independent."""

    kind: Literal["errors"] = "errors"
    label: ClassVar = "Errors"
    group: ClassVar = "Errors"
    summary: ClassVar = "A share of requests is answered with an error at once."
    rank: ClassVar = 16
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "cache", "store", "function", "queue", "topic")
    not_on: ClassVar = {
        "balancer": "a balancer answers with what the instances behind it say",
        "source": "clients only send requests, they serve none",
    }

    share: float = quantity(0.5, "", "Share of requests that fail, 0 to 1.", gt=0, le=1, assumption="half of them")

    def says(self) -> str:
        return f"{self.target} fails {self.share:.0%} of its requests"

    def apply(self, live: Live, reach: Reach) -> None:
        live.add_errors(reach.instances, self.share)
