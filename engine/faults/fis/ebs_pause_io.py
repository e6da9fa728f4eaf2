"""The disk hangs."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import Fis
from engine.live import Live


class PauseVolumeIo(Fis):
    """Reads and writes of the volume hang: work that begins meanwhile takes as long as the volume is paused."""

    kind: Literal["aws:ebs:pause-volume-io"] = "aws:ebs:pause-volume-io"
    label: ClassVar = "EBS: pause volume I/O"
    summary: ClassVar = "Reads and writes of the volume hang: work that begins meanwhile takes as long as the volume is paused."
    kinds: ClassVar = ("ec2_asg", "rds")

    stall_s: float = quantity(60, "s", "How long work that needs the volume hangs.", gt=0, le=3_600, label="Stall",
                              assumption="longer than most callers wait")  # fmt: skip

    def says(self) -> str:
        return f"The volume of {self.target} hangs"

    def apply(self, live: Live, reach: Reach) -> None:
        live.extra_s[reach.instances] += self.stall_s
