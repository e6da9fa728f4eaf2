"""The network is cut: over one edge, or between two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.fields import close_to, listed
from engine.geography import OUTSIDE, Geography
from engine.live import Live
from engine.topology import Topology


class Partition(Fault):
    """Requests and answers vanish, also those already on their way; callers find out by their timeouts."""

    kind: Literal["partition"] = "partition"
    label: ClassVar = "Network partition"
    group: ClassVar = "Network"
    summary: ClassVar = "Nothing passes over the edge, or between the two places; nobody is told."
    rank: ClassVar = 20
    targets: ClassVar = ("edge",)

    target: str | None = quantity(None, "", "The edge that is cut, `from->to`.", max_length=200)  # type: ignore[assignment]
    between: list[str] | None = quantity(None, "", "Two places between which nothing passes: Regions, AZs or `outside`.", min_length=2,
                                         max_length=2, widget="places")  # fmt: skip
    one_way: bool = quantity(False, "", "Only what goes from the first to the second is lost.", label="One way",
                             assumption="a cut cable cuts both ways")  # fmt: skip

    @property
    def shown_target(self) -> str:
        return self.target or (" -> " if self.one_way else " <-> ").join(self.between or ["", ""])

    def says(self) -> str:
        if self.target:
            return f"Nothing passes over {self.target}" + (" towards the called" if self.one_way else "")
        first, second = self.between or ("", "")
        return f"Nothing passes from {first} to {second}" if self.one_way else f"Nothing passes between {first} and {second}"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.edges, 0] = True
        if not self.one_way:
            live.edge_cut[reach.edges, 1] = True
        for a, b in reach.paths:
            live.path_cut[a, b] = True

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        if (self.target is None) == (self.between is None):
            said = "both" if self.target else "neither"
            yield "target", f"a partition has either `target: from->to` or `between: [place, place]`, here it has {said}"
        elif self.target is not None:
            yield from super().check(topology)
        else:
            yield from self._check_places(topology.geography)

    def _check_places(self, geography: Geography) -> Iterator[tuple[str, str]]:
        known = [*geography.places(), OUTSIDE]
        first, second = self.between or ("", "")
        unknown = [place for place in (first, second) if place not in known]
        for place in unknown:
            yield "between", f"there is no place {place!r}{close_to(place, known)}; the places are {listed(known)}"
        if not unknown and (first in geography.within(second) or second in geography.within(first)):
            yield "between", f"{first!r} and {second!r} are not apart; name two places of which neither contains the other"

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        if self.between is None:
            return set()
        first, second = (geography.within(place) for place in self.between)
        there = {(a, b) for a in first for b in second}
        return there if self.one_way else there | {(b, a) for a, b in there}
