"""Round-trip times between places, and the measured table of Region pairs."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from engine.fields import Strict, close_to, listed, quantity

UNKNOWN_PAIR_S = 0.1  # assumption: between two Regions the table does not know, about half way round the world
OVERHEAD_S = 0.003  # the measurements include request handling: the same source shows 3 to 6 ms inside one Region


class Network(Strict):
    """Round trips in seconds; one way takes half. Zero is allowed."""

    same_az_s: float = quantity(0.0003, "s", "Within an AZ.", ge=0, le=60, assumption="AWS says generally below 1 ms")
    cross_az_s: float = quantity(0.001, "s", "Between AZs of a Region, and to a regional endpoint.", ge=0, le=60,
                                 assumption="AWS says single-digit ms; AZs are at most 100 km apart")  # fmt: skip
    client_s: float = quantity(0.040, "s", "Between clients and a Region.", ge=0, le=60, assumption="same country, 20 to 40 ms")
    jitter: float = quantity(0, "", "Each message takes up to this share of its one-way time more or less, uniformly.", ge=0, le=1,
                             assumption="none: the same document without randomness of the network")  # fmt: skip
    between_regions_s: dict[str, Annotated[float, Field(ge=0, le=60)]] = quantity(
        {}, "s", "Between two Regions, as `a/b: seconds`; measured medians where not given.",
        source="cloudping.co medians of 2025-07, both directions averaged, less 3 ms of request handling", max_length=500)  # fmt: skip

    def between_s(self, a: str, b: str) -> float:
        """Round trip between two Regions: the document's value, else the measured one, else the assumption for unknown pairs."""
        for key in (f"{a}/{b}", f"{b}/{a}"):
            if key in self.between_regions_s:
                return self.between_regions_s[key]
        return measured_rtt_s().get(frozenset((a, b)), UNKNOWN_PAIR_S)

    def check(self, regions: Collection[str]) -> Iterator[tuple[str, str]]:
        """(path below ``network``, problem). Names are those of the document's Regions, or of real ones: a table may be shared."""
        for key, value in self.between_regions_s.items():
            path, parts = f"between_regions_s.{key}", key.split("/")
            if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
                yield path, "must name two different Regions as `us-east-1/eu-west-1`"
                continue
            for name in parts:
                if name not in regions and name not in measured_regions():
                    known = close_to(name, [*regions, *measured_regions()])
                    yield path, f"there is no Region {name!r}{known}; the Regions are {listed(regions)}"
            other = self.between_regions_s.get(f"{parts[1]}/{parts[0]}", value)
            if other != value and parts[0] < parts[1]:
                yield path, f"says {value:g} and the other direction says {other:g}; a round trip is the same both ways, give one"


@cache
def measured_regions() -> frozenset[str]:
    """Names of the Regions in the measured table."""
    return frozenset(name for pair in measured_rtt_s() for name in pair)


@cache
def measured_rtt_s() -> dict[frozenset[str], float]:
    """Pair of Regions → network round trip in seconds: both directions averaged, less the measurement's overhead."""
    text = files("engine.document").joinpath("region_rtt_ms.csv").read_text("utf-8")
    rows = list(csv.reader(line for line in text.splitlines() if line and not line.startswith("#")))
    names = rows[0][1:]
    ms = {(row[0], to): float(cell) for row in rows[1:] for to, cell in zip(names, row[1:], strict=True) if cell}
    return {frozenset((a, b)): (ms[a, b] + ms[b, a]) / 2 / 1000 - OVERHEAD_S for a, b in ms}
