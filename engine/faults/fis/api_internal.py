"""Calls to the control plane fail: internal error."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Unlaunchable


class InjectApiInternalError(Unlaunchable):
    """A share of the launches is answered: an internal error. The group tries again when it looks next."""

    kind: Literal["aws:fis:inject-api-internal-error"] = "aws:fis:inject-api-internal-error"
    label: ClassVar = "EC2 API: internal errors"
    summary: ClassVar = "A share of the launches fails: an internal error. What runs goes on."

    def says(self) -> str:
        return f"{self.share:.0%} of the launches of {self.target} are answered: an internal error"
