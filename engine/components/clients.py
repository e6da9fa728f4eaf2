"""Clients: people or programs outside every Region that send requests and wait for the answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Source
from engine.components.base import Component, quantity
from engine.components.values import Arrivals, KeysFields, Rate, RequestClass
from engine.geography import OUTSIDE, Geography


class Clients(Component):
    """An open loop: requests keep coming at their rate, however slow the answers are."""

    kind: Literal["clients"] = "clients"
    label: ClassVar = "Clients"
    category: ClassVar = "Traffic"
    glyph: ClassVar = "people"
    summary: ClassVar = "Send requests from outside every Region and wait for the answers."
    placement: ClassVar = "outside"
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "source"
    tier: ClassVar = "clients"
    later: ClassVar = ("users", "think_s", "region", "azs")
    create: ClassVar = {"rate_per_s": 100}

    rate_per_s: Rate = quantity(100, "1/s", "Requests started per second.", label="Request rate",
                                assumption="a small service; every design has its own")  # fmt: skip
    arrivals: Arrivals = quantity("poisson", "", "How the requests are spread in time.",
                                  assumption="independent users make Poisson arrivals")  # fmt: skip

    classes: list[RequestClass] = quantity([], "", "What the requests are; without classes every request is a write.", max_length=20,
                                           widget="classes")  # fmt: skip
    keys: KeysFields | None = quantity(None, "", "What the requests are about; caches and partitions need to know.", label="Keys")

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> Source:
        rate = self.rate_per_s
        segments = ((0.0, float(rate)),) if isinstance(rate, int | float) else rate.segments()
        batch = 1 if isinstance(self.arrivals, str) else self.arrivals.batch
        return Source(
            segments,
            self.arrivals if isinstance(self.arrivals, str) else "poisson",
            batch,
            classes=tuple((c.name, c.share) for c in self.classes),
            keys=self.keys.lower() if self.keys else None,
        )

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        if hasattr(self.rate_per_s, "check"):
            yield from (("rate_per_s.steps", message) for message in self.rate_per_s.check())
        names = [c.name for c in self.classes]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "classes", f"{name!r} is named more than once; name each class once"
        total = math.fsum(c.share for c in self.classes)
        if self.classes and abs(total - 1) > 1e-6:
            yield "classes", f"the shares add up to {total:g}; they must add up to 1"
