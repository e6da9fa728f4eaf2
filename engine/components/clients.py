"""Clients: people or programs outside every Region that send requests and wait for the answer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from engine.behaviours import Source
from engine.components.base import Component, quantity
from engine.components.shapes import Steady, users_of
from engine.components.values import Arrivals, KeysFields, Rate, RequestClass, SessionsFields
from engine.geography import OUTSIDE, Geography


class Clients(Component):
    """An open loop: requests keep coming at their rate, however slow the answers are. With users instead of a rate it is a closed one."""

    kind: Literal["clients"] = "clients"
    label: ClassVar = "Clients"
    category: ClassVar = "Traffic"
    glyph: ClassVar = "people"
    summary: ClassVar = "Send requests from outside every Region and wait for the answers."
    placement: ClassVar = "outside"
    az_loss: ClassVar = "None: it is outside every Region."
    region_loss: ClassVar = "None: it is outside every Region."
    unplaced: ClassVar = "outside"
    behaviour: ClassVar = "source"
    tier: ClassVar = "clients"
    later: ClassVar = ("region", "azs")
    create: ClassVar = {"rate_per_s": 100, "classes": [{"name": "read", "share": 0.9}, {"name": "write", "share": 0.1}]}

    rate_per_s: Rate = quantity(100, "1/s", "Requests started per second.", label="Request rate",
                                assumption="a small service; every design has its own")  # fmt: skip
    arrivals: Arrivals = quantity("poisson", "", "How the requests are spread in time.",
                                  assumption="independent users make Poisson arrivals")  # fmt: skip

    classes: list[RequestClass] = quantity([], "", "What the requests are. Without classes caches look every request up, and stores take "
                                           "it as a write.", max_length=20)  # fmt: skip
    keys: KeysFields | None = quantity(None, "", "What the requests are about; caches and partitions need to know.", label="Keys")

    sessions: SessionsFields | None = quantity(
        None, "", "Users who come back: each request is one of theirs. Sticky balancers and services that keep their sessions tell them "
        "apart.", label="Sessions")  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _users_in_place(cls, data: Any) -> Any:
        return users_of(data)

    location: str | None = quantity(None, "", "Where they are, for resolvers that answer by location.", max_length=80)

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (OUTSIDE,)

    def session_count(self) -> int:
        users: int = getattr(self.rate_per_s, "users", 0)
        return users or (self.sessions.count if self.sessions else 0)

    def lower(self, geography: Geography) -> Source:
        shape = Steady(steady=float(self.rate_per_s)) if isinstance(self.rate_per_s, int | float) else self.rate_per_s
        batch = 1 if isinstance(self.arrivals, str) else self.arrivals.batch
        return Source(
            shape.segments(),
            self.arrivals if isinstance(self.arrivals, str) else "poisson",
            batch,
            classes=tuple((c.name, c.share) for c in self.classes),
            keys=self.keys.lower() if self.keys else None,
            repeat_s=shape.repeat_s,
            location=self.location or "",
            users=getattr(shape, "users", 0),
            think_s=getattr(shape, "think_s", 0.0),
            sessions=self.sessions.lower() if self.sessions else None,
        )

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        if hasattr(self.rate_per_s, "check"):
            yield from ((f"rate_per_s.{field}", message) for field, message in self.rate_per_s.check())
        if getattr(self.rate_per_s, "users", 0) and self.arrivals != "poisson":
            yield "arrivals", "users who think come when they come; leave `arrivals` out, or give a rate instead of users"
        if getattr(self.rate_per_s, "users", 0) and self.sessions:
            yield "sessions", "each user of a closed loop has a session; leave `sessions` out, or give a rate instead of users"
        names = [c.name for c in self.classes]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "classes", f"{name!r} is named more than once; name each class once"
        total = math.fsum(c.share for c in self.classes)
        if self.classes and abs(total - 1) > 1e-6:
            yield "classes", f"the shares add up to {total:g}; they must add up to 1"
