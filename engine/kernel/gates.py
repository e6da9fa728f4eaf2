"""What stands before the slots of an instance: load shedding, token buckets, pools on demand, shards. A request passes or is answered."""

from __future__ import annotations

from engine.kernel.environments import find_environment
from engine.kernel.jit import tiny
from engine.kernel.layout import LIMITS, OK, ON_DEMAND, SHARDED, SHED, THROTTLED
from engine.kernel.shards import pass_shard
from engine.kernel.tokens import take_token


@tiny
def pass_gate(s, f, ins, now):
    """OK, or the outcome request f is turned away with."""
    if ins.gate == LIMITS:
        if not take_token(ins, now):
            return THROTTLED
        if ins.table > 0 and not take_token(s.inst[ins.table], now):
            ins.tokens += 1.0
            return THROTTLED
        return OK
    if ins.gate == ON_DEMAND:
        return find_environment(s, f, ins, now)
    if ins.gate == SHARDED:
        return pass_shard(s, f, ins, now)
    return SHED if ins.busy + ins.queued >= ins.shed else OK
