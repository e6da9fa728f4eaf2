"""Data transfer: between AZs, between Regions, to the internet; within an AZ it is free."""

from __future__ import annotations

from collections.abc import Iterator

from engine.cost.base import Line, infracost

CROSS_AZ = infracost(0.01, "GB", "2024-09-25")  # for each of the two directions it is billed in: leaving one AZ, entering the other
CROSS_REGION = infracost(0.02, "GB", "2024-09-25")
NEAR_REGION = infracost(0.01, "GB", "2024-09-25")  # between us-east-1 and us-east-2
INTERNET = ((10_240.0, infracost(0.09, "GB", "2024-09-25")), (40_960.0, infracost(0.085, "GB", "2024-09-25")),
            (float("inf"), infracost(0.07, "GB", "2024-09-25")))  # fmt: skip
NEAR = {"us-east-1", "us-east-2"}


def lines(cross_az_gb: float, cross_region_gb: dict[frozenset[str], float], internet_gb: float) -> Iterator[Line]:
    """The bill for GB carried between AZs, between Regions by pair, and out to the internet. No free tier is taken off."""
    if cross_az_gb:
        yield CROSS_AZ.of("Between AZs, out and in", 2 * cross_az_gb)
    for pair, gb in sorted(cross_region_gb.items(), key=lambda item: sorted(item[0])):
        if gb:
            yield (NEAR_REGION if pair == NEAR else CROSS_REGION).of(f"Between {' and '.join(sorted(pair))}", gb)
    for size, rate in INTERNET:
        part = min(internet_gb, size)
        if part > 0:
            yield rate.of("To the internet", part)
        internet_gb -= part
