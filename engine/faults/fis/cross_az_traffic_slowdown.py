"""The FIS scenario "Cross-AZ: Traffic Slowdown"."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import SCENARIOS, Fis
from engine.geography import Geography
from engine.live import Live


class CrossAzTrafficSlowdown(Fis):
    """A share of what leaves the AZ for the others is lost: calls across the border time out now and then, those within do not."""

    kind: Literal["fis:cross-az-traffic-slowdown"] = "fis:cross-az-traffic-slowdown"
    label: ClassVar = "Cross-AZ: Traffic Slowdown"
    summary: ClassVar = "A share of the messages from this AZ to the others of its Region is lost."
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 1_800.0

    share: float = quantity(0.15, "", "Share of the messages that are lost.", gt=0, le=1, label="Loss",
                            source=f"{SCENARIOS}: 15 % on 100 % of outbound flows")  # fmt: skip

    def says(self) -> str:
        return f"{self.share:.0%} of what {self.target} sends to other AZs is lost"

    def apply(self, live: Live, reach: Reach) -> None:
        for a, b in reach.paths:
            live.lose_on_path(a, b, self.share)

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        """From the AZ to the other AZs of its Region, and to what is regional there."""
        region = geography.region_of[self.target]
        return {(self.target, place) for place in geography.within(region) if place != self.target}
