"""Something else in the task uses its disk."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class TaskIoStress(Starved):
    """Something else keeps the disk of the tasks busy."""

    kind: Literal["aws:ecs:task-io-stress"] = "aws:ecs:task-io-stress"
    label: ClassVar = "ECS: I/O stress"
    summary: ClassVar = "Something else keeps the disk of the tasks busy."
    kinds: ClassVar = ("ecs",)
