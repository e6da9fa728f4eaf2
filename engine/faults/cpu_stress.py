"""Something else takes the processor: a backup, a virus scanner, a neighbour."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live


class CpuStress(Fault):
    """Leaves a share of the processor: service that starts now takes 1 / (1 − share) times as long; overlapping ones multiply."""

    kind: Literal["cpu_stress"] = "cpu_stress"
    label: ClassVar = "CPU stress"
    group: ClassVar = "Slower"
    summary: ClassVar = "A share of the processor is taken away, so that service takes longer."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "cache", "store", "function")

    share: float = quantity(0.8, "", "Share of the processor that is taken, 0 to 1.", gt=0, le=0.99,
                            assumption="a fifth is left")  # fmt: skip

    def says(self) -> str:
        return f"{self.share:.0%} of the processor of {self.target} is taken"

    def apply(self, live: Live, reach: Reach) -> None:
        live.slow[reach.instances] *= 1 / (1 - self.share)
