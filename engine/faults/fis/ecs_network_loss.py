"""Some of what tasks send is lost."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Lossy


class TaskNetworkPacketLoss(Lossy):
    """A share of what the tasks send is lost."""

    kind: Literal["aws:ecs:task-network-packet-loss"] = "aws:ecs:task-network-packet-loss"
    label: ClassVar = "ECS: packet loss"
    summary: ClassVar = "A share of what the tasks send is lost."
    kinds: ClassVar = ("ecs",)
