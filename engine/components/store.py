"""A plain store, without a vendor: one primary takes all calls, a synchronous standby in every further AZ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from engine.behaviours import Store as StoreBehaviour
from engine.components.base import AzPlaced, quantity
from engine.components.values import Exponential, FailoverFields, ServiceTime
from engine.fields import OneOf, listed
from engine.geography import Geography

FailoverOrNone = Annotated[
    FailoverFields | Literal["none"],
    OneOf("failover", labels={"monitor_interval_s": "Automatic", "none": "None: nobody promotes"}),
]


class Store(AzPlaced):
    """Keeps data. With several AZs every write reaches all reachable standbys before it is acknowledged."""

    kind: Literal["store"] = "store"
    label: ClassVar = "Store"
    category: ClassVar = "Data"
    glyph: ClassVar = "cylinder"
    summary: ClassVar = "One primary answers; standbys in further AZs hold every acknowledged write and can take over."
    placement: ClassVar = "azs"
    behaviour: ClassVar = "store"
    tier: ClassVar = "data"

    primary_az: str | None = quantity(None, "", "Where the primary is at the start; the first AZ unless told otherwise.", widget="az",
                                      label="Primary AZ")  # fmt: skip
    concurrency: int = quantity(16, "", "Requests the primary serves at once.", ge=1, le=100_000, label="Slots",
                                assumption="a small database server")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.002), "s", "Time a query or commit occupies a slot.", label="Service time",
                                    assumption="queries inside an AZ take 1 to 3 ms at the median")  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Requests that may wait; without a limit the queue is unbounded.", ge=0,
                                          le=1_000_000_000, label="Queue capacity")  # fmt: skip
    failover: FailoverOrNone = quantity(FailoverFields(), "", "How a standby becomes the primary.", assumption="a watched pair")

    def sits(self, geography: Geography) -> tuple[str, ...]:
        azs = self.home_azs(geography)
        primary = self.primary_az or azs[0]
        return (primary, *(az for az in azs if az != primary))

    def lower(self, geography: Geography) -> StoreBehaviour:
        failover = None if isinstance(self.failover, str) else self.failover.lower()
        return StoreBehaviour(self.sits(geography), self.concurrency, self.queue_capacity, self.service.lower(), failover)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        azs = self.home_azs(geography)
        if self.primary_az is not None and self.primary_az not in azs:
            yield "primary_az", f"{self.primary_az!r} is not among the node's AZs; they are {listed(azs)}"
        if not isinstance(self.failover, str):
            yield from ((f"failover.{field}", message) for field, message in self.failover.check())
