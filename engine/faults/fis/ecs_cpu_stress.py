"""Something else in the task uses its processors."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Starved


class TaskCpuStress(Starved):
    """Something else keeps the processors of the tasks busy."""

    kind: Literal["aws:ecs:task-cpu-stress"] = "aws:ecs:task-cpu-stress"
    label: ClassVar = "ECS: CPU stress"
    summary: ClassVar = "Something else keeps the processors of the tasks busy."
    kinds: ClassVar = ("ecs",)
