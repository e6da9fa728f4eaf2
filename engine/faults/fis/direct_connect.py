"""A line to a data centre is down."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Cut


class VirtualInterfaceDisconnect(Cut):
    """Nothing passes over this edge: the line to the data centre is down."""

    kind: Literal["aws:directconnect:virtual-interface-disconnect"] = "aws:directconnect:virtual-interface-disconnect"
    label: ClassVar = "Direct Connect: line down"
    summary: ClassVar = "Nothing passes over this edge: the line to the data centre is down."
    default_for_s: ClassVar = 600.0

    def says(self) -> str:
        return f"Nothing passes over {self.target}: its line is down"
