"""Something else uses the processors."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class CpuStress(Starved):
    """Something else keeps the processors busy, so work takes longer."""

    kind: Literal["AWSFIS-Run-CPU-Stress"] = "AWSFIS-Run-CPU-Stress"
    label: ClassVar = "EC2: CPU stress"
    summary: ClassVar = "Something else keeps the processors busy, so work takes longer."
    kinds: ClassVar = ("ec2_asg",)
