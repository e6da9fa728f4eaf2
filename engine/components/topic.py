"""A plain topic, without a vendor: what is published goes to everybody who has subscribed."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from engine.behaviours import Backoff, CallPolicy
from engine.behaviours import Topic as TopicBehaviour
from engine.components.base import Component, RegionPlaced, quantity
from engine.geography import Geography

# SNS developer guide, message delivery retries: to HTTP(S) three retries, 20 s apart; to queues and functions 100 015 attempts
# over 23 days, so 20 s apart on average.
TO_SERVICES = (4, Backoff("fixed", 20.0))
TO_QUEUES = (100_015, Backoff("exponential", 1.0, 20.0))


class Topic(RegionPlaced):
    """Whoever publishes waits until the message is accepted; then a copy is delivered over each edge, which is a subscription: its `filter`
    says which classes of requests it wants, its attempts and back-off how often a delivery is tried, its `dead_letter` what becomes of a
    copy that cannot be delivered. What it has accepted survives its own outage."""

    kind: Literal["topic"] = "topic"
    label: ClassVar = "Topic"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "topic"
    summary: ClassVar = "Passes a copy of every message on to each subscriber: queues, functions, services, other topics."
    placement: ClassVar = "region"
    az_loss: ClassVar = "Goes on, unless it was put into that AZ alone."
    behaviour: ClassVar = "topic"
    tier: ClassVar = "async"

    archive_s: float = quantity(0, "s", "What was published is kept for this long and can be replayed; 0 keeps nothing.", ge=0,
                                le=31_536_000, label="Archive", assumption="no archive unless asked for")  # fmt: skip

    def lower(self, geography: Geography) -> TopicBehaviour:
        return TopicBehaviour(self.archive_s)

    def treat(self, policy: CallPolicy, said: set[str], callee: Component) -> CallPolicy:
        """Deliveries are retried as SNS does, unless the edge says otherwise: three times to a service, for weeks to anything managed."""
        attempts, backoff = TO_SERVICES if callee.behaviour in ("station", "balancer", "limiter") else TO_QUEUES
        policy = policy if "attempts" in said else dataclasses.replace(policy, attempts=attempts)
        return policy if said & {"attempts", "backoff"} else dataclasses.replace(policy, backoff=backoff)
