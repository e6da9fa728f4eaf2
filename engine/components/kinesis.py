"""Amazon Kinesis Data Streams: records in shards, kept in order, read by each consumer on its own."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, Literal

from engine.behaviours import Queue as QueueBehaviour
from engine.components.base import Limit, quantity
from engine.components.queue import Buffer
from engine.geography import Geography

SIZES = "Kinesis developer guide, service sizes and limits"
MAPPING = "CloudFormation reference, AWS::Lambda::EventSourceMapping"


class Kinesis(Buffer):
    """Each record belongs to the shard its key hashes to; a shard takes 1,000 records or 1 MB a second and is read in order, one batch at a
    time. Consumers do not take records away from each other."""

    kind: Literal["kinesis"] = "kinesis"
    label: ClassVar = "Kinesis stream"
    category: ClassVar = "Messaging"
    glyph: ClassVar = "stream"
    summary: ClassVar = "Ordered shards that every consumer reads on its own; a hot key fills its shard, a bad record blocks it."
    spans_azs: ClassVar = True
    az_loss: ClassVar = "None: records are kept in several AZs. Consumers in the AZ fall silent; what they had in hand is read again."
    region_loss: ClassVar = "Nothing can be written or read; what is stored is there again when the Region is."
    control_loss: ClassVar = "Streams cannot be created or resharded; records come and go as before."
    limits: ClassVar = (
        Limit("1,000 records or 1 MB a second written to each shard", "ProvisionedThroughputExceededException", "throttled", SIZES),
        Limit("2 MB a second and 5 reads a second from each shard, shared by its consumers", "ProvisionedThroughputExceededException",
              source=SIZES),
        Limit("1 MB a record unless configured", "InvalidArgumentException", source=SIZES),
    )  # fmt: skip
    left_out: ClassVar = "Resharding, on-demand capacity, read limits, and the 70 to 200 ms until a record can be read."

    shards: int = quantity(4, "", "Shards, each with its own order and limits.", ge=1, le=500, label="Shards",
                           assumption="a small stream", likely=(1, 50))  # fmt: skip
    visibility_timeout_s: float = quantity(30, "s", "A batch that failed, or whose consumer died, is read again after this.", gt=0,
                                           le=43_200, label="Read again after", assumption="between a function's immediate retry and a "
                                           "lease that has to end", likely=(1, 60))  # fmt: skip
    max_receives: int | None = quantity(None, "", "A record read this often without success is given up; without it, never.", ge=1,
                                        le=10_001, label="Most reads",
                                        source=MAPPING + ": MaximumRetryAttempts is -1, until it expires")  # fmt: skip
    batch: int = quantity(100, "", "Most records a consumer reads at once from a shard.", ge=1, le=10_000,
                          source=MAPPING + ": BatchSize is 100 for Kinesis")  # fmt: skip
    retention_s: float = quantity(86_400, "s", "Records older than this are gone, read or not.", ge=86_400, le=31_536_000,
                                  source="CloudFormation reference, AWS::Kinesis::Stream: RetentionPeriodHours is 24",
                                  label="Retention")  # fmt: skip
    bisect: bool = quantity(False, "", "Of a batch that failed only the first half is tried next, until the record that fails is alone.",
                            label="Cut failed batches in half", source=MAPPING + ": BisectBatchOnFunctionError is false")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        limits = dataclasses.replace(super().lower(geography), records_per_s=1_000.0, kb_per_s=1_000.0)
        return dataclasses.replace(limits, shards=self.shards, bisect=self.bisect)

    def readers_at_once(self) -> int | None:
        return self.shards
