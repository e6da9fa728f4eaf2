"""The FIS scenarios of stress on EKS: five minutes a step, each step worse than the one before."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import SteppedDelayed, SteppedGone, SteppedStarved
from engine.live import REFUSED


class EksStressGone(SteppedGone):
    """More pods are deleted with every step, and start again when it is over."""

    kind: Literal["fis:eks-stress-pod-delete"] = "fis:eks-stress-pod-delete"
    label: ClassVar = "EKS stress: pod delete"
    summary: ClassVar = "More pods are deleted with every step, and start again when it is over."
    kinds: ClassVar = ("eks",)
    how: ClassVar = REFUSED


class EksStressCpu(SteppedStarved):
    """Something else uses more of the processors with every step."""

    kind: Literal["fis:eks-stress-cpu"] = "fis:eks-stress-cpu"
    label: ClassVar = "EKS stress: CPU"
    summary: ClassVar = "Something else uses more of the processors with every step."
    kinds: ClassVar = ("eks",)


class EksStressMemory(SteppedStarved):
    """Something else uses more of the memory with every step."""

    kind: Literal["fis:eks-stress-memory"] = "fis:eks-stress-memory"
    label: ClassVar = "EKS stress: memory"
    summary: ClassVar = "Something else uses more of the memory with every step."
    kinds: ClassVar = ("eks",)


class EksStressDisk(SteppedStarved):
    """Something else uses more of the disk with every step."""

    kind: Literal["fis:eks-stress-disk"] = "fis:eks-stress-disk"
    label: ClassVar = "EKS stress: disk"
    summary: ClassVar = "Something else uses more of the disk with every step."
    kinds: ClassVar = ("eks",)


class EksStressLatency(SteppedDelayed):
    """What they send arrives later with every step."""

    kind: Literal["fis:eks-stress-network-latency"] = "fis:eks-stress-network-latency"
    label: ClassVar = "EKS stress: network latency"
    summary: ClassVar = "What they send arrives later with every step."
    kinds: ClassVar = ("eks",)
