"""The programs of detached calls (`engine.kernel.detached`) in the world's tables."""

from __future__ import annotations

import numpy as np

from engine.kernel import layout as L


def detached_steps(s: np.void, pool: int, subscription: int = -1) -> int:
    """A program that calls over ``pool`` and ends; where it begins. To be written after the programs of all nodes.

    ``subscription``: of a topic, whose copies the calls are.
    """
    first = int(s["n_step"])
    good, bad = first + 1, first + 2
    for at, op, of, status in ((first, L.OP_CALL, pool, 0), (good, L.OP_OVER, subscription, L.OK), (bad, L.OP_OVER, subscription, L.ERROR)):
        row = s["steps"][at]
        row["op"], row["pool"], row["status"], row["local"] = op, of, status, L.DETACHED_LOCAL
        row["on_ok"] = row["on_miss"] = good
        row["on_fail"] = bad
    s["steps"][first]["resume"] = first + 3
    s["steps"][first + 3]["op"], s["steps"][first + 3]["on_ok"] = L.OP_RESUME, first
    s["n_step"] = first + 4
    return first
