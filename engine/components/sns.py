"""Amazon SNS: a topic of a Region that pushes every message to each subscription."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.base import Limit, quantity
from engine.components.topic import Topic

QUOTAS = "SNS endpoints and quotas (2025)"


class Sns(Topic):
    """Accepts a message once and pushes a copy to each subscription, again where it fails: to queues and functions for 23 days, to HTTP
    endpoints three times more."""

    kind: Literal["sns"] = "sns"  # type: ignore[assignment]  # a topic of another kind
    label: ClassVar = "SNS topic"
    category: ClassVar = "Messaging"
    glyph: ClassVar = "topic"
    summary: ClassVar = "Pushes a copy of every message to each subscriber: queues, functions, HTTP endpoints; retries each by itself."
    spans_azs: ClassVar = True
    az_loss: ClassVar = "Goes on: what it has accepted is kept in several AZs. Subscribers in the AZ are tried again."
    region_loss: ClassVar = "Accepts nothing; what it had accepted is delivered when the Region is back."
    control_loss: ClassVar = "Topics and subscriptions cannot be changed; messages are delivered as before."
    limits: ClassVar = (
        Limit("Messages published per second: 30,000 in us-east-1, 9,000 in us-west-2 and eu-west-1, 1,500 or 300 elsewhere", "Throttled",
              source=QUOTAS),
        Limit("Deliveries to queues and functions: 100,015 attempts over 23 days; to HTTP endpoints 3 retries, 20 s apart",
              "the message goes to the subscription's dead-letter queue, or is lost", "as said, unless the edge says otherwise",
              "SNS developer guide, message delivery retries"),
    )  # fmt: skip
    left_out: ClassVar = "The time a publication takes, below 30 ms as a rule; FIFO topics' order; filters on anything but classes."

    archive_s: float = quantity(0, "s", "What was published is kept for this long and can be replayed; FIFO topics only. 0 keeps nothing.",
                                ge=0, le=31_536_000, label="Archive", source="SNS developer guide: no archive unless set")  # fmt: skip
