"""How much memory a run may take beside the program itself. What it takes, `engine.control.room` counts."""

from __future__ import annotations

import os

MIB = 1024 * 1024
DEFAULT_MIB = 4096  # assumption: half of a machine with 8 GiB
LEAST_MIB = 256
VARIABLE = "FAULTLINE_MEMORY_MIB"
RESERVED = 1 / 4  # of the budget is for what is in flight, and its checkpoints; measurements may take the rest
SHELF_BYTES = 192 * MIB  # checkpoints of a run without a crowd (`engine.control.checkpoints.Shelf`)
_given: list[int] = []  # by the command line, in place of the variable


def allow(mib: int) -> None:
    """Set the budget of this process."""
    _given[:] = [mib]


def budget_bytes() -> int:
    """What a run may take beside the program itself: as given, else by the environment, else the assumption."""
    said = os.environ.get(VARIABLE, "")
    mib = _given[0] if _given else int(said) if said.isdecimal() else DEFAULT_MIB
    return max(LEAST_MIB, mib) * MIB


def shelf_bytes(budget: int) -> int:
    """For checkpoints of a run without a crowd."""
    return min(SHELF_BYTES, budget // 8)
