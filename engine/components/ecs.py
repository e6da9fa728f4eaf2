"""Amazon ECS on Fargate: tasks spread over the AZs of a Region."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.autoscaling import AutoscalingFields
from engine.components.base import Limit, quantity
from engine.components.group import Group
from engine.components.values import Exponential, ServiceTime


class EcsAutoscaling(AutoscalingFields):
    """Changes the number of tasks, and replaces those that die."""

    launch_s: float = quantity(45, "s", "From the launch of a task to its first request: network interface, image, application.", ge=0,
                               le=3_600, label="Launch time", likely=(30, 60),
                               assumption="30 to 60 s on Fargate, as practitioners report")  # fmt: skip
    check_s: float = quantity(10, "s", "How often tasks are looked at, and failed launches tried again.", ge=1, le=3_600,
                              label="Checked every", assumption="the service scheduler acts within seconds", likely=(5, 30))  # fmt: skip
    unhealthy: int = quantity(1, "", "Failed looks in a row before a task is replaced.", ge=1, le=100, label="Unhealthy after",
                              assumption="a task that has stopped is seen to have", likely=(1, 3))  # fmt: skip


class Ecs(Group):
    """A service of tasks without machines of one's own. Tasks are spread evenly over the AZs."""

    kind: Literal["ecs"] = "ecs"
    label: ClassVar = "ECS service on Fargate"
    glyph: ClassVar = "container"
    summary: ClassVar = "Containers without machines of one's own, spread over AZs; a new task takes half a minute to a minute."
    az_loss: ClassVar = "The tasks in the AZ fall silent and, without autoscaling, come back empty with it; the others carry the load."
    region_loss: ClassVar = "All tasks fall silent; they come back empty."
    control_loss: ClassVar = "Tasks run on; none is started, replaced or scaled until it is back."
    create: ClassVar = {"instances": 4, "concurrency": 8, "service": {"exponential": 0.024}, "queue_capacity": 100}
    limits: ClassVar = (
        Limit("Fargate vCPUs of the account in a Region", "the service cannot place a task: capacity or quota"),
    )  # fmt: skip
    left_out: ClassVar = "What a size of task can do, deployments in steps (100 % to 200 % of the tasks), Fargate Spot."

    instances: int = quantity(2, "", "Tasks, spread evenly over the AZs.", ge=1, le=2_000, label="Tasks", likely=(2, 100),
                              assumption="the fewest that survive the loss of one")  # fmt: skip
    concurrency: int = quantity(8, "", "Requests one task serves at once.", ge=1, le=100_000, label="Slots per task", likely=(1, 200),
                                assumption="a small task with a pool of eight workers")  # fmt: skip
    autoscaling: EcsAutoscaling | None = quantity(None, "", "Changes the number of tasks and replaces dead ones; `instances` is where it "
                                                  "starts. Without it nothing is launched.", label="Autoscaling")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.02), "s", "Time a request occupies a slot before dependencies are called.",
                                    label="Service time", assumption="20 ms of work in a web tier", likely=(0.001, 0.5))  # fmt: skip
    vcpu: float = quantity(0.5, "", "Of each task, for the cost alone.", ge=0.25, le=16, label="vCPU", likely=(0.25, 4),
                           assumption="a small web server")  # fmt: skip
    memory_gb: float = quantity(1, "GB", "Of each task, for the cost alone.", ge=0.5, le=30, label="Memory", likely=(0.5, 8),
                                assumption="a small web server")  # fmt: skip
