"""Subnets of an AZ are cut off."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.geography import OUTSIDE, Geography
from engine.live import Live


class DisruptConnectivity(Fis):
    """Nothing passes into or out of the subnets of the AZ; inside it goes on."""

    kind: Literal["aws:network:disrupt-connectivity"] = "aws:network:disrupt-connectivity"
    label: ClassVar = "Network: disrupt connectivity"
    summary: ClassVar = "Nothing passes into or out of the subnets of the AZ; inside it goes on."
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 120.0

    def says(self) -> str:
        return f"Nothing passes into or out of {self.target}"

    def apply(self, live: Live, reach: Reach) -> None:
        for a, b in reach.paths:
            live.path_cut[a, b] = True

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        others = [place for place in (*geography.places(), OUTSIDE) if place != self.target]
        return {(self.target, place) for place in others} | {(place, self.target) for place in others}
