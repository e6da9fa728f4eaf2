"""Regions and their Availability Zones: where things can sit and which AZ belongs to which Region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.fields import Id, Strict, quantity

OUTSIDE = "outside"  # the place of everything that is in no Region: clients


class Region(Strict):
    """A Region and its Availability Zones, left to right as the canvas draws its lanes."""

    id: Id = quantity(..., "", "Name of the Region, e.g. us-east-1.")
    azs: list[Id] = quantity(..., "", "Names of its Availability Zones, e.g. [us-east-1a, us-east-1b].", min_length=1, max_length=12)
    account_concurrency: int = quantity(
        1_000, "", "Environments all functions of the Region have together; what is reserved for one is taken from it.", ge=1, le=1_000_000,
        source="Lambda developer guide, quotas: 1 000 per Region",
    )  # fmt: skip


DEFAULT_REGION = Region(id="region-1", azs=["region-1a"])


@dataclass(frozen=True)
class Geography:
    """Answers questions about places; the first Region and its first AZ are where things go that do not say."""

    regions: Sequence[Region]

    @cached_property
    def region_of(self) -> dict[str, str]:
        """AZ id or Region id → Region id."""
        return {az: r.id for r in self.regions for az in r.azs} | {r.id: r.id for r in self.regions}

    @cached_property
    def azs_of(self) -> dict[str, list[str]]:
        """Region id → its AZs in order."""
        return {r.id: r.azs for r in self.regions}

    @property
    def first_region(self) -> str:
        """Where regional things sit unless told otherwise."""
        return self.regions[0].id

    @property
    def first_az(self) -> str:
        """Where zonal things sit unless told otherwise."""
        return self.regions[0].azs[0]

    @cached_property
    def azs(self) -> list[str]:
        """All AZs in document order."""
        return [az for r in self.regions for az in r.azs]

    def places(self) -> list[str]:
        """Every fault domain: all Regions, then all AZs."""
        return [r.id for r in self.regions] + self.azs

    def within(self, place: str) -> set[str]:
        """The place itself and, for a Region, its AZs."""
        return {place, *self.azs_of.get(place, ())}
