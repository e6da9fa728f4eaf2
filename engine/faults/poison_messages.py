"""Messages that no consumer can process."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class PoisonMessages(Fault):
    """A share of what is published while it lasts: worked on each time it is taken, and never deleted. Overlapping ones are independent."""

    kind: Literal["poison_messages"] = "poison_messages"
    label: ClassVar = "Poison messages"
    group: ClassVar = "Data and messages"
    summary: ClassVar = "A share of the messages published meanwhile fails whoever works on them, again and again."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("queue",)

    share: float = quantity(0.05, "", "Share of messages that cannot be processed, 0 to 1.", gt=0, le=1, assumption="one in twenty")

    def says(self) -> str:
        return f"{self.share:.0%} of the messages published to {self.target} cannot be processed"

    def apply(self, live: Live, reach: Reach) -> None:
        live.add_poison(reach.instances, self.share)
