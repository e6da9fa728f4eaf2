"""Retry policies that a fault has changed: attempts, waits and timeouts of edges, from the next decision on."""

from __future__ import annotations

import numpy as np

from engine.kernel.layout import NO_BACKOFF, ticks
from engine.live import Live


def misconfigure(world: np.ndarray, live: Live) -> None:
    """Make the policies of all edges what the faults of now make of their design. Attempts under way keep the timeout they began with."""
    s = world[0]
    edges = s["edges"][: live.n_edges]
    edges["attempts"] = np.where(live.edge_attempts > 0, live.edge_attempts, edges["own_attempts"])
    edges["backoff"] = np.where(live.edge_hasty, NO_BACKOFF, edges["own_backoff"])
    edges["tracked"] = (edges["attempts"] > 1) | (edges["hedge"] > 0)
    changed = np.isfinite(live.edge_timeout_s)
    for e in np.nonzero(changed | (edges["timeout"] != edges["own_timeout"]))[0]:
        row = edges[e]
        timeout = ticks(float(live.edge_timeout_s[e])) if changed[e] else int(row["own_timeout"])
        if timeout != row["timeout"]:
            row["timeout"], row["timer"] = timeout, lane(s, timeout)
            if row["hedge"]:
                row["rest_timer"] = lane(s, max(0, timeout - int(s["timers"]["delay"][row["hedge_timer"]])))


def lane(s: np.void, length: int) -> int:
    """The timeout list of this length in ticks; a new one when there is none."""
    n = int(s["n_timer"])
    found = np.flatnonzero(s["timers"]["delay"][:n] == length)
    if len(found):
        return int(found[0])
    fresh = s["timers"][n]
    fresh["delay"], fresh["head"], fresh["tail"], fresh["armed"] = length, -1, -1, 0
    s["n_timer"] = n + 1
    return n
