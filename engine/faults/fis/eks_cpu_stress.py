"""Something else in the pod uses its processors."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class PodCpuStress(Starved):
    """Something else keeps the processors of the pods busy."""

    kind: Literal["aws:eks:pod-cpu-stress"] = "aws:eks:pod-cpu-stress"
    label: ClassVar = "EKS: CPU stress"
    summary: ClassVar = "Something else keeps the processors of the pods busy."
    kinds: ClassVar = ("eks",)
