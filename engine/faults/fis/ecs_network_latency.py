"""What tasks send takes longer."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Delayed


class TaskNetworkLatency(Delayed):
    """Everything the tasks send takes longer."""

    kind: Literal["aws:ecs:task-network-latency"] = "aws:ecs:task-network-latency"
    label: ClassVar = "ECS: network latency"
    summary: ClassVar = "Everything the tasks send takes longer."
    kinds: ClassVar = ("ecs",)
