"""What stands before the slots of an instance: load shedding and token buckets. Either lets a request through or answers it at once."""

from __future__ import annotations

from engine.kernel.jit import tiny
from engine.kernel.layout import LIMITS, OK, SHED, THROTTLED


@tiny
def pass_gate(ins, now):
    """OK, or the outcome a request is turned away with."""
    if ins.gate == LIMITS:
        return OK if take_token(ins, now) else THROTTLED
    return SHED if ins.busy + ins.queued >= ins.shed else OK


@tiny
def take_token(ins, now):
    """Refill the bucket for the time passed, at most to the burst; then take one token if there is one."""
    ins.tokens = min(ins.burst, ins.tokens + (now - ins.filled) * ins.token_rate)
    ins.filled = now
    if ins.tokens < 1.0:
        return False
    ins.tokens -= 1.0
    return True
