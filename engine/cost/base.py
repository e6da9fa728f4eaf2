"""What every price has in common: rates that say where they were read and when, what a node uses in a month, lines of a bill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

HOURS = 730.0  # of a month, as price pages count them
MONTH_S = HOURS * 3_600.0
REGION = "us-east-1"  # of all prices; on demand, in USD
KP, IC = "Karpenter's generated price table", "Infracost's recorded estimates"


@dataclass(frozen=True)
class Rate:
    """A price per unit in us-east-1, on demand. ``read`` is the day its source shows; an assumption has none."""

    usd: float
    unit: str
    source: str
    read: str = ""
    per: float = 1.0  # so many units for ``usd``

    def of(self, what: str, quantity: float) -> Line:
        """A line of the bill."""
        return Line(what, quantity, self, self.usd * quantity / self.per)


@dataclass(frozen=True)
class Line:
    """So much of something in a month, and what it costs."""

    what: str
    quantity: float
    rate: Rate
    usd: float

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-able data."""
        rate = self.rate
        where = {"source": rate.source, "read": rate.read} if rate.read else {"assumption": rate.source}
        return {"what": self.what, "quantity": self.quantity, "unit": rate.unit, "usd": rate.usd, "per": rate.per,
                "usd_per_month": self.usd, **where}  # fmt: skip


@dataclass(frozen=True)
class Use:
    """What a node does in a month of 730 hours, as far as prices ask."""

    component: Any  # the node as the document says it
    instances: float = 0.0  # there on average, serving or not: that is what is paid for
    requests: float = 0.0  # that reached it; messages, for a queue or a topic
    deliveries: float = 0.0  # calls it made, or units of work handed to consumers
    writes: float = 0.0  # of its requests
    busy_s: float = 0.0  # seconds of all its slots together
    gb_in: float = 0.0  # requests that came to it
    gb_out: float = 0.0  # its answers
    answer_kb: float = 0.0  # mean size of an answer
    targets: int = 0  # edges from it

    def field(self, name: str, otherwise: Any) -> Any:
        """A field of the node if this kind has it and it is given, else an assumption of ours."""
        value = getattr(self.component, name, None)
        return otherwise if value is None else value


class Price:
    """Prices the nodes of some kinds."""

    kinds: ClassVar[tuple[str, ...]] = ()
    carries: ClassVar[bool] = False  # whether the data to and from it is in its own price, so that no transfer is added
    left_out: ClassVar[str] = ""  # what of the bill is not in it

    def lines(self, use: Use) -> Iterator[Line]:
        """What the node is billed for."""
        raise NotImplementedError


def infracost(usd: float, unit: str, read: str, per: float = 1.0) -> Rate:
    """A rate that Infracost's recorded estimates show."""
    return Rate(usd, unit, IC, read, per)


def assumed(usd: float, unit: str, why: str = "from memory, not read anywhere", per: float = 1.0) -> Rate:
    """A rate without a source we have read."""
    return Rate(usd, unit, why, "", per)
