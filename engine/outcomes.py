"""How an attempt, a call or a request can end. The order is the column order of every outcome array."""

OUTCOMES = (
    "ok", "timeout", "refused", "error", "throttled", "shed", "queue_full", "breaker_open", "bulkhead_full",
    "no_healthy_target", "no_writer", "unresolved",
)  # fmt: skip
CAUSES = OUTCOMES[1:]
