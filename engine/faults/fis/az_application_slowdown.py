"""The FIS scenario "AZ: Application Slowdown"."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import SCENARIOS, Fis
from engine.geography import Geography
from engine.live import Live


class AzApplicationSlowdown(Fis):
    """Whatever is sent from one thing in the AZ to another in it takes longer; health checks from outside see nothing."""

    kind: Literal["fis:az-application-slowdown"] = "fis:az-application-slowdown"
    label: ClassVar = "AZ: Application Slowdown"
    summary: ClassVar = "Everything within the AZ takes longer to reach everything else in it."
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 1_800.0

    add_s: float = quantity(0.2, "s", "Added to every message within the AZ.", gt=0, le=60, label="Delay",
                            source=f"{SCENARIOS}: 200 ms on 100 % of flows")  # fmt: skip

    def says(self) -> str:
        return f"Messages within {self.target} take {self.add_s:g} s longer"

    def apply(self, live: Live, reach: Reach) -> None:
        for a, b in reach.paths:
            live.path_add_s[a, b] += self.add_s

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        """From the AZ to itself."""
        return {(self.target, self.target)}
