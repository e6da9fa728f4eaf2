"""The programs of detached calls (`engine.kernel.detached`) in the world's tables."""

from __future__ import annotations

import numpy as np

from engine.kernel import layout as L


def detached_steps(s: np.void, pool: int) -> int:
    """A program that calls over ``pool`` and ends; where it begins. To be written after the programs of all nodes."""
    first = int(s["n_step"])
    good, bad = first + 1, first + 2
    for at, op, status in ((first, L.OP_CALL, 0), (good, L.OP_OVER, L.OK), (bad, L.OP_OVER, L.ERROR)):
        row = s["steps"][at]
        row["op"], row["pool"], row["status"], row["local"] = op, pool, status, L.DETACHED_LOCAL
        row["on_ok"] = row["on_miss"] = good
        row["on_fail"] = bad
    s["n_step"] = first + 3
    return first
