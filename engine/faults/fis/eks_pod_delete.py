"""Pods are deleted."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Killed


class PodDelete(Killed):
    """The pods are gone until the deployment has started others."""

    kind: Literal["aws:eks:pod-delete"] = "aws:eks:pod-delete"
    label: ClassVar = "EKS: delete pod"
    summary: ClassVar = "The pods are gone until the deployment has started others."
    kinds: ClassVar = ("eks",)
    default_for_s: ClassVar = 60.0

    def says(self) -> str:
        return f"{self.target} is deleted"
