"""What cuts of a Region from the others have in common."""

from __future__ import annotations

from typing import ClassVar

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.geography import Geography
from engine.live import Live


class CrossRegion(Fis):
    """Nothing passes between a Region and the others; clients still reach it."""

    targets: ClassVar = ("region",)
    default_for_s: ClassVar = 600.0

    def apply(self, live: Live, reach: Reach) -> None:
        for a, b in reach.paths:
            live.path_cut[a, b] = True

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        inside = set(geography.within(self.target))
        others = set(geography.places()) - inside
        return {(a, b) for a in inside for b in others} | {(b, a) for a in inside for b in others}
