"""Functions that consume message queues: pollers take the batches, and each invokes the function in an environment of its own.

A poller has one batch in hand, from taking it to the end of the invocation. One that is throttled, because there is no environment, tries
in vain until the visibility of its batch ends, and has it in hand until then. `control/mappings.py` decides how many pollers there are.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.environments import find_environment
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import OK
from engine.kernel.slots import ONE_MORE, count_busy, get_hungry


@tiny
def has_room(s, e, ins):
    """Whether a consumer has somebody to take a message over edge e: a poller, or a free slot."""
    t = s.edges[e].taker
    return s.takers[t].in_hand < s.takers[t].most if t >= 0 else ins.busy < ins.slots


@tiny
def begin_delivery(s, e, ins, now):
    """A poller, or a slot, has a delivery in hand."""
    t = s.edges[e].taker
    if t >= 0:
        s.takers[t].in_hand += 1
    else:
        count_busy(ins, ONE_MORE, now)


@tiny
def let_poller_go(s, e):
    """The poller that had a delivery over edge e in hand takes another."""
    t = s.edges[e].taker
    if t >= 0:
        s.takers[t].in_hand -= 1
        get_hungry(s, s.takers[t].inst)


@inner
def invoke(s, f, ins, now):
    """Delivery f needs an environment; without one its poller is held up."""
    if find_environment(s, f, ins, now) == OK:
        count_busy(ins, ONE_MORE, now)
        return True
    ins.n_rejected += 1
    s.messages[np.int64(-2) - s.frames[f].parent].held = 1
    return False
