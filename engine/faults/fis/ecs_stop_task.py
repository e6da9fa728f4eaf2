"""Tasks are stopped."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Killed


class StopTask(Killed):
    """The tasks are stopped; the service starts others in their place."""

    kind: Literal["aws:ecs:stop-task"] = "aws:ecs:stop-task"
    label: ClassVar = "ECS: stop task"
    summary: ClassVar = "The tasks are stopped; the service starts others in their place."
    kinds: ClassVar = ("ecs",)
    default_for_s: ClassVar = 60.0

    def says(self) -> str:
        return f"{self.target} is stopped"
