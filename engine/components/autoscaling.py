"""Fields of a group that changes its size and replaces its dead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from engine.behaviours import Autoscaling
from engine.fields import LONGEST_S, Id, Strict, quantity

GUIDE = "EC2 Auto Scaling user guide, target tracking"
GROUP = "CloudFormation reference, AWS::AutoScaling::AutoScalingGroup"
DELAY = "CloudFormation reference, TargetGroupAttribute: deregistration_delay.timeout_seconds"
ALARMS = "the CloudWatch alarms a target tracking policy makes, as commonly seen"


class AutoscalingFields(Strict):
    """Keeps a metric near its target by launching and draining instances, between a least and a greatest number, and replaces dead ones."""

    min: int = quantity(1, "", "Fewest instances.", ge=1, le=1_000, assumption="the smallest group", label="Fewest", likely=(1, 100))
    max: int = quantity(10, "", "Most instances.", ge=1, le=1_000, assumption="room to grow", label="Most", likely=(4, 100))
    metric: Literal["cpu", "requests_per_target", "backlog_per_worker", "none"] = quantity(
        "cpu", "", "What is kept near the target. cpu: share of the slots at work, not counting waits for dependencies. none: the size "
        "stays, dead instances are replaced.", assumption="the commonest choice", label="Metric")  # fmt: skip
    target: float = quantity(0.5, "", "cpu: 0 to 1. requests_per_target: requests per second and instance. backlog_per_worker: messages "
                             "waiting per instance.", gt=0, le=1_000_000, label="Target",
                             assumption="half of the CPU", likely=(0.3, 0.8))  # fmt: skip
    queue: Id | None = quantity(None, "", "Id of the queue whose waiting messages are the backlog.", label="Queue",
                                widget="node:queue")  # fmt: skip
    period_s: int = quantity(60, "s", "Length of one point of the metric.", ge=1, le=3_600, source=f"{GUIDE}: one-minute metrics",
                             label="Period")  # fmt: skip
    metric_delay_s: float = quantity(60, "s", "A point is known this long after its period.", ge=0, le=3_600,
                                     label="Metric delay", likely=(30, 180),
                                     assumption="CloudWatch shows a minute about a minute later")  # fmt: skip
    scale_out_points: int = quantity(3, "", "Points in a row above the target before it grows.", ge=1, le=100, assumption=ALARMS,
                                     label="Points to grow", likely=(1, 5))  # fmt: skip
    scale_in_points: int = quantity(15, "", "Points in a row below nine tenths of the target before it shrinks.", ge=1, le=1_000,
                                    assumption=ALARMS, label="Points to shrink", likely=(5, 15))  # fmt: skip
    launch_s: float = quantity(120, "s", "From the launch of an instance to its first request: start, boot, application, first check.",
                               ge=0, le=3_600, label="Launch time", likely=(45, 600),
                               assumption="25 s for the machine, 60 to 90 s for the application, one health check")  # fmt: skip
    warmup_s: float = quantity(0, "s", "A new instance serves, but does not count in the metric yet.", ge=0, le=3_600, label="Warm-up",
                               source=f"{GROUP}: DefaultInstanceWarmup, none unless set")  # fmt: skip
    drain_s: float = quantity(300, "s", "A leaving instance gets nothing new and finishes what it has; after this long it is ended.", ge=0,
                              le=3_600, label="Deregistration delay", source=f"{DELAY} is 300")  # fmt: skip
    health_check: Literal["ec2", "elb"] = quantity(
        "ec2", "", "How the death of an instance is noticed. ec2: only when its host falls silent; elb: also by the balancers in front.",
        source=f"{GROUP}: HealthCheckType is EC2", label="Health check")  # fmt: skip
    check_s: float = quantity(60, "s", "How often instances are looked at, and failed launches tried again.", ge=1, le=3_600,
                              source="EC2 user guide, status checks: every minute", label="Checked every")  # fmt: skip
    unhealthy: int = quantity(2, "", "Failed status checks in a row before an instance is replaced.", ge=1, le=100,
                              assumption="one failed check may be a hiccup", label="Unhealthy after", likely=(1, 3))  # fmt: skip
    grace_s: float = quantity(0, "s", "Nothing is held against an instance for so long after its launch.", ge=0, le=LONGEST_S,
                              source=f"{GROUP}: HealthCheckGracePeriod is 0; the console proposes 300", label="Grace period")  # fmt: skip
    rebalance: bool = quantity(True, "", "When one AZ has two instances more than another, one is launched there and one drained here.",
                               source="EC2 Auto Scaling user guide, benefits: rebalancing activities", label="Balances AZs")  # fmt: skip

    def lower(self, initial: int) -> Autoscaling:
        return Autoscaling(
            initial, self.min, self.max, None if self.metric == "none" else self.metric, self.target, self.queue, float(self.period_s),
            self.metric_delay_s, self.scale_out_points, self.scale_in_points, self.launch_s, self.warmup_s, self.drain_s,
            self.health_check, self.check_s, self.unhealthy, self.grace_s, self.rebalance,
        )  # fmt: skip

    def places(self, azs: int) -> int:
        """Places for instances: every AZ could take the whole group when the others cannot, and one that drains."""
        return (self.max + 1) * azs

    def check(self, instances: int) -> Iterator[tuple[str, str]]:
        """(field, what is wrong) that single fields cannot tell."""
        if self.min > self.max:
            yield "autoscaling.max", f"must be at least min = {self.min}, not {self.max}"
        elif not self.min <= instances <= self.max:
            yield "instances", f"must be between autoscaling's min and max, {self.min} and {self.max}, not {instances}"
        if self.metric == "cpu" and self.target > 1:
            yield "autoscaling.target", f"is a share of the CPU, 0 to 1, not {self.target:g}"
        if self.metric == "backlog_per_worker" and self.queue is None:
            yield "autoscaling.queue", "is missing; name the queue whose messages wait"
        elif self.metric != "backlog_per_worker" and self.queue is not None:
            yield "autoscaling.queue", f"is read by the metric backlog_per_worker, not by {self.metric}; remove it"
