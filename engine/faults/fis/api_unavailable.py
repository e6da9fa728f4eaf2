"""Calls to the control plane fail: unavailable."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Unlaunchable


class InjectApiUnavailableError(Unlaunchable):
    """A share of the launches is answered: unavailable. The group tries again when it looks next."""

    kind: Literal["aws:fis:inject-api-unavailable-error"] = "aws:fis:inject-api-unavailable-error"
    label: ClassVar = "EC2 API: unavailable"
    summary: ClassVar = "A share of the launches fails: unavailable. What runs goes on."

    def says(self) -> str:
        return f"{self.share:.0%} of the launches of {self.target} are answered: unavailable"
