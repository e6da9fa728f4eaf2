"""An operator has a topic deliver archived messages again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.fields import LONGEST_S
from engine.live import Live
from engine.plan import Replay as Action
from engine.topology import Topology


class Replay(Fault):
    """Everything published between two instants goes to all subscriptions again, in the order of its publication."""

    kind: Literal["replay"] = "replay"
    label: ClassVar = "Replay"
    group: ClassVar = "Data and messages"
    summary: ClassVar = "An operator has archived messages delivered again, to all subscribers."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("topic",)

    from_s: float | None = quantity(None, "s", "Published at the earliest; without it, the oldest in the archive.", ge=0, le=LONGEST_S,
                                    label="Published from")  # fmt: skip
    to_s: float | None = quantity(None, "s", "Published at the latest; without it, when the replay begins.", ge=0, le=LONGEST_S,
                                  label="Published until")  # fmt: skip
    max_per_s: float = quantity(500, "1/s", "Most messages delivered again per second.", gt=0, le=1_000_000, label="Velocity",
                                assumption="slow enough for subscribers to keep up with it")  # fmt: skip

    def says(self) -> str:
        return f"an operator has {self.target} deliver its archived messages again, at most {self.max_per_s:g} a second"

    def apply(self, live: Live, reach: Reach) -> None:
        pass  # an operator changes no configuration

    def action(self, topology: Topology, number: Mapping[str, int]) -> Action:
        return Action(number[self.target], self.from_s or 0.0, self.at_s if self.to_s is None else self.to_s, self.max_per_s)

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        found = list(super().check(topology))
        yield from found
        if not found and not getattr(topology.nodes[self.target], "archive_s", 0):
            yield "target", f"{self.target!r} keeps no archive; give it an archive_s"
        until = self.at_s if self.to_s is None else self.to_s
        if until > self.at_s:
            yield "to_s", f"must be at most the start of the replay, {self.at_s:g} s, not {until:g} s"
        if self.from_s is not None and self.from_s > until:
            yield "from_s", f"must be at most {until:g} s, where the window ends, not {self.from_s:g} s"
