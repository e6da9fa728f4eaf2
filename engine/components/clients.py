"""Clients: people or programs outside every Region that send requests and wait for the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Source
from engine.components.base import Component, quantity
from engine.components.values import Arrivals, Rate
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
    later: ClassVar = ("classes", "keys", "users", "think_s", "region", "azs")
    create: ClassVar = {"rate_per_s": 100}

    rate_per_s: Rate = quantity(100, "1/s", "Requests started per second.", label="Request rate",
                                assumption="a small service; every design has its own")  # fmt: skip
    arrivals: Arrivals = quantity("poisson", "", "How the requests are spread in time.",
                                  assumption="independent users make Poisson arrivals")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> Source:
        rate = self.rate_per_s
        segments = ((0.0, float(rate)),) if isinstance(rate, int | float) else rate.segments()
        if isinstance(self.arrivals, str):
            return Source(segments, self.arrivals)
        return Source(segments, batch=self.arrivals.batch)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        if hasattr(self.rate_per_s, "check"):
            yield from (("rate_per_s.steps", message) for message in self.rate_per_s.check())
