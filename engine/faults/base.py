"""What every fault has in common: what, target, start, end. Faults change the live configuration and never undo anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from engine.fields import LONGEST_S, Id, Strict, listed, quantity
from engine.geography import Geography
from engine.live import Live
from engine.plan import Redrive, Replay
from engine.topology import Target, TargetKind, Topology, UnknownTarget

__all__ = ["Fault", "Mode", "Reach", "clock", "quantity"]

Mode = Literal["refused", "black_hole"]
SLACK_S = 1e-6  # instants are kept in ticks, times in the document are not
ARTICLES = {"region": "a Region", "az": "an AZ", "node": "a node", "instance": "an instance (`node[0]`)", "edge": "an edge (`from->to`)"}


@dataclass(frozen=True)
class Reach:
    """What a fault's target comes to, as indices of the plan: instances, edges, and (from, to) pairs of places."""

    instances: list[int] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)  # of a node: those into it
    calls: list[int] = field(default_factory=list)  # of a node: those it makes
    paths: list[tuple[int, int]] = field(default_factory=list)
    by_kind: dict[str, list[int]] = field(default_factory=dict)  # of a place: its instances by the kind of their node


class Fault(Strict):
    """Something that happens to a target from ``at_s`` on, for ``for_s`` or until the end of the run."""

    label: ClassVar[str]
    summary: ClassVar[str]  # what it does, for the menu
    targets: ClassVar[tuple[TargetKind, ...]]
    behaviours: ClassVar[tuple[str, ...]] = ()  # of the nodes it may be put on; none for places and edges
    kinds: ClassVar[tuple[str, ...]] = ()  # of the nodes it may be put on, where a behaviour says too little; none: any kind
    group: ClassVar[str] = "Other"  # under which heading menus show it
    rank: ClassVar[int] = 50  # of what people reach for first the smallest
    library: ClassVar[str] = ""  # whose name for it the kind is, e.g. "AWS FIS"; menus show these apart
    not_on: ClassVar[dict[str, str]] = {}  # behaviour → why this cannot happen to such a node, where that is worth a word
    default_for_s: ClassVar[float] = 120.0

    id: Id | None = quantity(None, "", "Name of the fault, for expectations and variants.", label="Id")
    kind: str = ""
    target: str = quantity(..., "", "A Region, an AZ, a node, an instance `node[2]` or an edge `from->to`.", max_length=200)
    at_s: float = quantity(..., "s", "When it starts.", ge=0, le=LONGEST_S, label="Starts at")
    for_s: float | None = quantity(None, "s", "How long it lasts; without it, until the end of the run.", gt=0, le=LONGEST_S, label="Lasts")

    def model_post_init(self, _context: Any) -> None:
        """Keep ``kind`` in what is written out, also for faults made in Python where it is a default."""
        self.__pydantic_fields_set__.add("kind")

    @property
    def shown_target(self) -> str:
        """The target as lists and charts show it."""
        return self.target

    @property
    def end_s(self) -> float:
        """When it is over, in seconds; inf when it lasts."""
        return float("inf") if self.for_s is None else self.at_s + self.for_s

    def says(self) -> str:
        """What happens, as a clause without time: "web[2] crashes"."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What happens and when, as one sentence."""
        until = "until the end" if self.for_s is None else f"until {clock(self.end_s)}"
        return f"{self.says()}, from {clock(self.at_s)} {until}."

    def moments_s(self) -> tuple[float, ...]:
        """Instants between its start and its end at which it changes, in seconds; `Live.at_s` tells which has come."""
        return ()

    def apply(self, live: Live, reach: Reach) -> None:
        """Change the live configuration; called anew, with every other active fault, whenever any of them starts or ends."""
        raise NotImplementedError

    @property
    def until_s(self) -> float:
        """The end of what follows from it, in seconds: until then it is asked to `apply` itself, and knows the time from the `Live`."""
        return self.end_s

    def action(self, topology: Topology, number: Mapping[str, int]) -> Redrive | Replay | None:
        """What an operator does while it lasts; ``number``: the index of each node."""
        return None

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        """(field, what is wrong and what would be right) about the target."""
        try:
            target = topology.resolve(self.target)
        except UnknownTarget as problem:
            yield "target", str(problem)
            return
        fits = [ARTICLES[kind] for kind in self.targets]
        if target.kind not in self.targets:
            yield "target", f"{self.target!r} is {ARTICLES[target.kind].split(' (')[0]}; {self.kind} happens to {' or '.join(fits)}"
        elif target.kind == "edge" and topology.nodes[target.id.split("->")[1]].behaviour == "resolver":
            yield "target", "nothing passes over an edge to a resolver, calls go where its answers lead; name the edge from it to a target"
        elif target.kind in ("node", "instance"):
            yield from self._check_behaviour(topology, target)

    @classmethod
    def fits(cls, behaviour: str, kind: str) -> bool:
        """Whether it makes sense on a node of this kind that behaves like this."""
        return (not cls.behaviours or behaviour in cls.behaviours) and (not cls.kinds or kind in cls.kinds)

    def _check_behaviour(self, topology: Topology, target: Target) -> Iterator[tuple[str, str]]:
        node = topology.nodes[target.id]
        if not self.fits(node.behaviour, node.kind):
            fitting = [id for id, n in topology.nodes.items() if self.fits(n.behaviour, n.kind)]
            others = listed(fitting) if fitting else "no node here"
            why = f": {self.not_on[node.behaviour]}" if node.behaviour in self.not_on else ""
            yield "target", f"{self.kind} cannot happen to {node.id!r} ({node.label}){why}; it could happen to {others}"

    def paths(self, geography: Geography) -> set[tuple[str, str]]:
        """(from, to) pairs of places between which nothing passes; only a partition has any."""
        return set()


def clock(t_s: float) -> str:
    """Seconds as a timeline shows them: 2:05, 1:00:00, 0:00.5."""
    whole = int(t_s)
    part = f"{t_s - whole:.3f}".rstrip("0").rstrip(".")[1:]
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return (f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}") + part
