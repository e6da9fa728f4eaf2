"""A plain message queue, without a vendor: keeps messages until consumers have worked on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Queue as QueueBehaviour
from engine.components.base import RegionPlaced, quantity
from engine.fields import Id
from engine.geography import Geography

SQS = "CloudFormation reference, AWS::SQS::Queue (2026)"
KINESIS = "Kinesis developer guide, service sizes and limits"


class Buffer(RegionPlaced):
    """What all message queues have in common."""

    placement: ClassVar = "region"
    az_loss: ClassVar = "Goes on, unless it was put into that AZ alone."
    behaviour: ClassVar = "queue"
    tier: ClassVar = "async"
    glyph: ClassVar = "queue"

    visibility_timeout_s: float = quantity(30, "s", "A message not deleted this long after it was taken is handed out again.", gt=0,
                                           le=43_200, source=SQS + ": VisibilityTimeout", label="Visibility timeout")  # fmt: skip
    max_receives: int | None = quantity(None, "", "A message taken this often without being deleted leaves the queue; without it, never.",
                                        ge=1, le=1_000, label="Most receives")  # fmt: skip
    dead_letter: Id | None = quantity(None, "", "The queue that gets what was taken too often; without one it is dropped and counted.",
                                      label="Dead-letter queue", widget="node:queue")  # fmt: skip
    batch: int = quantity(1, "", "Most messages a consumer takes at once: one unit of work that succeeds or fails as a whole.", ge=1,
                          le=10_000, assumption="one message at a time")  # fmt: skip
    retention_s: float = quantity(345_600, "s", "Messages older than this are deleted, those a consumer has in hand when they come back.",
                                  gt=0, le=1_209_600, source=SQS + ": MessageRetentionPeriod is 4 days", label="Retention")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        return QueueBehaviour(self.visibility_timeout_s, self.max_receives, self.dead_letter, self.batch, self.retention_s)

    def names(self) -> Iterator[tuple[str, str, str]]:
        if self.dead_letter is not None:
            yield "dead_letter", self.dead_letter, "queue"


class Queue(Buffer):
    """Whoever publishes waits until the message is stored; consumers ask for messages whenever they have a free slot.

    What it has stored survives its own outage. A message that a consumer does not finish in time goes to another one. With `shards` it is
    a stream: records hash to a shard by the key they are about, each shard is read in order, one batch at a time, and every consumer reads
    all of them on its own. A batch that fails is read again after the visibility timeout, and holds up its shard until then.
    """

    kind: Literal["queue"] = "queue"
    label: ClassVar = "Message queue"
    category: ClassVar = "Building blocks"
    summary: ClassVar = "Keeps messages until a consumer has worked on them; what is not finished in time is handed out again."

    fifo: bool = quantity(False, "", "One delivery at a time, in order, for each key that requests are about; without keys, for all.",
                          label="In order", assumption="a standard queue")  # fmt: skip
    shards: int | None = quantity(None, "", "Makes it a stream of so many shards, each read in order.", ge=1, le=500, label="Shards")
    records_per_s: float = quantity(1_000, "1/s", "Records each shard takes per second; beyond it they are throttled.", gt=0, le=1_000_000,
                                    source=KINESIS + ": 1,000 records per second", label="Records per shard")  # fmt: skip
    mb_per_s: float = quantity(1, "MB/s", "Megabytes each shard takes per second; a record has the request size of its edge.", gt=0,
                               le=1_000, source=KINESIS + ": 1 MB per second", label="Megabytes per shard")  # fmt: skip
    bisect: bool = quantity(False, "", "Of a batch that failed only the first half is tried next, until the record that fails is alone.",
                            label="Cut failed batches in half", source="CloudFormation reference, AWS::Lambda::EventSourceMapping: "
                            "BisectBatchOnFunctionError is false unless set")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        if not self.shards:
            return dataclasses.replace(super().lower(geography), fifo=self.fifo)
        stream = dataclasses.replace(super().lower(geography), shards=self.shards, bisect=self.bisect)
        return dataclasses.replace(stream, records_per_s=self.records_per_s, kb_per_s=self.mb_per_s * 1_000)

    def readers_at_once(self) -> int | None:
        return self.shards

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        yield from super().check(geography)
        if self.shards and self.fifo:
            yield "fifo", "a shard is in order by itself; leave fifo out, or shards"
        for field in ("records_per_s", "mb_per_s", "bisect") if not self.shards else ():
            if getattr(self, field) != type(self).model_fields[field].default:
                yield field, "belongs to a stream; say how many shards it has, or remove it"
