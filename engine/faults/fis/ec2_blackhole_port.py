"""A port takes nothing in."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Deaf


class NetworkBlackholePort(Deaf):
    """Whatever is sent to the instances is dropped; callers wait for nothing."""

    kind: Literal["AWSFIS-Run-Network-Blackhole-Port"] = "AWSFIS-Run-Network-Blackhole-Port"
    label: ClassVar = "EC2: blackhole port"
    summary: ClassVar = "Whatever is sent to the instances is dropped; callers wait for nothing."
    kinds: ClassVar = ("ec2_asg",)
