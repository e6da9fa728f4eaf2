"""Invocations answer with another status."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Failing


class InvocationHttpResponse(Failing):
    """A share of the invocations answers with an HTTP error instead of a result."""

    kind: Literal["aws:lambda:invocation-http-integration-response"] = "aws:lambda:invocation-http-integration-response"
    label: ClassVar = "Lambda: HTTP error response"
    summary: ClassVar = "A share of the invocations answers with an HTTP error instead of a result."
    kinds: ClassVar = ("lambda",)

    def says(self) -> str:
        return f"{self.share:.0%} of the invocations of {self.target} answer with an HTTP error"
