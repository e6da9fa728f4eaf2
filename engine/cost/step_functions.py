"""Step Functions: by the transition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import Line, Price, Use, infracost


class StepFunctionsPrice(Price):
    """Standard workflows: an execution starts, each task is a transition, and it ends."""

    kinds: ClassVar = ("step_functions",)
    rate: ClassVar = infracost(0.025, "transition", "2024-07-01", per=1e3)
    left_out: ClassVar = "Choices and waits between the tasks, express workflows, the first 4,000 transitions a month."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.rate.of("State transitions", 2 * use.requests + use.deliveries)
