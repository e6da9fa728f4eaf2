"""A whole node is gone: all of its instances, in every AZ."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Mode, Reach, quantity
from engine.live import BLACK_HOLE, REFUSED, Live


class NodeDown(Fault):
    """Every instance of the node at once, e.g. a bad deployment or an expired certificate."""

    kind: Literal["node_down"] = "node_down"
    label: ClassVar = "Node down"
    group: ClassVar = "Stops"
    summary: ClassVar = "All instances of the node are gone at once, whatever AZ they are in."
    rank: ClassVar = 12
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("balancer", "station", "cache", "store", "function", "limiter", "queue", "topic")

    mode: Mode = quantity("refused", "", "What callers see: an error at once (refused) or silence (black hole).",
                          assumption="the hosts survive their processes")  # fmt: skip

    def says(self) -> str:
        return f"{self.target} is down and " + ("refuses calls" if self.mode == "refused" else "falls silent")

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, REFUSED if self.mode == "refused" else BLACK_HOLE)
