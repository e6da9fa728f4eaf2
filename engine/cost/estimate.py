"""The bill: nodes, transfer, total, and what is not in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from engine.cost.base import REGION, Line


@dataclass(frozen=True)
class NodeCost:
    """A node with its lines; ``priced`` is False for kinds nobody sells under that name."""

    id: str
    kind: str
    label: str
    priced: bool
    lines: tuple[Line, ...] = ()
    left_out: str = ""

    @property
    def usd(self) -> float | None:
        """Per month; None when it is not priced."""
        return math.fsum(line.usd for line in self.lines) if self.priced else None


@dataclass(frozen=True)
class Estimate:
    """An approximate bill of a month of 730 hours in us-east-1, on demand."""

    basis: str  # a sentence: what the quantities are taken from
    nodes: tuple[NodeCost, ...]
    transfer: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """Per month: everything that is priced."""
        return math.fsum([*(node.usd or 0.0 for node in self.nodes), *(line.usd for line in self.transfer)])

    @property
    def lines(self) -> list[Line]:
        """All lines, nodes before transfer."""
        return [line for node in self.nodes for line in node.lines] + list(self.transfer)

    @property
    def not_priced(self) -> list[str]:
        """Ids of the nodes that are not in the total."""
        return [node.id for node in self.nodes if not node.priced]

    @property
    def read(self) -> str:
        """From when the prices in it are: the oldest and the newest day; "" when there is none with a source."""
        days = sorted({line.rate.read for line in self.lines if line.rate.read})
        return "" if not days else days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"

    def as_dict(self) -> dict[str, Any]:
        """As the summary of a run has it."""
        return {
            "usd_per_month": self.usd,
            "approximate": True,
            "prices_read": self.read,
            "region": REGION,
            "basis": self.basis,
            "nodes": {n.id: {"kind": n.kind, "usd_per_month": n.usd, "lines": [line.as_dict() for line in n.lines]} for n in self.nodes},
            "transfer": [line.as_dict() for line in self.transfer],
            "not_priced": self.not_priced,
        }
