"""A line to a data centre is down."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.live import Live


class VirtualInterfaceDisconnect(Fis):
    """Nothing passes over this edge: the line to the data centre is down."""

    kind: Literal["aws:directconnect:virtual-interface-disconnect"] = "aws:directconnect:virtual-interface-disconnect"
    label: ClassVar = "Direct Connect: line down"
    summary: ClassVar = "Nothing passes over this edge: the line to the data centre is down."
    targets: ClassVar = ("edge",)
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"Nothing passes over {self.target}: its line is down"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.edges] = True
