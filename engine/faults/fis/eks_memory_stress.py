"""Something else in the pod uses its memory."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class PodMemoryStress(Starved):
    """Something else fills the memory of the pods."""

    kind: Literal["aws:eks:pod-memory-stress"] = "aws:eks:pod-memory-stress"
    label: ClassVar = "EKS: memory stress"
    summary: ClassVar = "Something else fills the memory of the pods."
    kinds: ClassVar = ("eks",)
