"""What actions of AWS FIS have in common: what they come to, and where their defaults are from."""

from __future__ import annotations

import math
from typing import ClassVar

from engine.faults.base import SLACK_S, Fault, Reach, quantity
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.topology import TargetKind

ACTIONS = "AWS FIS actions reference (2026)"
SCENARIOS = "AWS FIS scenario library (2026)"
DATABASE_REBOOT_S = 60.0  # an assumption: AWS documents no time


class Fis(Fault):
    """An action of AWS FIS."""

    library: ClassVar = "AWS FIS"
    targets: ClassVar[tuple[TargetKind, ...]] = ("node", "instance")
    default_for_s: ClassVar = 300.0


def first_share(instances: list[int], share: float) -> list[int]:
    """The first of them, as many as the share asks for, rounded up."""
    return instances[: math.ceil(share * len(instances) - 1e-9)]


class Gone(Fis):
    """The hosts go away: nobody answers, nobody refuses."""

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, BLACK_HOLE)


class Killed(Fis):
    """The processes end while their hosts stay: callers are refused."""

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances, REFUSED)


class Starved(Fis):
    """Something else uses the processors, the memory or the disk that the work needs."""

    factor: float = quantity(3, "×", "Service time is multiplied by this.", ge=1, le=1_000,
                             assumption="how much work slows depends on the work: try 1.5 to 10")  # fmt: skip

    def says(self) -> str:
        return f"{self.target} takes {self.factor:g} times as long: something else uses its resources"

    def apply(self, live: Live, reach: Reach) -> None:
        live.slow[reach.instances] *= self.factor


class Delayed(Fis):
    """What the node sends arrives later: its answers, and its own calls."""

    targets: ClassVar = ("node",)

    add_s: float = quantity(0.2, "s", "Added to every message it sends (delayMilliseconds).", gt=0, le=3_600, label="Delay",
                            source=f"{ACTIONS}: delayMilliseconds is 200")  # fmt: skip

    def says(self) -> str:
        return f"Everything {self.target} sends takes {self.add_s:g} s longer"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_add_s[[*reach.edges, *reach.calls]] += self.add_s


class Lossy(Fis):
    """A share of what the node sends is lost: answers to its callers, requests to what it calls."""

    targets: ClassVar = ("node",)

    share: float = quantity(0.07, "", "Share of the messages it sends that are lost (lossPercent).", gt=0, le=1, label="Loss",
                            source=f"{ACTIONS}: lossPercent is 7")  # fmt: skip

    def says(self) -> str:
        return f"{self.share:.0%} of what {self.target} sends is lost"

    def apply(self, live: Live, reach: Reach) -> None:
        live.lose_on_edges(reach.edges, self.share, requests=False)
        live.lose_on_edges(reach.calls, self.share, answers=False)


class Deaf(Fis):
    """What comes in on the port is dropped: callers hear nothing."""

    targets: ClassVar = ("node",)

    def says(self) -> str:
        return f"Whatever is sent to {self.target} is dropped"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.edges, 0] = True


class Cut(Fis):
    """Nothing passes over the edge, neither way."""

    targets: ClassVar = ("edge",)

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.edges] = True


class Turned(Fis):
    """A share of calls is answered with an error at once."""

    share: float = quantity(1, "", "Share of the calls it happens to (percentage).", gt=0, le=1, source=f"{ACTIONS}: 100 %")


class Failing(Turned):
    """The error is a failure."""

    def apply(self, live: Live, reach: Reach) -> None:
        live.add_errors(reach.instances, self.share)


class Throttling(Turned):
    """The error says: too many requests."""

    def apply(self, live: Live, reach: Reach) -> None:
        live.throttle(reach.instances, self.share)


class Unlaunchable(Turned):
    """A share of the calls that launch instances fails; the group looks again after its check interval."""

    targets: ClassVar[tuple[TargetKind, ...]] = ("node", "instance")
    kinds: ClassVar = ("ec2_asg",)
    default_for_s: ClassVar = 600.0

    def apply(self, live: Live, reach: Reach) -> None:
        live.fail_launches(reach.instances, self.share)


class Stepped(Fis):
    """Something that gets worse in steps of five minutes, up to the most."""

    targets: ClassVar = ("node",)
    steps: ClassVar = 3
    default_for_s: ClassVar = 900.0

    step_s: float = quantity(300, "s", "How long each of three rising steps lasts, the last until the end.", gt=0, le=14_400, label="Step",
                             source=f"{SCENARIOS}: 5 minutes per step; how many and how high they are is an assumption")  # fmt: skip

    def moments_s(self) -> tuple[float, ...]:
        return tuple(t for k in range(1, self.steps) if (t := self.at_s + k * self.step_s) < self.end_s)

    def part(self, live: Live) -> float:
        """How much of the most has come, a third at first."""
        since_s = live.at_s + SLACK_S - self.at_s
        return min(self.steps, 1 + since_s // self.step_s) / self.steps


class SteppedStarved(Stepped):
    """Something else uses more and more of the processors, the memory or the disk."""

    factor: float = quantity(3, "×", "In the last step service time is multiplied by this; before, by a third and two thirds of it.",
                             ge=1, le=1_000, assumption="how much work slows depends on the work: try 1.5 to 10")  # fmt: skip

    def says(self) -> str:
        return f"{self.target} takes longer step by step, {self.factor:g} times as long in the end"

    def apply(self, live: Live, reach: Reach) -> None:
        live.slow[reach.instances] *= 1 + (self.factor - 1) * self.part(live)


class SteppedDelayed(Stepped):
    """What the node sends arrives later and later."""

    add_s: float = quantity(0.2, "s", "In the last step added to every message it sends.", gt=0, le=3_600, label="Delay",
                            assumption="as much as the network action adds")  # fmt: skip

    def says(self) -> str:
        return f"What {self.target} sends takes longer step by step, {self.add_s:g} s in the end"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_add_s[[*reach.edges, *reach.calls]] += self.add_s * self.part(live)


class SteppedGone(Stepped):
    """More and more of it is gone."""

    share: float = quantity(0.75, "", "In the last step this share is gone; before, a third and two thirds of it.", gt=0, le=1,
                            assumption="a quarter more with each step")  # fmt: skip
    how: ClassVar[int] = BLACK_HOLE

    def says(self) -> str:
        return f"{self.target} loses instances step by step, {self.share:.0%} in the end"

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(first_share(reach.instances, self.share * self.part(live)), self.how)


class Paused(Fis):
    """Replication stops, but not at once: what is on its way still goes through for ``delay_s``."""

    targets: ClassVar = ("node",)

    delay_s: float = 0.0

    def says(self) -> str:
        return f"Replication of {self.target} is told to stop"

    def moments_s(self) -> tuple[float, ...]:
        return (self.at_s + self.delay_s,) if self.at_s + self.delay_s < self.end_s else ()

    def apply(self, live: Live, reach: Reach) -> None:
        if live.at_s + SLACK_S >= self.at_s + self.delay_s:
            live.paused[reach.instances] = True


class Promoted(Fis):
    """The writer goes away for as long as a restart takes. The controller learns of it by its own monitor, and promotes."""

    targets: ClassVar = ("node", "instance")
    default_for_s: ClassVar = DATABASE_REBOOT_S

    def apply(self, live: Live, reach: Reach) -> None:
        live.take_down(reach.instances[:1], REFUSED)
