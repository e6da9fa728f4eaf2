"""Instances are terminated: they do not come back."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Gone


class TerminateInstances(Gone):
    """The instances are gone for good; only a group that replaces them brings capacity back."""

    kind: Literal["aws:ec2:terminate-instances"] = "aws:ec2:terminate-instances"
    label: ClassVar = "EC2: terminate instances"
    summary: ClassVar = "The instances are gone for good; only a group that replaces them brings capacity back."
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 86400.0

    def says(self) -> str:
        return f"{self.target} is terminated"
