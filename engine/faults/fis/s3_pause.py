"""A bucket stops replicating."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import quantity
from engine.faults.fis.base import ACTIONS, Paused


class BucketPauseReplication(Paused):
    """Replication to the other bucket stops, up to an hour after it was told to."""

    kind: Literal["aws:s3:bucket-pause-replication"] = "aws:s3:bucket-pause-replication"
    label: ClassVar = "S3: pause replication"
    summary: ClassVar = "Replication to the other bucket stops, up to an hour after it was told to."
    kinds: ClassVar = ("s3",)
    default_for_s: ClassVar = 7200.0

    delay_s: float = quantity(3600, "s", "Replication goes on for up to this long after it was told to stop.", ge=0, le=3_600,
                              label="Takes effect after", source=f"{ACTIONS}: may take up to an hour")  # fmt: skip
