"""Parallel calls: a service calls all its dependencies at once and waits for all; the first failure decides, the others go on.

Each call is a helper frame of its own with the program, the key and the instance of the request, so it has its own attempts, timeouts and
back-off. Another helper, the join, counts them: the request waits for the join, and is let go by the last success or the first failure.
The join stays until every call is over and then frees them all, so it can always be found what is still under way.
"""

from __future__ import annotations

from engine.kernel.caller import called_edge, forget_call, leave_children
from engine.kernel.jit import inner
from engine.kernel.layout import BACKOFF, CALLING, ENDED, GHOST, HELPER, JOIN, JOINING, OK, SERVE
from engine.kernel.wires import allocate, make_ready, release


@inner
def helper(s, f, parent, pc, state):
    """A helper frame of request f at the step ``pc``."""
    h = allocate(s)
    fr, mine = s.frames[f], s.frames[h]
    mine.parent = parent
    mine.edge = HELPER
    mine.inst = fr.inst
    mine.pc = pc
    mine.state = state
    mine.key = fr.key
    mine.kind = fr.kind
    mine.subject = fr.subject
    mine.span = fr.span
    mine.session = fr.session
    return h


@inner
def fork(s, f, step):
    """Request f makes the calls of the steps that follow, all in this instant. ``step.pool`` is their number."""
    fr = s.frames[f]
    j = helper(s, f, f, fr.pc, JOIN)
    fr.child = j
    fr.state = JOINING
    s.frames[j].tries = step.pool  # calls still under way
    last = j
    for k in range(step.pool):
        b = helper(s, f, j, fr.pc + 1 + k, ENDED)  # of no state until it runs, in this very instant
        if last == j:
            s.frames[j].child = b
        else:
            s.frames[last].born = b  # a helper was not born: the field links the calls of a join
        last = b
        make_ready(s, b)
    s.frames[last].born = -1


@inner
def end_branch(s, f, outcome):
    """A parallel call is over. The first failure and the last of all let the request go on."""
    fr = s.frames[f]
    fr.state = ENDED
    j = fr.parent
    join = s.frames[j]
    join.tries -= 1
    p = join.parent
    if p >= 0 and fr.degraded:
        s.frames[p].degraded = 1
    if p >= 0 and (outcome != OK or join.tries == 0):
        join.parent = -1
        step = s.steps[join.pc]
        s.frames[p].child = -1
        s.frames[p].first = fr.first
        s.frames[p].pc = step.on_ok if outcome == OK else step.on_fail
        make_ready(s, p)
    if join.tries == 0:
        release_join(s, j)


@inner
def release_join(s, j):
    """All calls of join j are over."""
    b = s.frames[j].child
    while b >= 0:
        following = s.frames[b].born
        release(s, b)
        b = following
    release(s, j)


@inner
def kill_helper(s, f):
    """A helper dies with its instance, and so do its join and the other calls of it, each on its own."""
    fr = s.frames[f]
    if fr.state == CALLING or fr.state == BACKOFF:
        s.edges[called_edge(s, fr)].n_abandoned += 1
    if fr.state == CALLING:
        leave_children(s, f)
        forget_call(s, f)
    if fr.state == BACKOFF or fr.state == SERVE:  # its event is pending and will free it
        fr.parent = -1
        fr.state = GHOST
    else:
        release(s, f)
