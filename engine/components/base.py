"""What every kind of node has in common: who it is, where it sits, how it becomes a behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from engine.behaviours import Behaviour, CallPolicy, Retries
from engine.fields import Id, Strict, listed, quantity
from engine.geography import Geography

__all__ = ["CATEGORIES", "AzPlaced", "Component", "Limit", "Placed", "RegionPlaced", "TIERS", "quantity"]

Placing = Literal["outside", "region", "azs", "az"]
TIERS = ("clients", "edge", "balancer", "compute", "cache", "data", "async")  # top to bottom on the canvas
CATEGORIES = (  # of the palette, in its order
    "Traffic", "Edge and DNS", "Entry", "Network", "Compute", "Messaging", "Caches", "Databases", "Storage", "Building blocks",
)  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """A bound of the real service: how it answers beyond it, and how that comes out here (``here`` empty: it is not simulated)."""

    what: str
    answer: str
    here: str = ""
    source: str = ""  # empty: an assumption


class Component(Strict):
    """A node of the document. Subclasses add their fields, what the palette says about them, and their lowering."""

    label: ClassVar[str]
    category: ClassVar[str]
    glyph: ClassVar[str]
    summary: ClassVar[str]
    placement: ClassVar[Placing]
    behaviour: ClassVar[
        Literal["source", "balancer", "station", "cache", "store", "limiter", "function", "queue", "resolver", "topic"]
    ]
    tier: ClassVar[str]
    unplaced: ClassVar[Placing]  # where it is without a word: in all AZs of the first Region, or one
    create: ClassVar[dict[str, Any]] = {}  # fields written into the document when the canvas creates one
    hidden: ClassVar[frozenset[str]] = frozenset()  # fields that mean nothing for this kind and are not offered
    az_loss: ClassVar[str] = "Its instances in the AZ fall silent and come back empty; those in other AZs go on."
    region_loss: ClassVar[str] = "Everything of it in the Region falls silent until the Region is back."
    control_loss: ClassVar[str] = "Nothing changes: it has no control plane of its own."
    limits: ClassVar[tuple[Limit, ...]] = ()
    legacy_retries: ClassVar[Retries] = (5, 1.0, "full")  # attempts in all, s of the first wait and its jitter, of boto3 in its legacy mode
    largest_request_kb: ClassVar[float | None] = None  # it refuses larger ones; None: it takes any
    left_out: ClassVar[str] = ""  # what of the real service is not simulated, in a sentence or two
    call_timeout_s: ClassVar[float] = 60.0  # of outgoing edges that do not say
    call_timeout_source: ClassVar[str] = "assumption: as long as boto3 waits for an answer (botocore 1.43, config.py: 60 s)"

    id: Id = quantity(..., "", "Name of the node, used by edges and faults.", label="Id")
    kind: str = ""
    name: str | None = quantity(None, "", "Shown on the card instead of the id.", max_length=80)

    def model_post_init(self, _context: Any) -> None:
        """Keep ``kind`` in what is written out, also for nodes made in Python where it is a default."""
        self.__pydantic_fields_set__.add("kind")

    @property
    def shown_name(self) -> str:
        """What people read: the name if there is one, else the id."""
        return self.name or self.id

    def sits(self, geography: Geography) -> tuple[str, ...]:
        """The place of each instance, in instance order: an AZ, a Region, or outside."""
        raise NotImplementedError

    def most_instances(self) -> int:
        """How many instances it can have; for limits of size, before its places are known to be sound."""
        return getattr(self, "instances", 1) * getattr(self, "partitions", 1) * (1 + len(getattr(self, "replica_azs", None) or ()))

    def environments(self, geography: Geography) -> tuple[str, int, int] | None:
        """(Region, most at once, how many of them reserved) of what runs in an account's environments on demand; None of all others."""
        return None

    def readers_at_once(self) -> int | None:
        """How many batches a function that consumes from here reads at once; None: as many as its pollers."""
        return None

    def session_count(self) -> int:
        """Users it has who come back."""
        return 0

    def lower(self, geography: Geography) -> Behaviour:
        """The behaviour this node has, with every default filled in."""
        raise NotImplementedError

    def treat(self, policy: CallPolicy, said: set[str], callee: Component) -> CallPolicy:
        """The policy of an edge from here, with defaults of this kind for the fields the edge has not ``said``."""
        return policy

    @classmethod
    def refuses_caller(cls, caller: type[Component]) -> str | None:
        """Why a node of another kind cannot call this one, as a clause, beyond what behaviours say; None when it can."""
        return None

    @classmethod
    def refuses_callee(cls, callee: type[Component]) -> str | None:
        """Why this cannot call a node of another kind, as a clause, beyond what behaviours say; None when it can."""
        return None

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        """(field, what is wrong and what would be right) for everything that single fields cannot tell."""
        yield from ()

    def may_be_stale(self) -> bool:
        """Whether it has copies that can be read and may lack the latest write."""
        return False

    def needs_edges(self) -> Iterator[str]:
        """Fields in use that mean something only for a node that makes calls of its own."""
        yield from ()

    def refuses_edges(self) -> Iterator[str]:
        """Fields in use that mean something only for a node that makes no calls of its own."""
        yield from ()

    def origins(self) -> tuple[str, str] | None:
        """(field, id) of the second of two nodes it calls, which is asked only when the first has failed."""
        return None

    def stands_alone(self) -> bool:
        """Of a cache: whether its callers use it as a store, with nothing behind it."""
        return False

    def names(self) -> Iterator[tuple[str, str, str]]:
        """(field, id, behaviour) of every other node that a field names, with the behaviour that node must have."""
        yield from ()


class Placed(Component):
    """Sits in a Region, or in Availability Zones of it: both words of the format are understood for every kind."""

    region: str | None = quantity(None, "", "The Region it is in; the first one unless told otherwise.", widget="region")
    azs: list[str] | None = quantity(None, "", "The Availability Zones its instances are spread over.", widget="azs", label="AZs",
                                     min_length=1, max_length=24)  # fmt: skip
    one_region: ClassVar[bool] = True
    spans_azs: ClassVar[bool] = False  # kept up by its provider in several AZs, whichever is lost; there is no AZ to choose

    def home(self, geography: Geography) -> str:
        """Id of its Region; of the first one as long as its AZ is unknown, which is a problem of its own."""
        return self.region or (geography.region_of.get(self.azs[0], geography.first_region) if self.azs else geography.first_region)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        azs, region = self.azs or [], self.region
        if region is not None and region not in geography.azs_of:
            yield "region", f"there is no Region {region!r}; the Regions are {listed(geography.azs_of)}"
        for az in azs:
            if az in geography.azs_of:
                yield "azs", f"{az!r} is a Region, not an AZ; its AZs are {listed(geography.azs_of[az])}"
            elif az not in geography.azs:
                yield "azs", f"there is no AZ {az!r} in any Region; the AZs are {listed(geography.azs)}"
        if azs and self.spans_azs:
            yield "azs", f"{self.label} spans the AZs of its Region by itself; give `region` instead, or leave both out"
        for az in sorted({az for az in azs if azs.count(az) > 1}):
            yield "azs", f"{az!r} is named more than once; name each AZ once"
        yield from self._check_regions(geography)

    def _check_regions(self, geography: Geography) -> Iterator[tuple[str, str]]:
        """AZs and Region must agree."""
        regions = list(dict.fromkeys(geography.region_of[az] for az in self.azs or () if az in geography.region_of))
        if self.region in geography.azs_of and regions and regions != [self.region]:
            yield "azs", f"these AZs are in {' and '.join(regions)}, and the node's region is {self.region}; leave one of the two out"
        elif self.one_region and len(regions) > 1:
            yield "azs", f"{self.label} lies in one Region, these AZs are in {' and '.join(regions)}; use one node per Region"


class RegionPlaced(Placed):
    """One endpoint of a Region. Spread over several AZs it survives the loss of any of them; in a single one it goes with it."""

    unplaced: ClassVar[Placing] = "region"

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return (self.azs[0],) if self.azs and len(self.azs) == 1 and not self.spans_azs else (self.home(geography),)


class AzPlaced(Placed):
    """Instances in Availability Zones. With a Region only, they belong to the Region as a whole and no AZ takes them down."""

    unplaced: ClassVar[Placing] = "az"
    one_region: ClassVar = False

    def home_azs(self, geography: Geography) -> list[str]:
        """Where its instances sit, in order; without a word, the first Region's first AZ."""
        return self.azs or [self.region or geography.first_az]

    def spread(self, geography: Geography, instances: int) -> tuple[str, ...]:
        """Place of each instance: round robin over the AZs in order, so that no AZ has two more than another."""
        azs = self.home_azs(geography)
        return tuple(azs[i % len(azs)] for i in range(instances))
