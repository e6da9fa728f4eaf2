"""The log of a run: every fault, decision and phase, with what was known and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

PHASES = ("detect", "decide", "promote", "propagate", "warm", "drain", "fail_back")
Kind = Literal[
    "fault_start", "fault_end", "probe_failed", "unhealthy", "healthy", "fail_open", "phase", "role", "scaling", "shift", "messages",
    "breaker", "stopped",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log. For ``kind == "phase"``: ``data`` holds ``phase``, ``from_s`` and ``to_s`` (t_s is to_s)."""

    t_s: float
    kind: Kind
    node: str | None  # the node that noticed, decided or was hit
    text: str
    data: dict[str, object] = field(default_factory=dict)
