"""Amazon SQS: a queue kept in several AZs of a Region, standard or FIFO."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
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
              "ThrottlingException", "throttled, for what is sent", source=QUOTAS),
        Limit("120,000 messages in flight, standard and FIFO", "OverLimit to a short poll, nothing to a long one",
              "consumers poll long: they get nothing", source="SQS API reference (2025), quotas"),
        Limit("1 MiB a message", "InvalidParameterValue", "a larger request_kb is refused", source=QUEUE + ": MaximumMessageSize"),
    )  # fmt: skip
    left_out: ClassVar = ("Delay, short polls that find nothing, and the price of a poll; the 300 receives and deletes a second of a FIFO "
                          "queue, those of each group with high throughput. Calls to SQS take no time beyond the network.")  # fmt: skip
    largest_request_kb: ClassVar = 1_048.576

    batch: int = quantity(1, "", "Most messages a consumer takes at once: one unit of work that succeeds or fails as a whole.", ge=1,
                          le=10_000, assumption="one message at a time; one receive takes 10, an event source mapping 10 unless told",
                          likely=(1, 10))  # fmt: skip
    retention_s: float = quantity(345_600, "s", "Messages older than this are deleted, those a consumer has in hand when they come back.",
                                  ge=60, le=1_209_600, source=QUEUE + ": MessageRetentionPeriod is 4 days", label="Retention")  # fmt: skip
    fifo: bool = quantity(False, "", "One delivery at a time, in order, for each key (message group) that requests are about.",
                          source=QUEUE + ": FifoQueue, absent is a standard queue", label="FIFO")  # fmt: skip

    batched_sends: bool = quantity(False, "", "With FIFO: producers send ten messages in a call, so the queue takes 3,000 a second rather "
                                   "than 300.", label="Sent in batches",
                                   assumption="one message for each request, as it comes")  # fmt: skip
    high_throughput: bool = quantity(False, "", "With FIFO: the limit of 300 calls a second is for each message group, not for the queue.",
                                     label="High throughput",
                                     source=QUEUE + ": FifoThroughputLimit is perQueue unless set")  # fmt: skip
    in_flight_limit: int = quantity(120_000, "", "Most messages that consumers have in hand at once; beyond it they get none.", ge=1,
                                    le=1_000_000, label="Most in flight", source="SQS API reference (2025), quotas: 120,000")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        queue = dataclasses.replace(super().lower(geography), fifo=self.fifo, in_flight=self.in_flight_limit)
        if not self.fifo or self.high_throughput:
            return queue
        rate_per_s = 3_000.0 if self.batched_sends else 300.0
        return dataclasses.replace(queue, rate_per_s=rate_per_s, burst=rate_per_s)

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        for field in ("batched_sends", "high_throughput") if not self.fifo else ():
            if getattr(self, field):
                yield field, "belongs to a FIFO queue; a standard one takes nearly any number; remove it, or set fifo"
