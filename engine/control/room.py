"""How much memory a run takes: known beforehand but for what is in flight.

Measurements grow with its length; requests, calls and messages grow when the system saturates, and checkpoints are copies of those. For
what is measured a document can be refused (`engine.document.limits`); the rest ends the run with a message.
"""

from __future__ import annotations

import numpy as np

from engine.kernel import layout as L
from engine.memory import MIB, VARIABLE
from engine.plan import Plan
from engine.series import Series

FRAME_BYTES = L.frame_dt.itemsize + L.call_dt.itemsize + 8  # a request or call in flight: its frame, record and event
MESSAGE_BYTES = L.message_dt.itemsize
COPIES = 2  # of a crowd, in checkpoints, beside itself
COLUMN_BYTES = {"edge": 300, "node": 410, "instance": 120}  # per second, once somebody reads every column of a result


def measured_bytes(plan: Plan, series: Series) -> int:
    """The series, the tables by start time with a result's copy of them, and the columns of a result."""
    arrays = sum(value.nbytes for value in vars(series).values() if isinstance(value, np.ndarray))
    copied = sum(value.nbytes for name, value in vars(series).items() if name.startswith("start_"))
    rows, sources = len(series.edge_calls), len(plan.sources())
    by_start = rows * sources * 120 + len(series.start_hist) * sources * (L.NB * 8 + 16)
    columns = COLUMN_BYTES["edge"] * len(plan.edges) + COLUMN_BYTES["node"] * len(plan.nodes)
    return arrays + copied + by_start + rows * (columns + COLUMN_BYTES["instance"] * len(plan.instances))


def crowd_bytes(world: np.void) -> int:
    """Requests, calls and messages at the most there have been at once, and their copies in checkpoints."""
    return (1 + COPIES) * (int(world["n_used"]) * FRAME_BYTES + int(world["n_messages"]) * MESSAGE_BYTES)


def exhausted(used: int, budget: int, world: np.void, at_s: float) -> str:
    """Why the run ends here, for people."""
    crowd = f"{int(world['in_use']):,} requests and calls in flight and {int(world['messages_in_use']):,} messages in queues"
    need = f"more than {budget // MIB:,} MiB of memory are needed at {at_s:.1f} s"
    return f"{need}: {crowd} make it {used // MIB:,} MiB. A shorter backlog needs less; more is allowed with --memory-mib or {VARIABLE}"
