"""Instances are restarted."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Killed


class RebootInstances(Killed):
    """The instances restart: nobody answers on them for about a minute."""

    kind: Literal["aws:ec2:reboot-instances"] = "aws:ec2:reboot-instances"
    label: ClassVar = "EC2: reboot instances"
    summary: ClassVar = "The instances restart: nobody answers on them for about a minute."
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 60.0

    def says(self) -> str:
        return f"{self.target} reboots"
