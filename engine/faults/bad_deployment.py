"""A new version goes out in batches; it is worse than the old one. The end of the fault is the rollback."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from engine.faults.base import SLACK_S, Fault, Reach, quantity
from engine.fields import LONGEST_S
from engine.live import Live


class BadDeployment(Fault):
    """Batch by batch, instances are taken out of service, come back with the new version, and fail or dawdle with it. At the end all of
    them have the old version again, at once. With no errors and a factor of 1 it is a deployment that only costs capacity."""

    kind: Literal["bad_deployment"] = "bad_deployment"
    label: ClassVar = "Bad deployment"
    group: ClassVar = "Errors"
    summary: ClassVar = "A new version goes out in batches and fails a share of its requests, until it is rolled back."
    targets: ClassVar = ("node",)
    behaviours: ClassVar = ("station",)
    default_for_s: ClassVar = 300.0

    share: float = quantity(1, "", "Share of the instances that get the new version, 0 to 1.", gt=0, le=1, label="Share of instances",
                            assumption="all of them")  # fmt: skip
    error_share: float = quantity(0.3, "", "Share of the new version's requests that fail, 0 to 1.", ge=0, le=1, label="Errors",
                                  assumption="one path in three is broken")  # fmt: skip
    factor: float = quantity(1, "×", "The new version's service time is multiplied by this.", ge=1, le=10_000, label="Slower by",
                             assumption="broken, not slow")  # fmt: skip
    batches: int = quantity(4, "", "The instances get it in so many groups, one after the other.", ge=1, le=100, label="Batches",
                            assumption="a quarter at a time")  # fmt: skip
    over_s: float = quantity(120, "s", "From the first batch until the last would be followed by another.", ge=0, le=LONGEST_S,
                             label="Rolled out over", assumption="half a minute a batch")  # fmt: skip
    out_s: float = quantity(20, "s", "How long a batch is out of service while it changes.", ge=0, le=LONGEST_S, label="Out of service",
                            assumption="stop, start, first check")  # fmt: skip

    def says(self) -> str:
        harm = [f"{self.error_share:.0%} of its requests fail"] * (self.error_share > 0) + [f"takes {self.factor:g} times as long"] * (
            self.factor > 1
        )
        return f"A new version of {self.target} goes out in {self.batches} batches" + (f": it {' and '.join(harm)}" if harm else "")

    def starts_s(self) -> list[float]:
        """When each batch is taken out of service."""
        return [self.at_s + k * self.over_s / self.batches for k in range(self.batches)]

    def moments_s(self) -> tuple[float, ...]:
        changes = {t + out_s for t in self.starts_s() for out_s in (0.0, self.out_s)}
        return tuple(sorted(t for t in changes if self.at_s < t < self.end_s))

    def apply(self, live: Live, reach: Reach) -> None:
        some = [i for k, i in enumerate(reach.instances) if math.floor((k + 1) * self.share) > math.floor(k * self.share)]
        starts_s = self.starts_s()
        for k, i in enumerate(some):
            since_s = live.at_s - starts_s[k * self.batches // len(some)] + SLACK_S
            live.flushes[i] += since_s >= 0
            if since_s >= self.out_s:
                live.add_errors([i], self.error_share)
                live.slow[i] *= self.factor
            elif since_s >= 0:
                live.withdrawn[i] = True
