"""More people come than usual: news, a sale, a retrying partner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.live import Live
from engine.topology import Topology


class Surge(Fault):
    """Multiplies the arrival rate of a clients node; overlapping ones multiply. Whoever came before comes as they did."""

    kind: Literal["surge"] = "surge"
    label: ClassVar = "Traffic surge"
    group: ClassVar = "Traffic"
    summary: ClassVar = "Requests arrive several times as fast as designed."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("source",)

    factor: float = quantity(3, "×", "The arrival rate is multiplied by this.", gt=0, le=1_000, assumption="a good day for marketing")

    def says(self) -> str:
        return f"{self.target} sends {self.factor:g} times as many requests"

    def apply(self, live: Live, reach: Reach) -> None:
        live.surge[reach.instances] *= self.factor

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        found = list(super().check(topology))
        yield from found
        if not found and getattr(topology.nodes[self.target].lower(topology.geography), "users", None):
            yield "target", f"{self.target!r} is a closed loop of users, who have no rate to multiply; give it a rate_per_s, or more users"
