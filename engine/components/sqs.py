"""Amazon SQS: a queue kept in several AZs of a Region, standard or FIFO."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from engine.behaviours import Queue as QueueBehaviour
from engine.components.base import Limit, quantity
from engine.components.queue import Buffer
from engine.geography import Geography

QUEUE = "CloudFormation reference, AWS::SQS::Queue (2026)"
QUOTAS = "SQS developer guide, message quotas"


class Sqs(Buffer):
    """Producers wait only until the message is stored; consumers poll. What is stored outlives an AZ, and every consumer of it."""

    kind: Literal["sqs"] = "sqs"
    label: ClassVar = "SQS queue"
    category: ClassVar = "Messaging"
    glyph: ClassVar = "queue"
    summary: ClassVar = "Keeps messages until a consumer has deleted them: at least once, at its own pace."
    az_loss: ClassVar = "None: messages are kept in several AZs. Consumers in the AZ fall silent; what they had in hand reappears."
    region_loss: ClassVar = "Nothing can be published or taken; what is stored is there again when the Region is."
    control_loss: ClassVar = "Queues cannot be created or changed; messages come and go as before."
    spans_azs: ClassVar = True
    create: ClassVar = {"batch": 10}
    limits: ClassVar = (
        Limit("FIFO: 300 calls per second for each action, 3,000 messages in batches of 10; a standard queue is nearly unlimited",
              "ThrottlingException", source=QUOTAS),
        Limit("120,000 messages in flight, standard and FIFO", "OverLimit to a short poll, nothing to a long one",
              source="SQS API reference (2025), quotas"),
        Limit("1 MiB a message", "InvalidParameterValue", source=QUEUE + ": MaximumMessageSize"),
    )  # fmt: skip
    left_out: ClassVar = "Delay, short polls that find nothing, and the price of a poll. Calls to SQS take no time beyond the network."

    batch: int = quantity(1, "", "Most messages a consumer takes at once: one unit of work that succeeds or fails as a whole.", ge=1,
                          le=10_000, assumption="one message at a time; one receive takes 10, an event source mapping 10 unless told",
                          likely=(1, 10))  # fmt: skip
    retention_s: float = quantity(345_600, "s", "Messages older than this are deleted, those a consumer has in hand when they come back.",
                                  ge=60, le=1_209_600, source=QUEUE + ": MessageRetentionPeriod is 4 days", label="Retention")  # fmt: skip
    fifo: bool = quantity(False, "", "One delivery at a time, in order, for each key (message group) that requests are about.",
                          source=QUEUE + ": FifoQueue, absent is a standard queue", label="FIFO")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        return dataclasses.replace(super().lower(geography), fifo=self.fifo)
