"""The scenario document as pydantic models. `engine.document.parse` reads one and also checks what its parts mean together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, model_validator

from engine.components import COMPONENTS, Component
from engine.document.edges import Edge
from engine.document.limits import MOST_EXPECTATIONS, MOST_VARIANTS
from engine.document.network import Network
from engine.document.patterns import PATTERNS, PatternId
from engine.faults import FAULTS, Fault
from engine.fields import LONGEST_S, Id, OneKindOf, Strict, quantity, spoken
from engine.geography import DEFAULT_REGION, Geography, Region
from engine.topology import Topology

if TYPE_CHECKING:
    AnyComponent = Component
    AnyFault = Fault
else:
    AnyComponent = Annotated[Component, OneKindOf(COMPONENTS)]
    AnyFault = Annotated[Fault, OneKindOf(FAULTS)]

Coordinate = Annotated[float, Field(ge=-1_000_000, le=1_000_000)]


class Reading(Strict):
    """A source for the curious."""

    title: str = quantity(..., "", "What it is.", max_length=300)
    url: str = quantity(..., "", "Where it is.", max_length=2_000)


class Objectives(Strict):
    """What the system has promised. Shown beside the result; `check` judges them only when ``enforce`` is on."""

    availability: float | None = quantity(None, "", "Least share of requests answered, 0 to 1.", ge=0, le=1)
    p99_s: float | None = quantity(None, "s", "Longest 99th percentile of latency.", gt=0, le=LONGEST_S, label="p99")
    rto_s: float | None = quantity(None, "s", "Longest time from a fault's start to restored service.", ge=0, le=LONGEST_S, label="RTO")
    rpo_s: float | None = quantity(None, "s", "Oldest acknowledged write that may be lost.", ge=0, le=LONGEST_S, label="RPO")
    enforce: bool = quantity(False, "", "Whether `check` fails when one is missed.")


class Expectation(Strict):
    """A number the run must show: a metric, of what, in which window, between which bounds, and why."""

    metric: str = quantity(..., "", "Any total or per-second series of the run.", max_length=80)
    node: str | None = quantity(None, "", "Node it belongs to.")
    edge: str | None = quantity(None, "", "Edge it belongs to, `from->to`.")
    fault: str | None = quantity(None, "", "Fault it belongs to, by id.")
    from_s: float | None = quantity(None, "s", "Start of the window.", ge=0, le=LONGEST_S, label="From")
    to_s: float | None = quantity(None, "s", "End of the window.", gt=0, le=LONGEST_S, label="To")
    at_least: float | None = quantity(None, "", "Lower bound, allowed itself.")
    at_most: float | None = quantity(None, "", "Upper bound, allowed itself.")
    because: str | None = quantity(None, "", "Why this must be so.", max_length=2_000)

    @model_validator(mode="before")
    @classmethod
    def _whole_reason(cls, data: Any) -> Any:
        """Put together what other YAML readers tear apart at commas: `because: first this` beside an empty `then that`."""
        if not isinstance(data, dict) or not isinstance(data.get("because"), str):
            return data
        torn = [key for key, value in data.items() if value is None and isinstance(key, str) and " " in key]
        rest = {key: value for key, value in data.items() if key not in torn}
        return rest | {"because": ", ".join([data["because"], *torn])}

    def check(self, duration_s: float) -> Iterator[tuple[str, str]]:
        """(field, problem) for what single fields cannot tell, in a run of this length."""
        if self.at_least is None and self.at_most is None:
            yield "at_least", "is missing; say `at_least`, `at_most` or both"
        elif self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield "at_least", f"{spoken(self.at_least)} is more than at_most {spoken(self.at_most)}; no value is both"
        if self.from_s is not None and self.to_s is not None and self.from_s >= self.to_s:
            yield "to_s", f"must be later than from_s = {self.from_s:g}, not {self.to_s:g}"
        if self.from_s is not None and self.from_s >= duration_s:
            yield "from_s", f"must be before the end of the run at {duration_s:g} s, not {self.from_s:g}"


class Change(Strict):
    """What a variant changes, by id; ``null`` removes. A field that is named replaces the base's whole value of that field."""

    nodes: dict[str, dict[str, Any] | None] = quantity({}, "", "Node id → fields.")
    edges: dict[str, dict[str, Any] | None] = quantity({}, "", "`from->to` → fields.")
    faults: dict[str, dict[str, Any] | None] = quantity({}, "", "Fault id → fields.")
    network: dict[str, Any] | None = quantity(None, "", "Fields of the network.")
    seed: Any = quantity(None, "", "Another seed.")
    duration_s: Any = quantity(None, "s", "Another length.")
    warmup_s: Any = quantity(None, "s", "Another warm-up.")


class Variant(Strict):
    """The same story with the smallest change that teaches something."""

    id: Id = quantity(..., "", "Name of the variant.")
    title: str | None = quantity(None, "", "What is different, in a few words.", max_length=200)
    story: str | None = quantity(None, "", "What to watch for.", max_length=10_000)
    change: Change = quantity(Change(), "", "What is different, by id.")
    expect: list[Expectation] | None = quantity(None, "", "Replaces the base's expectations.", max_length=MOST_EXPECTATIONS)


class Scenario(Strict):
    """A whole document. Equal documents run to equal bytes."""

    faultline: int = quantity(..., "", "Version of the document format, 1.", ge=1, le=1)
    title: str = quantity("Untitled", "", "A few words.", max_length=200)
    story: str = quantity("", "", "One paragraph a reader needs before pressing play.", max_length=10_000)
    patterns: list[PatternId] = quantity([], "", "Ids of the patterns it shows, the first one first of all; presets are grouped by them.",
                                         max_length=len(PATTERNS))  # fmt: skip
    reading: list[Reading] = quantity([], "", "Sources.", max_length=50)
    seed: int = quantity(1, "", "Same document and seed, same run.", ge=0, le=2**63 - 1)
    duration_s: float = quantity(600, "s", "Simulated time.", gt=0, le=LONGEST_S, label="Duration",
                                 assumption="ten minutes show most stories")  # fmt: skip
    warmup_s: float = quantity(0, "s", "Left out of totals, shown in charts.", ge=0, le=LONGEST_S, label="Warm-up")
    regions: list[Region] = quantity([DEFAULT_REGION], "", "Regions and their AZs; without any, one Region with one AZ.", max_length=40)
    network: Network = quantity(Network(), "", "Round-trip times.")
    nodes: list[AnyComponent] = quantity(..., "", "The list of what there is.")
    edges: list[Edge] = quantity([], "", "Who calls whom.")
    faults: list[AnyFault] = quantity([], "", "What goes wrong, when and for how long.")
    objectives: Objectives = quantity(Objectives(), "", "What was promised.")
    expect: list[Expectation] = quantity([], "", "What the run must show.", max_length=MOST_EXPECTATIONS)
    variants: list[Variant] = quantity([], "", "The same story, a little different.", max_length=MOST_VARIANTS)
    layout: dict[str, Annotated[tuple[Coordinate, Coordinate], Field(strict=False)]] = quantity(
        {}, "px", "Top-left corner per node id or Region id; laid out when missing.", max_length=2_000)  # fmt: skip

    @cached_property
    def geography(self) -> Geography:
        """Where things can sit."""
        return Geography(self.regions or [DEFAULT_REGION])

    @cached_property
    def topology(self) -> Topology:
        """Questions about calls and places."""
        return Topology(self.nodes, self.edges, self.geography)

    def node(self, id: str) -> Component:
        """The node with this id; KeyError when there is none."""
        return self.topology.nodes[id]

    def fault_ids(self) -> list[str]:
        """An id for each fault, see `fault_ids`."""
        return fault_ids([(fault.id, fault.kind) for fault in self.faults])

    def to_dict(self) -> dict[str, Any]:
        """The document as plain JSON-able data: what was written, without defaults, in canonical key order."""
        plain: dict[str, Any] = _whole_numbers(self.model_dump(mode="json", by_alias=True, exclude_unset=True))
        return plain

    def variant(self, id: str) -> Scenario:
        """This scenario with a variant's change applied and validated; `ScenarioError` when there is no such variant."""
        from engine.document.variants import variant  # here, because applying a change parses a document again

        return variant(self, id)


def fault_ids(faults: Sequence[tuple[str | None, str]]) -> list[str]:
    """For each fault's (id, kind) its id, else its kind and number, e.g. ``slow-2`` for the second fault of the document."""
    taken = {id for id, _ in faults if id}
    ids = []
    for number, (own, kind) in enumerate(faults, 1):
        id = own or f"{kind}-{number}"
        while own is None and id in taken:
            id += "-x"
        ids.append(id)
    return ids


def _whole_numbers(value: Any) -> Any:
    """400.0 as 400, the way people write it; bool and text stay."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
