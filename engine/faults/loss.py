"""The network loses some of what it carries: over one edge, or between two places."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.partition import Partition
from engine.live import Live


class Loss(Partition):
    """Each request and each answer is lost with this probability; callers find out by their timeouts. Overlapping ones are independent."""

    kind: Literal["loss"] = "loss"  # type: ignore[assignment]
    label: ClassVar = "Message loss"
    group: ClassVar = "Network"
    summary: ClassVar = "A share of requests and of answers never arrives; nobody is told."

    share: float = quantity(0.07, "", "Share of messages lost, each way.", gt=0, le=1,
                            source="AWS FIS actions reference, packet loss actions: lossPercent is 7")  # fmt: skip

    def says(self) -> str:
        if self.target:
            return f"{self.share:.0%} of the messages over {self.target} are lost" + (" towards the called" if self.one_way else "")
        first, second = self.between or ("", "")
        way = f"from {first} to {second}" if self.one_way else f"between {first} and {second}"
        return f"{self.share:.0%} of the messages {way} are lost"

    def apply(self, live: Live, reach: Reach) -> None:
        live.lose_on_edges(reach.edges, self.share, answers=not self.one_way)
        for a, b in reach.paths:
            live.lose_on_path(a, b, self.share)
