"""Instances that hang: they accept and work, but no answer leaves them until they go on. The work that is done keeps its slot."""

from __future__ import annotations

from engine.kernel.jit import entry, inner
from engine.kernel.layout import STALL
from engine.kernel.wires import make_ready


@inner
def hold_back(s, ins, f):
    """Frame f is done, but its process hangs: it is done again when that goes on. The list's head is one more than the frame."""
    s.frames[f].state = STALL
    s.frames[f].next = ins.hung_head - 1
    ins.hung_head = f + 1


@entry
def let_answers_go(w, i):
    """The process of instance i goes on: everything that was done becomes ready to be answered, the latest first."""
    s = w[0]
    ins = s.inst[i]
    f = ins.hung_head - 1
    ins.hung_head = 0
    while f >= 0:
        following = s.frames[f].next
        make_ready(s, f)
        f = following
