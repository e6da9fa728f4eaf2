"""Consumers stop taking messages: a paused trigger, a lost permission, a deployment that forgot to start the workers."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class ConsumerStop(Fault):
    """What consumers have in hand they finish; nothing else is taken."""

    kind: Literal["consumer_stop"] = "consumer_stop"
    label: ClassVar = "Consumers stop"
    group: ClassVar = "Stops"
    summary: ClassVar = "Consumers take no more messages; the queue grows until they do again."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "function")

    def says(self) -> str:
        return f"{self.target} takes no messages"

    def apply(self, live: Live, reach: Reach) -> None:
        live.stopped[reach.instances] = True
