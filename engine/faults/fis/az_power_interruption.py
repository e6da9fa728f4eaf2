"""The FIS scenario "AZ Availability: Power Interruption" with all that follows from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import SLACK_S, Reach, quantity
from engine.faults.fis.base import SCENARIOS, Fis
from engine.live import BLACK_HOLE, Live

SHIFT_AFTER_S, SHIFT_FOR_S = 300.0, 1_500.0  # SCENARIOS: at minute 5, for 25 minutes


class AzPowerInterruption(Fis):
    """Everything zonal in the AZ is off, nothing can be launched there, databases and caches fail over by their own monitors; in minute
    five the traffic is shifted away; and when the power is back, one volume hangs for as long again."""

    kind: Literal["fis:az-power-interruption"] = "fis:az-power-interruption"
    label: ClassVar = "AZ Availability: Power Interruption"
    summary: ClassVar = "Instances off, no launches, failovers, a shift after five minutes, and a disk that hangs afterwards."
    targets: ClassVar = ("az",)
    default_for_s: ClassVar = 1_800.0

    shift: bool = quantity(True, "", "Traffic is shifted away from the AZ in minute five, for 25 minutes.", label="Autoshift",
                           source=SCENARIOS)  # fmt: skip
    recovery_s: float = quantity(1_800, "s", "How long one volume hangs after the power is back; 0: none does.", ge=0, le=43_200,
                                 label="Recovery symptoms", source=f"{SCENARIOS}: 30 minutes")  # fmt: skip
    stall_s: float = quantity(60, "s", "How long work that needs that volume hangs.", gt=0, le=3_600, label="Stall",
                              assumption="longer than most callers wait")  # fmt: skip

    def says(self) -> str:
        return f"The power of {self.target} is interrupted: instances stop, launches fail, databases and caches fail over"

    def moments_s(self) -> tuple[float, ...]:
        return (self.at_s + SHIFT_AFTER_S, self.at_s + SHIFT_AFTER_S + SHIFT_FOR_S) if self.shift else ()

    @property
    def until_s(self) -> float:
        return self.end_s + self.recovery_s

    def apply(self, live: Live, reach: Reach) -> None:
        since_s = live.at_s + SLACK_S - self.at_s
        if self.shift and SHIFT_AFTER_S <= since_s < SHIFT_AFTER_S + SHIFT_FOR_S:
            live.shifted[reach.instances] = True
        if live.at_s + SLACK_S < self.end_s:
            live.take_down(reach.instances, BLACK_HOLE)
            live.no_launch[reach.instances] = True
        else:  # the volume of one EC2 instance there, where there is any
            live.extra_s[reach.by_kind.get("ec2_asg", [])[:1]] += self.stall_s
