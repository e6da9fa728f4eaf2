"""Readers of a stream lose their place."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.base import Reach
from engine.faults.fis.base import Fis
from engine.live import Live


class StreamExpiredIteratorException(Fis):
    """Every GetRecords says that its iterator has expired: readers stall, iterators age. What a reader is being sent it reads again."""

    kind: Literal["aws:kinesis:stream-expired-iterator-exception"] = "aws:kinesis:stream-expired-iterator-exception"
    label: ClassVar = "Kinesis: expired iterators"
    summary: ClassVar = "Every read says that its iterator has expired: readers stall and writers go on."
    targets: ClassVar = ("node",)
    kinds: ClassVar = ("kinesis",)

    def says(self) -> str:
        return f"Iterators of the readers of {self.target} expire"

    def apply(self, live: Live, reach: Reach) -> None:
        live.edge_cut[reach.calls, 0] = True
