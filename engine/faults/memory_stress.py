"""Memory runs short: the machine swaps and collects garbage, and some requests get none at all."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class MemoryStress(Fault):
    """Service takes longer and a share of the requests fails for want of memory; overlapping ones compose like `slow` and `errors`."""

    kind: Literal["memory_stress"] = "memory_stress"
    label: ClassVar = "Memory stress"
    group: ClassVar = "Slower"
    summary: ClassVar = "Service takes longer, and a share of the requests fails at once for want of memory."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "cache", "store", "function")

    factor: float = quantity(3, "×", "Service time is multiplied by this.", ge=1, le=10_000, assumption="swapping, long collections")
    share: float = quantity(0.02, "", "Share of requests that find no memory, 0 to 1.", ge=0, le=1, assumption="a few of the largest")

    def says(self) -> str:
        return f"{self.target} is short of memory: {self.factor:g} times as slow, {self.share:.0%} of its requests fail"

    def apply(self, live: Live, reach: Reach) -> None:
        live.slow[reach.instances] *= self.factor
        live.add_errors(reach.instances, self.share)
