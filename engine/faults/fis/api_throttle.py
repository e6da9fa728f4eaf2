"""Calls to the control plane fail: throttled."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Unlaunchable


class InjectApiThrottleError(Unlaunchable):
    """A share of the launches is answered: too many requests. The group tries again when it looks next."""

    kind: Literal["aws:fis:inject-api-throttle-error"] = "aws:fis:inject-api-throttle-error"
    label: ClassVar = "EC2 API: throttling"
    summary: ClassVar = "A share of the launches fails: too many requests. What runs goes on."

    def says(self) -> str:
        return f"{self.share:.0%} of the launches of {self.target} are answered: too many requests"
