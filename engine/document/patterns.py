"""The patterns a document can show, by the ids the presets are grouped by."""

from __future__ import annotations

from typing import Literal

PatternId = Literal["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "A1", "A2", "A3", "C1", "C2", "C3", "C4"]

PATTERNS: dict[PatternId, str] = {
    "P1": "Load balancing",
    "P2": "Stateless tier",
    "P3": "Caching",
    "P4": "Decoupling",
    "P5": "Microservices",
    "P6": "Event-driven",
    "P7": "Failover",
    "P8": "Replication",
    "P9": "Sharding",
    "P10": "Bulkhead",
    "P11": "Circuit breaker",
    "A1": "Multi-AZ",
    "A2": "Multi-Region",
    "A3": "Serverless",
    "C1": "Loose coupling",
    "C2": "Idempotency",
    "C3": "Retries and overload",
    "C4": "Consistency",
}
