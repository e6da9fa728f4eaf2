"""Something outside AWS that somebody else runs: a payment provider, a partner's API, a data centre of one's own."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.behaviours import Station
from engine.components.base import Component, Limit, quantity
from engine.components.values import Lognormal, ServiceTime
from engine.geography import OUTSIDE, Geography

UNKNOWN = "nothing is known of it; measure yours"


class External(Component):
    """Answers over the Internet, in its own time. No Region takes it down; make it slow, or let it fail, to see who depends on it."""

    kind: Literal["external"] = "external"
    label: ClassVar = "External dependency"
    category: ClassVar = "Traffic"
    glyph: ClassVar = "external"
    summary: ClassVar = "A partner's API on the Internet: slower than anything of your own, and not yours to repair."
    placement: ClassVar = "outside"
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "station"
    tier: ClassVar = "data"
    az_loss: ClassVar = "None: it is elsewhere."
    region_loss: ClassVar = "None: it is elsewhere."
    limits: ClassVar = (
        Limit("What the contract says", "429 Too Many Requests, or silence", "queue_full, beyond its slots and its queue"),
    )  # fmt: skip

    concurrency: int = quantity(100, "", "Requests it works on at once.", ge=1, le=100_000, label="Slots", assumption=UNKNOWN,
                                likely=(10, 10_000))  # fmt: skip
    service: ServiceTime = quantity(Lognormal(lognormal=0.1, sigma=0.5), "s", "Time it takes, the way there left out.",
                                    label="Service time", assumption=UNKNOWN, likely=(0.02, 1))  # fmt: skip
    queue_capacity: int | None = quantity(None, "", "Requests that may wait there; without a limit they all do.", ge=0, le=1_000_000_000,
                                          label="Queue capacity")  # fmt: skip

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def lower(self, geography: Geography) -> Station:
        return Station((OUTSIDE,), self.concurrency, self.queue_capacity, self.service.lower())

    @classmethod
    def refuses_caller(cls, caller: type[Component]) -> str | None:
        return "it takes no messages from a queue of yours; let a service consume them and call it" if caller.behaviour == "queue" else None

    @classmethod
    def refuses_callee(cls, callee: type[Component]) -> str | None:
        return "it is not yours and calls nothing of yours here; draw clients for what comes from outside"
