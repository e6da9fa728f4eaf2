"""A server process dies, with everything it was serving and everything waiting in it."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Fault, Mode, Reach, quantity
from engine.live import BLACK_HOLE, REFUSED, Live


class InstanceCrash(Fault):
    """The process is gone: callers are refused while its host is up, or hear nothing when the host went too."""

    kind: Literal["instance_crash"] = "instance_crash"
    label: ClassVar = "Instance crash"
    group: ClassVar = "Stops"
    summary: ClassVar = "The process dies with all it was serving and queueing; it comes back empty."
    rank: ClassVar = 10
    targets: ClassVar = ("instance", "node")
    behaviours: ClassVar = ("station", "cache", "store", "function")

    mode: Mode = quantity("refused", "", "What callers see: an error at once (refused) or silence (black hole).",
                          assumption="the host survives its process")  # fmt: skip

    def says(self) -> str:
        return f"{self.target} crashes and " + ("refuses calls" if self.mode == "refused" else "falls silent")

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, REFUSED if self.mode == "refused" else BLACK_HOLE)
