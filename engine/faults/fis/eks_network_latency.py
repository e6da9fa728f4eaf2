"""What pods send takes longer."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Delayed


class PodNetworkLatency(Delayed):
    """Everything the pods send takes longer."""

    kind: Literal["aws:eks:pod-network-latency"] = "aws:eks:pod-network-latency"
    label: ClassVar = "EKS: network latency"
    summary: ClassVar = "Everything the pods send takes longer."
    kinds: ClassVar = ("eks",)
