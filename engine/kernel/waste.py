"""Work for nobody: the caller, or somebody further up, has given up before it was done."""

from __future__ import annotations

from engine.kernel.jit import inner
from engine.kernel.layout import DETACHED

NOBODY, CLIENT = -1, -1  # no parent; `edge` of a client's request, whose parent nobody is


@inner
def count_waste(s, f, now):
    """Frame f gives its slot back, which it has had since ``born``: if nobody waits for it, that time was wasted. Deliveries of messages
    and detached calls are no waste."""
    fr = s.frames[f]
    p, e = fr.parent, fr.edge
    while p >= 0:
        e = s.frames[p].edge
        p = s.frames[p].parent
    if p == NOBODY and e != CLIENT and e != DETACHED and not s.nodes[s.inst[fr.inst].node].passes:
        s.inst[fr.inst].n_wasted += 1
        s.inst[fr.inst].wasted += now - fr.born
