"""Some of what pods send is lost."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Lossy


class PodNetworkPacketLoss(Lossy):
    """A share of what the pods send is lost."""

    kind: Literal["aws:eks:pod-network-packet-loss"] = "aws:eks:pod-network-packet-loss"
    label: ClassVar = "EKS: packet loss"
    summary: ClassVar = "A share of what the pods send is lost."
    kinds: ClassVar = ("eks",)
