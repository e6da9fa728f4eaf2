"""The process of a task ends."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Killed


class TaskKillProcess(Killed):
    """The process of the tasks ends and their hosts refuse calls."""

    kind: Literal["aws:ecs:task-kill-process"] = "aws:ecs:task-kill-process"
    label: ClassVar = "ECS: kill process"
    summary: ClassVar = "The process of the tasks ends and their hosts refuse calls."
    kinds: ClassVar = ("ecs",)
    default_for_s: ClassVar = 30.0

    def says(self) -> str:
        return f"The process of {self.target} is killed"
