"""Something else uses the disk."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class IoStress(Starved):
    """Something else keeps the disk busy, so work waits for it."""

    kind: Literal["AWSFIS-Run-IO-Stress"] = "AWSFIS-Run-IO-Stress"
    label: ClassVar = "EC2: I/O stress"
    summary: ClassVar = "Something else keeps the disk busy, so work waits for it."
    kinds: ClassVar = ("ec2_asg",)
