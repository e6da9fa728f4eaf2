"""Everybody asks for the same thing: a celebrity, a sale, a counter."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class HotKey(Fault):
    """Turns a share of the clients' requests, of every class, to the most popular key; overlapping ones are independent."""

    kind: Literal["hot_key"] = "hot_key"
    label: ClassVar = "Hot key"
    group: ClassVar = "Traffic"
    summary: ClassVar = "A share of the requests is about one and the same key; the partition that holds it gets them all."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("source",)

    share: float = quantity(0.5, "", "Share of requests that are about that key, 0 to 1.", gt=0, le=1, assumption="half of them")

    def says(self) -> str:
        return f"{self.share:.0%} of the requests of {self.target} are about one key"

    def apply(self, live: Live, reach: Reach) -> None:
        live.heat(reach.instances, self.share)
