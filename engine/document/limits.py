"""How large a document may be. Ours, not physics: documents come from strangers, and an answer must come at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from engine import memory

LONGEST_TEXT = 2_000_000  # bytes
DEEPEST = 40  # levels of nesting; the format itself needs nine
MOST_VALUES = 200_000  # numbers, words, lists and mappings in one document
MOST_ALIASES = 0  # YAML aliases can blow a small text up to gigabytes, and the format has no use for them
MOST_NODES = 500
MOST_EDGES = 2_000
MOST_INSTANCES = 2_000
MOST_FAULTS = 1_000
MOST_EXPECTATIONS = 1_000
MOST_VARIANTS = 50
MOST_PLACES_OF_SESSIONS = 1_048_576  # sessions × services that keep them, or × sticky balancers
MOST_CLIENT_SECONDS = 1_300_000  # duration × client nodes: histograms by start time
# Of a `Series` and of the columns of its result, per second:
EDGE_ROW_BYTES, NODE_ROW_BYTES, INSTANCE_ROW_BYTES, TARGET_ROW_BYTES, SOURCE_ROW_BYTES, QUEUE_ROW_BYTES = 464, 410, 260, 7, 360, 88

MOST = {"nodes": MOST_NODES, "edges": MOST_EDGES, "faults": MOST_FAULTS}


def too_many(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, problem) of lists so long that looking at their items would take too long."""
    for key, most in MOST.items():
        if isinstance(data.get(key), list) and len(data[key]) > most:
            yield key, f"there are {len(data[key]):,} {key}; at most {most:,} fit"


def too_long(duration_s: float, nodes: int, sources: int, edges: int, instances: int, targets: int, queues: int) -> str | None:
    """Why a run of this length would need too much memory for its measurements, and how long it may be; None when it fits."""
    row = edges * EDGE_ROW_BYTES + instances * INSTANCE_ROW_BYTES + targets * TARGET_ROW_BYTES + sources * SOURCE_ROW_BYTES
    row += queues * QUEUE_ROW_BYTES + nodes * NODE_ROW_BYTES
    budget = memory.budget_bytes()
    allowed = budget * (1 - memory.RESERVED) - memory.shelf_bytes(budget)
    longest_s = min(MOST_CLIENT_SECONDS / max(1, sources), allowed / max(1, row))
    if duration_s <= longest_s:
        return None
    size = f"{sources} client nodes, {edges} edges, {instances} instances and {targets} balancer targets"
    found = f"{duration_s:g} s is too long for a design of {size}: at most {int(longest_s):,} s can be measured"
    if duration_s * row <= allowed:
        return found
    return f"{found} in the {budget // memory.MIB:,} MiB that are allowed; {needed_mib(duration_s * row):,} MiB would be needed"


def needed_mib(measured: float) -> int:
    """The budget with which a run with so many bytes of measurements would be let in."""
    return math.ceil((measured + memory.SHELF_BYTES) / (1 - memory.RESERVED) / memory.MIB)
