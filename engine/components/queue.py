"""A plain message queue, without a vendor: keeps messages until consumers have worked on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Queue as QueueBehaviour
from engine.components.base import RegionPlaced, quantity
from engine.fields import Id
from engine.geography import Geography

SQS = "CloudFormation reference, AWS::SQS::Queue (2026)"


class Queue(RegionPlaced):
    """Whoever publishes waits until the message is stored; consumers ask for messages whenever they have a free slot.

    What it has stored survives its own outage. A message that a consumer does not finish in time goes to another one.
    """

    kind: Literal["queue"] = "queue"
    label: ClassVar = "Message queue"
    category: ClassVar = "Building blocks"
    glyph: ClassVar = "queue"
    summary: ClassVar = "Keeps messages until a consumer has worked on them; what is not finished in time is handed out again."
    placement: ClassVar = "region"
    az_loss: ClassVar = "Goes on, unless it was put into that AZ alone."
    behaviour: ClassVar = "queue"
    tier: ClassVar = "async"

    visibility_timeout_s: float = quantity(30, "s", "A message not deleted this long after it was taken is handed out again.", gt=0,
                                           le=43_200, source=SQS + ": VisibilityTimeout", label="Visibility timeout")  # fmt: skip
    max_receives: int | None = quantity(None, "", "A message taken this often without being deleted leaves the queue; without it, never.",
                                        ge=1, le=1_000, label="Most receives")  # fmt: skip
    dead_letter: Id | None = quantity(None, "", "The queue that gets what was taken too often; without one it is dropped and counted.",
                                      label="Dead-letter queue")  # fmt: skip
    batch: int = quantity(1, "", "Most messages a consumer takes at once: one unit of work that succeeds or fails as a whole.", ge=1,
                          le=10_000, assumption="one message at a time")  # fmt: skip
    retention_s: float = quantity(345_600, "s", "Messages older than this are deleted, those a consumer has in hand when they come back.",
                                  gt=0, le=1_209_600, source=SQS + ": MessageRetentionPeriod is 4 days", label="Retention")  # fmt: skip
    fifo: bool = quantity(False, "", "One delivery at a time, in order, for each key that requests are about; without keys, for all.",
                          label="In order", assumption="a standard queue")  # fmt: skip

    def lower(self, geography: Geography) -> QueueBehaviour:
        return QueueBehaviour(self.visibility_timeout_s, self.max_receives, self.dead_letter, self.batch, self.retention_s, self.fifo)

    def names(self) -> Iterator[tuple[str, str, str]]:
        if self.dead_letter is not None:
            yield "dead_letter", self.dead_letter, "queue"
