"""Amazon EventBridge: a bus whose rules choose events and pass them on to targets."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from engine.behaviours import Backoff, CallPolicy
from engine.components.base import Component, Limit, quantity
from engine.components.topic import Topic

QUOTAS = "EventBridge quotas (2025)"
RETRIES = "EventBridge user guide: 24 hours and up to 185 attempts; quotas (2026) of the newer custom bus: 5 attempts within 300 s"
# Attempts as stated; the waits between them are an assumption, chosen so that all of them fill about the time stated.
DELIVERY = {"classic": (185, Backoff("exponential", 1.0, 900.0, "full")), "custom": (5, Backoff("exponential", 20.0, 150.0, "full"))}


class EventBridge(Topic):
    """Accepts events and delivers each to the targets of every rule that matches, one edge a rule and target. What fails is tried again
    for a day."""

    kind: Literal["eventbridge"] = "eventbridge"  # type: ignore[assignment]  # a topic of another kind
    label: ClassVar = "EventBridge bus"
    category: ClassVar = "Messaging"
    glyph: ClassVar = "bus"
    summary: ClassVar = "Rules pass events on to targets and retry for a day; an archive can replay what was published."
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: what it has accepted is kept in several AZs. Targets in the AZ are tried again."
    region_loss: ClassVar = "Accepts nothing; what it had accepted is delivered when the Region is back."
    control_loss: ClassVar = "Rules and targets cannot be changed; events are delivered as before."
    limits: ClassVar = (
        Limit("PutEvents: 10,000 per second in us-east-1, us-west-2 and eu-west-1, 2,400 to 400 elsewhere", "ThrottlingException",
              source=QUOTAS),
        Limit("Invocations: 18,750 per second in the largest Regions", "deliveries are delayed, not dropped", source=QUOTAS),
        Limit("300 rules a bus, 5 targets a rule", "LimitExceededException", source=QUOTAS),
        Limit("API destinations: 5 s to answer", "the delivery has failed and is tried again",
              "timeout, on edges to external dependencies", "EventBridge user guide, API destinations"),
    )  # fmt: skip
    left_out: ClassVar = "Its own latency: 0.13 s at p99 as AWS measured, 0.5 s in its FAQ. Patterns on anything but classes."

    bus: Literal["classic", "custom"] = quantity("classic", "", "Which defaults of retries: 24 h and 185 attempts, or 300 s and 5.",
                                                 source=RETRIES)  # fmt: skip
    archive_s: float = quantity(0, "s", "What was published is kept for this long and can be replayed; 0 keeps nothing.", ge=0,
                                le=31_536_000, label="Archive", source="EventBridge user guide: no archive unless created")  # fmt: skip

    def treat(self, policy: CallPolicy, said: set[str], callee: Component) -> CallPolicy:
        attempts, backoff = DELIVERY[self.bus]
        if "timeout_s" not in said and callee.placement == "outside":
            policy = dataclasses.replace(policy, timeout_s=5.0)
        policy = policy if "attempts" in said else dataclasses.replace(policy, attempts=attempts)
        return policy if said & {"attempts", "backoff"} else dataclasses.replace(policy, backoff=backoff)
