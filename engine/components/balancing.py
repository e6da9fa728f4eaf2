"""What all load balancers have in common, whoever makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from engine.components.base import RegionPlaced, quantity
from engine.geography import Geography

TARGET_GROUP = "CloudFormation reference, TargetGroupAttribute"
RAMPING = ("round_robin", "random", "weighted")  # algorithms a slow start goes with: in them a target has a share


class Balancing(RegionPlaced):
    """Forwards each request to one of the instances behind its edges."""

    behaviour: ClassVar = "balancer"
    algorithm: Any

    slow_start_s: float = quantity(0, "s", "The share of a target that is new or healthy again grows to the full one for so long; "
                                   "0: at once.", ge=0, le=900, label="Slow start",
                                   source=f"{TARGET_GROUP}: slow_start.duration_seconds is 0, off")  # fmt: skip

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.slow_start_s and self.algorithm not in RAMPING:
            yield "slow_start_s", f"does not go with {self.algorithm}; use one of {', '.join(RAMPING)}, or 0"
