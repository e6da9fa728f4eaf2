"""Frames whose events fall in one tick take turns by lot, and so do those that die together.

The lot is drawn from a frame's own key. Its number would do for one order in all runs, but that depends on which frames were free, so on
everything else that goes on: a node nobody here calls could turn a tie round.
"""

from __future__ import annotations

import numpy as np

from engine.kernel.heap import heap_push, heap_replace_top
from engine.kernel.jit import inner, tiny
from engine.kernel.layout import CANCEL, FIRST_WIRE, HELPER, ID_BITS, ID_MASK
from engine.kernel.rng import FOR_LOT, ZERO, counter, draw_u64

U24 = np.uint64(24)
LAST = np.int64(1 << 40)  # lots have 40 bits; word that work is called off comes after work that is done in the same tick


@tiny
def lot_of(s, f):
    """Frame f's place among those of its tick. Parallel calls share a key, but each is another step."""
    fr = s.frames[f]
    local = s.steps[fr.pc].local if fr.edge == HELPER else ZERO
    lot = np.int64(draw_u64(fr.key, counter(FOR_LOT, local, ZERO)) >> U24)
    return lot + LAST if fr.state == CANCEL else lot


@inner
def line_up(s, f):
    """Frame f waits for its turn."""
    heap_push(s.turns, s.n_turns, (lot_of(s, f) << ID_BITS) | f)
    s.n_turns += 1


@inner
def next_turn(s):
    """Whose turn it is."""
    f = s.turns[0] & ID_MASK
    s.n_turns -= 1
    heap_replace_top(s.turns, s.n_turns, s.turns[s.n_turns])
    return f


@tiny
def is_tie(s, now):
    """Whether the next event is a frame's, in this very tick."""
    return s.heap_n > 0 and s.heap[0] < (now << ID_BITS) + FIRST_WIRE


@inner
def collect(s, now):
    """Every frame whose event falls in this tick lines up."""
    while is_tie(s, now):
        s.n_events += 1
        line_up(s, s.heap[0] & ID_MASK)
        s.heap_n -= 1
        heap_replace_top(s.heap, s.heap_n, s.heap[s.heap_n])
