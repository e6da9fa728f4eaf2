"""An operator brings dead letters back to the queue they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.fields import Id, close_to, listed
from engine.live import Live
from engine.plan import Redrive as Action
from engine.topology import Topology


class Redrive(Fault):
    """Moves what waits in the queue, oldest first, until none is left. Moved messages are new: nobody has taken them, they have no age."""

    kind: Literal["redrive"] = "redrive"
    label: ClassVar = "Redrive"
    group: ClassVar = "Data and messages"
    summary: ClassVar = "An operator moves the messages of a dead-letter queue back to where they came from."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("queue",)

    to: Id | None = quantity(None, "", "The queue they go to; without it, the one that has this queue for its dead letters.",
                             label="Destination", widget="node:queue")  # fmt: skip
    max_per_s: float = quantity(500, "1/s", "Most messages moved per second.", gt=0, le=1_000_000, label="Velocity",
                                assumption="the most that the API takes as a limit, StartMessageMoveTask")  # fmt: skip

    def says(self) -> str:
        where = f"to {self.to}" if self.to else "back"
        return f"an operator moves the messages of {self.target} {where}, at most {self.max_per_s:g} a second"

    def apply(self, live: Live, reach: Reach) -> None:
        pass  # an operator changes no configuration

    def action(self, topology: Topology, number: Mapping[str, int]) -> Action:
        return Action(number[self.target], number[self.to or self._sources(topology)[0]], self.max_per_s)

    def _sources(self, topology: Topology) -> list[str]:
        """Queues whose dead letters are here."""
        queues = (node for node in topology.nodes.values() if node.behaviour == "queue")
        return [node.id for node in queues if getattr(node, "dead_letter", None) == self.target]

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        found = list(super().check(topology))
        yield from found
        queues = [id for id, node in topology.nodes.items() if node.behaviour == "queue" and id != self.target]
        sources = self._sources(topology)
        for field, id in (("target", self.target), ("to", self.to)):
            node = topology.nodes.get(id or "")
            if node is not None and node.behaviour == "queue" and node.readers_at_once():
                yield field, f"{id!r} is a stream; messages are moved between queues without shards"
        if self.to is not None and self.to not in queues:
            yield "to", f"{self.to!r} is no other queue{close_to(self.to, queues)}; it could be {listed(queues)}"
        elif self.to is None and not found and len(sources) != 1:
            having = f"{len(sources)} queues have" if sources else "no queue has"
            yield "to", f"{having} {self.target!r} for their dead letters; say to which queue its messages go: {listed(sources or queues)}"
