"""A global table stops replicating."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import quantity
from engine.faults.fis.base import ACTIONS, Paused


class GlobalTablePauseReplication(Paused):
    """Replication to and from the other Regions stops, up to five minutes after it was told to."""

    kind: Literal["aws:dynamodb:global-table-pause-replication"] = "aws:dynamodb:global-table-pause-replication"
    label: ClassVar = "DynamoDB: pause replication"
    summary: ClassVar = "Replication to and from the other Regions stops, up to five minutes after it was told to."
    kinds: ClassVar = ("dynamodb",)
    default_for_s: ClassVar = 1800.0

    delay_s: float = quantity(300, "s", "Replication goes on for up to this long after it was told to stop.", ge=0, le=3_600,
                              label="Takes effect after", source=f"{ACTIONS}: may take up to 5 minutes")  # fmt: skip
