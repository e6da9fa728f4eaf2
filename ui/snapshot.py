"""What the background thread hands over: one immutable picture of a run, finished or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.plan import Plan
from engine.results.columns import PerSecond
from engine.results.numbers import fields_of
from engine.series import Series
from ui.words import fault_label

if TYPE_CHECKING:
    from engine.document import Scenario
    from engine.results import Result


@dataclass(frozen=True)
class Snapshot:
    """A run as far as it has come. ``rev`` rises with each delivery of the same run; ``result`` stands still while the run goes on."""

    id: str
    rev: int
    scenario: Scenario
    result: Result
    final: bool
    branched_at_s: float | None
    seed: int
    variant: str | None = None
    branch_of: str | None = None  # id of the run it shares its beginning with

    @property
    def plan(self) -> Plan:
        """The lowered scenario."""
        return self.result.plan

    @property
    def series(self) -> Series:
        """The measurements, cut to the seconds reached."""
        return self.result.series

    @property
    def per_second(self) -> PerSecond:
        """Every per-second column, computed when first asked for."""
        return self.result.per_second

    @property
    def rows(self) -> int:
        """Number of whole seconds measured so far."""
        return int(self.series.reached_s)

    @property
    def objectives(self) -> dict[str, Any]:
        """The objectives that are set: availability, p99_s, rto_s, rpo_s."""
        return fields_of(self.scenario.objectives)

    @property
    def name(self) -> str:
        """What tells this run from another: its variant, its faults and its seed."""
        faults = self.plan.faults
        broken = f"{len(faults)} faults" if faults else "no faults"
        if len(faults) == 1:
            broken = f"{fault_label(faults[0].kind)} of {faults[0].target}"
        return f"{self.variant or 'as drawn'}, {broken}, seed {self.seed}"
