"""The resolver answers with nothing: a plan of records was deleted, as in us-east-1 on 20 October 2025."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class DnsEmpty(Fault):
    """Whoever asks meanwhile gets an empty answer and keeps it until it expires; whoever holds an older answer notices nothing."""

    kind: Literal["dns_empty"] = "dns_empty"
    label: ClassVar = "Empty DNS answer"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "The name resolves to nothing; callers find out as the answers they hold expire."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("resolver",)

    def says(self) -> str:
        return f"{self.target} answers with nothing"

    def apply(self, live: Live, reach: Reach) -> None:
        live.dns_empty[reach.instances] = True
