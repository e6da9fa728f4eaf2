"""Calls an instance makes of its own accord: a topic's deliveries, a cache's refreshes. No request waits for them and none holds a slot.

The call has a frame of its own at the instance, ``edge`` being DETACHED, and a program of two steps (`engine.build_detached`): the call,
with the whole policy of its edge, and its end. It dies with its instance. Its draws follow from the key it is given, so two calls need two.
"""

from __future__ import annotations

from engine.kernel.jit import inner, tiny
from engine.kernel.layout import DETACHED, ENDED, FREE, GHOST
from engine.kernel.wires import NOBODY, allocate, make_ready, release


@inner
def call_detached(s, i, pc, key, kind, subject):
    """Instance i begins the call of the steps at ``pc``, in this very instant: the call's frame. `loop.run_ready` has to run afterwards."""
    f = new_detached(s, i, pc, key, kind, subject)
    make_ready(s, f)
    return f


@tiny
def new_detached(s, i, pc, key, kind, subject):
    """The frame of a call that instance i is to make."""
    f = allocate(s)
    fr = s.frames[f]
    fr.parent = NOBODY
    fr.edge = DETACHED
    fr.inst = i
    fr.pc = pc
    fr.key = key
    fr.kind = kind
    fr.subject = subject
    fr.state = ENDED  # of no state until it runs
    s.n_detached += 1
    return f


@tiny
def end_detached(s, f):
    """The call is over."""
    s.n_detached_ended += 1
    release(s, f)


@tiny
def is_detached(fr):
    """Whether this is such a call and still open; one that was killed waits as a ghost for its last event."""
    return fr.edge == DETACHED and fr.state != FREE and fr.state != GHOST
