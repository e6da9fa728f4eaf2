"""The disk is slow."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import ACTIONS, Fis
from engine.live import Live


class VolumeIoLatency(Fis):
    """Every read and write of the volume takes longer."""

    kind: Literal["aws:ebs:volume-io-latency"] = "aws:ebs:volume-io-latency"
    label: ClassVar = "EBS: volume I/O latency"
    summary: ClassVar = "Every read and write of the volume takes longer."
    kinds: ClassVar = ("ec2_asg", "rds")

    add_s: float = quantity(0.1, "s", "Added to the work of each request.", gt=0, le=60, label="Delay",
                            source=f"{ACTIONS}: read and write latency are 100 ms, on 100 % of I/O")  # fmt: skip

    def says(self) -> str:
        return f"The volume of {self.target} takes {self.add_s:g} s longer for each read and write"

    def apply(self, live: Live, reach: Reach) -> None:
        live.extra_s[reach.instances] += self.add_s
