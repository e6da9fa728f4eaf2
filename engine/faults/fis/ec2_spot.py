"""Spot instances are taken back."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import SLACK_S, Reach, quantity
from engine.faults.fis.base import ACTIONS, Fis, first_share
from engine.live import BLACK_HOLE, Live

NOTICE_S = 120.0  # ACTIONS: a notice two minutes before


class SendSpotInstanceInterruptions(Fis):
    """A hint, two minutes before the end a notice, on which they get no new requests, and then the instances are gone. Their group replaces
    them when it has noticed, if it changes its size; else they come back when the fault is over."""

    kind: Literal["aws:ec2:send-spot-instance-interruptions"] = "aws:ec2:send-spot-instance-interruptions"
    label: ClassVar = "EC2: interrupt spot instances"
    summary: ClassVar = "Spot instances get two minutes' notice, and then they are gone."
    targets: ClassVar = ("node", "instance")
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 600.0

    share: float = quantity(0.5, "", "Share of the instances that are spot.", gt=0, le=1, assumption="half of a mixed group")
    before_s: float = quantity(120, "s", "From the hint to the end (durationBeforeInterruption); the notice comes two minutes before it.",
                               ge=120, le=900, label="Before", source=f"{ACTIONS}: 2 to 15 minutes")  # fmt: skip
    drains: bool = quantity(True, "", "On the notice they are taken off the lists of targets, and finish what they have.", label="Drains",
                            assumption="a handler of the notice, which a group without one lacks")  # fmt: skip

    def says(self) -> str:
        return f"{self.share:.0%} of {self.target} is spot and taken back after {self.before_s:g} s"

    def moments_s(self) -> tuple[float, ...]:
        instants = (self.at_s + self.before_s - NOTICE_S, self.at_s + self.before_s)
        return tuple(t for t in instants if self.at_s < t < self.end_s)

    def apply(self, live: Live, reach: Reach) -> None:
        since_s, some = live.at_s + SLACK_S - self.at_s, first_share(reach.instances, self.share)
        if self.drains and since_s >= self.before_s - NOTICE_S:
            live.withdrawn[some] = True
        if since_s >= self.before_s:
            live.take_down(some, BLACK_HOLE)
