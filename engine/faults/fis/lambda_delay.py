"""Every invocation begins late."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach, quantity
from engine.faults.fis.base import ACTIONS, Fis
from engine.live import Live


class InvocationAddDelay(Fis):
    """Every invocation takes longer, and keeps its environment for as long."""

    kind: Literal["aws:lambda:invocation-add-delay"] = "aws:lambda:invocation-add-delay"
    label: ClassVar = "Lambda: delay invocations"
    summary: ClassVar = "Every invocation takes longer, and keeps its environment for as long."
    targets: ClassVar = ("node",)
    kinds: ClassVar = ("lambda",)

    delay_s: float = quantity(1, "s", "Added to every invocation (startupDelayMilliseconds).", gt=0, le=900, label="Delay",
                              source=f"{ACTIONS}: startupDelayMilliseconds is 1000, of 100 % of invocations")  # fmt: skip

    def says(self) -> str:
        return f"Every invocation of {self.target} begins {self.delay_s:g} s late"

    def apply(self, live: Live, reach: Reach) -> None:
        live.extra_s[reach.instances] += self.delay_s
