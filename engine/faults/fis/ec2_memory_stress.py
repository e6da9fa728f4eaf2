"""Something else uses the memory."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class MemoryStress(Starved):
    """Something else fills the memory, so work waits for pages."""

    kind: Literal["AWSFIS-Run-Memory-Stress"] = "AWSFIS-Run-Memory-Stress"
    label: ClassVar = "EC2: memory stress"
    summary: ClassVar = "Something else fills the memory, so work waits for pages."
    kinds: ClassVar = ("ec2_asg",)
