"""A dependency browns out: it is up, mostly answers, takes longer, and sometimes fails."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class BrownOut(Fault):
    """Slow and failing at a time, the way an overloaded service of somebody else does: hard to tell from bad luck."""

    kind: Literal["brown_out"] = "brown_out"
    label: ClassVar = "Brown-out"
    group: ClassVar = "Slower"
    summary: ClassVar = "It still answers, but late, and a share of the answers are errors."
    targets: ClassVar = ("node", "instance")
    behaviours: ClassVar = ("station", "cache", "store", "function")
    default_for_s: ClassVar = 300.0

    add_s: float = quantity(0.5, "s", "Added to the work of every request.", ge=0, le=3_600, label="Added time",
                            assumption="long enough to fill a pool of connections")  # fmt: skip
    share: float = quantity(0.2, "", "Share of requests answered with an error.", ge=0, le=1, label="Errors",
                            assumption="few enough to go on trying")  # fmt: skip

    def says(self) -> str:
        return f"{self.target} browns out: {self.add_s:g} s slower, and {self.share:.0%} of its answers are errors"

    def apply(self, live: Live, reach: Reach) -> None:
        live.extra_s[reach.instances] += self.add_s
        live.add_errors(reach.instances, self.share)
