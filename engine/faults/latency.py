"""The network between two nodes takes longer."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class Latency(Fault):
    """Adds to the whole round trip of an edge, or of every edge into a node; overlapping ones add up."""

    kind: Literal["latency"] = "latency"
    label: ClassVar = "Latency"
    group: ClassVar = "Network"
    summary: ClassVar = "Every round trip over the edge takes longer by a fixed time."
    rank: ClassVar = 18
    targets: ClassVar = ("edge", "node")
    behaviours: ClassVar = ("balancer", "station", "cache", "store", "function", "limiter", "queue", "topic")

    add_s: float = quantity(0.2, "s", "Added to each round trip.", gt=0, le=3_600, label="Added time",
                            source="AWS FIS actions reference, network latency actions: delayMilliseconds is 200")  # fmt: skip

    def says(self) -> str:
        over = f"Calls over {self.target}" if "->" in self.target else f"Calls to {self.target}"
        return f"{over} take {self.add_s:g} s longer"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_add_s[reach.edges] += self.add_s
