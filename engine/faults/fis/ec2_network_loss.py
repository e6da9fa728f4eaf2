"""Some of what instances send is lost."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Lossy


class NetworkPacketLoss(Lossy):
    """A share of what the instances send is lost."""

    kind: Literal["AWSFIS-Run-Network-Packet-Loss"] = "AWSFIS-Run-Network-Packet-Loss"
    label: ClassVar = "EC2: packet loss"
    summary: ClassVar = "A share of what the instances send is lost."
    kinds: ClassVar = ("ec2_asg",)
