"""The process ends, its host stays."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Killed


class KillProcess(Killed):
    """The process is gone and its host refuses calls."""

    kind: Literal["AWSFIS-Run-Kill-Process"] = "AWSFIS-Run-Kill-Process"
    label: ClassVar = "EC2: kill process"
    summary: ClassVar = "The process is gone and its host refuses calls."
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 30.0

    def says(self) -> str:
        return f"The process of {self.target} is killed"
