"""Something else in the pod uses its disk."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class PodIoStress(Starved):
    """Something else keeps the disk of the pods busy."""

    kind: Literal["aws:eks:pod-io-stress"] = "aws:eks:pod-io-stress"
    label: ClassVar = "EKS: I/O stress"
    summary: ClassVar = "Something else keeps the disk of the pods busy."
    kinds: ClassVar = ("eks",)
