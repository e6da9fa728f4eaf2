"""A stream turns calls away."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Throttling


class ProvisionedThroughputException(Throttling):
    """A share of the calls to the stream is answered: throughput exceeded."""

    kind: Literal["aws:kinesis:stream-provisioned-throughput-exception"] = "aws:kinesis:stream-provisioned-throughput-exception"
    label: ClassVar = "Kinesis: throughput exceeded"
    summary: ClassVar = "A share of the calls to the stream is answered: throughput exceeded."
    kinds: ClassVar = ("kinesis",)

    def says(self) -> str:
        return f"{self.share:.0%} of the calls to {self.target} exceed its throughput"
