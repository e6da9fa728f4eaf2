"""A port of the tasks takes nothing in."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Deaf


class TaskNetworkBlackholePort(Deaf):
    """Whatever is sent to the tasks is dropped."""

    kind: Literal["aws:ecs:task-network-blackhole-port"] = "aws:ecs:task-network-blackhole-port"
    label: ClassVar = "ECS: blackhole port"
    summary: ClassVar = "Whatever is sent to the tasks is dropped."
    kinds: ClassVar = ("ecs",)
