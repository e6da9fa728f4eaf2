"""The breakers in the log: which opened, let probes through or closed within the last second, and what they knew.

Only read here: a breaker is part of its caller and needs nobody's control. The series have their number second by second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernel.layout import CLOSED, HALF_OPEN, OPEN, TICKS_PER_S

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

MOST_LINES = 500  # of them in a log; a system in which they flap for hours has them in its series
MOST_NAMES = 5  # in a line
Turn = tuple[int, int, int, int, int, int]  # (edge, caller instance, state, when, calls in its window, failures among them)


def watch_breakers(c: Conductor) -> Process:
    """Look at all breakers once a second; a line for each edge and new state."""
    lines = 0
    while c.breakers and lines <= MOST_LINES:
        yield c.wait(TICKS_PER_S)
        turned: list[Turn] = c.see(turns, c)
        for edge, state in dict.fromkeys((e, state) for e, _, state, *_ in turned):
            lines += 1
            if lines > MOST_LINES:
                c.say("breaker", None, f"breakers go on changing; after {MOST_LINES} lines only the series tell how many are open")
                return
            tell(c, edge, state, [t for t in turned if t[0] == edge and t[2] == state])


def turns(c: Conductor) -> list[Turn]:
    """Whose breaker changed its state in the second that ends now: the last change of each. What is changed in this very instant belongs to
    the next second."""
    s, now, found = c.world[0], int(c.env.now), []
    for e, first, count in c.breakers:
        sites = s["sites"][first : first + count]
        for j in np.flatnonzero((sites["turned"] >= now - TICKS_PER_S) & (sites["turned"] < now) & (sites["opened"] > 0)):
            site = sites[j]
            calls, failures = int(site["n_old"] + site["n_new"]), int(site["f_old"] + site["f_new"])
            found.append((e, c.plan.nodes[c.plan.edges[e].caller].first + int(j), int(site["state"]), int(site["turned"]), calls, failures))
    return found


def tell(c: Conductor, e: int, state: int, turned: list[Turn]) -> None:
    """One line for those of an edge that went the same way."""
    edge, breaker = c.plan.edges[e], c.plan.edges[e].policy.breaker
    assert breaker is not None
    names = [c.name(i) for _, i, *_ in turned]
    who = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    calls, failures = sum(t[4] for t in turned), sum(t[5] for t in turned)
    what = {
        int(OPEN): f"opened for {breaker.open_s:g} s, because {failures:,} of {calls:,} calls in the window had failed or a probe did",
        int(HALF_OPEN): f"lets up to {breaker.probes} probes through, because its {breaker.open_s:g} s are over",
        int(CLOSED): f"closed, because {breaker.probes} probes were answered well",
    }[state]
    word = {int(OPEN): "open", int(HALF_OPEN): "half_open", int(CLOSED): "closed"}[state]
    at_s = min(t[3] for t in turned) / TICKS_PER_S
    caller = c.plan.nodes[edge.caller].id
    c.say("breaker", caller, f"{edge.id}: the breaker of {who} {what}", edge=edge.id, state=word, at_s=at_s, instances=len(names))
