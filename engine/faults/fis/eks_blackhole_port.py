"""A port of the pods takes nothing in."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Deaf


class PodNetworkBlackholePort(Deaf):
    """Whatever is sent to the pods is dropped."""

    kind: Literal["aws:eks:pod-network-blackhole-port"] = "aws:eks:pod-network-blackhole-port"
    label: ClassVar = "EKS: blackhole port"
    summary: ClassVar = "Whatever is sent to the pods is dropped."
    kinds: ClassVar = ("eks",)
