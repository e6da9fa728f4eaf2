"""Grey failure of an Availability Zone: everything in it still works, only slowly and not always."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.geography import OUTSIDE, Geography
from engine.live import Live

FIS = "AWS FIS scenario library, Cross-AZ: Traffic Slowdown: 15 % packet loss"


class AzGrey(Fault):
    """Messages that leave the AZ, come into it or stay within it take longer, and some are lost. Health checks pass most of the time."""

    kind: Literal["az_grey"] = "az_grey"
    label: ClassVar = "AZ grey failure"
    group: ClassVar = "Slower"
    summary: ClassVar = "The network of the AZ is slow and loses messages; nothing in it is down."
    rank: ClassVar = 20
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 300.0

    add_s: float = quantity(0.2, "s", "Added to each round trip into, out of or within the AZ.", ge=0, le=3_600, label="Added time",
                            source="AWS FIS actions reference, network latency actions: delayMilliseconds is 200")  # fmt: skip
    share: float = quantity(0.15, "", "Share of messages lost, each way.", ge=0, le=1, label="Loss", source=FIS)

    def says(self) -> str:
        return f"The network of {self.target} adds {self.add_s:g} s to every round trip and loses {self.share:.0%} of the messages"

    def apply(self, live: Live, reach: Reach) -> None:
        for a, b in reach.paths:
            live.path_add_s[a, b] += self.add_s / 2
            live.lose_on_path(a, b, self.share)

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        """To and from everywhere, and within."""
        places = [*geography.places(), OUTSIDE]
        return {(self.target, place) for place in places} | {(place, self.target) for place in places}
