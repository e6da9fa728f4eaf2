"""The token bucket of an instance: a limiter's rate, or how fast a pool on demand may grow."""

from __future__ import annotations

from engine.kernel.jit import tiny


@tiny
def take_token(ins, now):
    """Refill the bucket for the time passed, at most to the burst; then take one token if there is one."""
    ins.tokens = min(ins.burst, ins.tokens + (now - ins.filled) * ins.token_rate)
    ins.filled = now
    if ins.tokens < 1.0:
        return False
    ins.tokens -= 1.0
    return True
