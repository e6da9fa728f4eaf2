"""A process stops answering: it accepts, it may even work, but nothing comes back. A deadlock, a full disk, a stopped event loop."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach
from engine.live import Live


class InstanceHang(Fault):
    """Connections succeed and answers never come; what is done keeps its slot. When it is over, everything that was done is answered."""

    kind: Literal["instance_hang"] = "instance_hang"
    label: ClassVar = "Instance hang"
    group: ClassVar = "Stops"
    summary: ClassVar = "The process accepts requests and never answers, until it goes on where it was."
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "function")

    def says(self) -> str:
        return f"{self.target} hangs: it accepts requests and answers none"

    def apply(self, live: Live, reach: Reach) -> None:
        live.hung[reach.instances] = True
