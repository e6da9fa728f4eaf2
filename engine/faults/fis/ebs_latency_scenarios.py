"""The FIS scenarios of latency of EBS volumes. A request is taken for one I/O, and its work waits for that."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import SLACK_S, Reach, quantity
from engine.faults.fis.base import Fis
from engine.live import Live


class Latent(Fis):
    """A share of the I/O takes longer, for as long as each step lasts."""

    kinds: ClassVar = ("ec2_asg", "rds")
    default_for_s: ClassVar = 900.0
    latencies_s: ClassVar[tuple[float, ...]]
    reads: ClassVar[float]  # shares of the reads and of the writes
    writes: ClassVar[float]

    write_share: float = quantity(0.5, "", "Share of the I/O that writes.", ge=0, le=1, label="Writes", assumption="as many as reads")

    def says(self) -> str:
        worst = max(self.latencies_s)
        return f"{self.share():.1%} of the I/O of {self.target} takes up to {worst:g} s longer"

    def share(self) -> float:
        """Of all I/O."""
        return self.reads * (1 - self.write_share) + self.writes * self.write_share

    def step_s(self) -> float:
        """The steps share the scenario's 15 minutes evenly. Published for the five of some; of the three of others it is assumed."""
        return self.default_for_s / len(self.latencies_s)

    def moments_s(self) -> tuple[float, ...]:
        return tuple(t for k in range(1, len(self.latencies_s)) if (t := self.at_s + k * self.step_s()) < self.end_s)

    def apply(self, live: Live, reach: Reach) -> None:
        step = min(len(self.latencies_s) - 1, (live.at_s + SLACK_S - self.at_s) // self.step_s())
        live.add_spikes(reach.instances, self.share(), self.latencies_s[int(step)])


class EbsSustainedLatency(Latent):
    """Half of the reads and all writes take half a second longer."""

    kind: Literal["fis:ebs-sustained-latency"] = "fis:ebs-sustained-latency"
    label: ClassVar = "EBS: Sustained Latency"
    summary: ClassVar = "Half of the reads and all writes of the volume take half a second longer."
    latencies_s: ClassVar = (0.5,)
    reads: ClassVar = 0.5
    writes: ClassVar = 1.0


class EbsIncreasingLatency(Latent):
    """A tenth of the reads and a quarter of the writes take longer with each of five steps, from 50 ms to 15 s."""

    kind: Literal["fis:ebs-increasing-latency"] = "fis:ebs-increasing-latency"
    label: ClassVar = "EBS: Increasing Latency"
    summary: ClassVar = "A tenth of the reads and a quarter of the writes take longer with each step, from 50 ms to 15 s."
    latencies_s: ClassVar = (0.05, 0.2, 0.7, 1.0, 15.0)
    reads: ClassVar = 0.1
    writes: ClassVar = 0.25


class EbsIntermittentLatency(Latent):
    """One I/O in a thousand takes 30, then 10, then 20 s longer."""

    kind: Literal["fis:ebs-intermittent-latency"] = "fis:ebs-intermittent-latency"
    label: ClassVar = "EBS: Intermittent Latency"
    summary: ClassVar = "One read or write in a thousand takes 10 to 30 s longer, in three stretches of five minutes (assumed)."
    latencies_s: ClassVar = (30.0, 10.0, 20.0)
    reads: ClassVar = 0.001
    writes: ClassVar = 0.001


class EbsDecreasingLatency(Latent):
    """A tenth of the I/O takes longer, from 20 s down to 40 ms in five steps."""

    kind: Literal["fis:ebs-decreasing-latency"] = "fis:ebs-decreasing-latency"
    label: ClassVar = "EBS: Decreasing Latency"
    summary: ClassVar = "A tenth of the reads and writes takes longer, from 20 s down to 40 ms."
    latencies_s: ClassVar = (20.0, 5.0, 0.9, 0.3, 0.04)
    reads: ClassVar = 0.1
    writes: ClassVar = 0.1
