"""What instances send takes longer."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Delayed


class NetworkLatency(Delayed):
    """Everything the instances send takes longer."""

    kind: Literal["AWSFIS-Run-Network-Latency"] = "AWSFIS-Run-Network-Latency"
    label: ClassVar = "EC2: network latency"
    summary: ClassVar = "Everything the instances send takes longer."
    kinds: ClassVar = ("ec2_asg",)
