"""SQS, SNS and EventBridge: by the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import Line, Price, Use, infracost


class SqsPrice(Price):
    """A message is sent, received and deleted; a batch is received and deleted as one."""

    kinds: ClassVar = ("sqs",)
    standard: ClassVar = infracost(0.40, "request", "2024-07-01", per=1e6)
    fifo: ClassVar = infracost(0.50, "request", "2024-07-01", per=1e6)
    left_out: ClassVar = "Polls that find nothing, the first million requests a month, messages above 64 KB, which count more than once."

    def lines(self, use: Use) -> Iterator[Line]:
        rate = self.fifo if use.field("fifo", False) else self.standard
        yield rate.of("Requests: send, receive, delete", use.requests + 2 * use.deliveries)


class SnsPrice(Price):
    """Publishes; deliveries to queues and functions are free."""

    kinds: ClassVar = ("sns",)
    rate: ClassVar = infracost(0.50, "publish", "2024-12-04", per=1e6)
    left_out: ClassVar = "The first million, deliveries to HTTP (0.06 per 100,000), FIFO topics."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.rate.of("Publishes", use.requests)


class EventBridgePrice(Price):
    """Events put on the bus; what rules deliver to AWS is free."""

    kinds: ClassVar = ("eventbridge",)
    rate: ClassVar = infracost(1.00, "event", "2024-07-01", per=1e6)
    left_out: ClassVar = "Archive and replay."

    def lines(self, use: Use) -> Iterator[Line]:
        yield self.rate.of("Custom events", use.requests)
