"""Invocations fail."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Failing


class InvocationError(Failing):
    """A share of the invocations fails."""

    kind: Literal["aws:lambda:invocation-error"] = "aws:lambda:invocation-error"
    label: ClassVar = "Lambda: invocation errors"
    summary: ClassVar = "A share of the invocations fails."
    kinds: ClassVar = ("lambda",)

    def says(self) -> str:
        return f"{self.share:.0%} of the invocations of {self.target} fail"
