"""Amazon EKS: a Kubernetes deployment whose pods are spread over the AZs of a Region."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.autoscaling import AutoscalingFields
from engine.components.base import Limit, quantity
from engine.components.group import Group
from engine.components.values import Exponential, ServiceTime


class EksAutoscaling(AutoscalingFields):
    """Changes the number of pods, as a horizontal pod autoscaler does, and replaces those that die."""

    period_s: int = quantity(15, "s", "Length of one point of the metric.", ge=1, le=3_600, label="Period", likely=(15, 60),
                             assumption="the horizontal pod autoscaler looks every 15 s, as remembered")  # fmt: skip
    metric_delay_s: float = quantity(30, "s", "A point is known this long after its period.", ge=0, le=3_600, label="Metric delay",
                                     assumption="the metrics server's own period, about", likely=(15, 60))  # fmt: skip
    scale_out_points: int = quantity(1, "", "Points in a row above the target before it grows.", ge=1, le=100, label="Points to grow",
                                     assumption="it grows at once", likely=(1, 4))  # fmt: skip
    scale_in_points: int = quantity(20, "", "Points in a row below nine tenths of the target before it shrinks.", ge=1, le=1_000,
                                    label="Points to shrink", assumption="a stabilisation window of 5 minutes, as remembered",
                                    likely=(4, 40))  # fmt: skip
    launch_s: float = quantity(15, "s", "From the launch of a pod to its first request; minutes when a node has to come first.", ge=0,
                               le=3_600, label="Launch time", likely=(5, 180),
                               assumption="5 to 20 s on a node with room, 60 to 180 s with a new one")  # fmt: skip
    check_s: float = quantity(10, "s", "How often pods are looked at, and failed launches tried again.", ge=1, le=3_600,
                              label="Checked every", assumption="a liveness probe's usual period", likely=(5, 60))  # fmt: skip
    unhealthy: int = quantity(3, "", "Failed looks in a row before a pod is replaced.", ge=1, le=100, label="Unhealthy after",
                              assumption="a liveness probe's usual threshold", likely=(1, 5))  # fmt: skip


class Eks(Group):
    """Pods behind a service name. They are spread evenly over the AZs, as topology spread constraints ask for."""

    kind: Literal["eks"] = "eks"
    label: ClassVar = "EKS deployment"
    glyph: ClassVar = "pods"
    summary: ClassVar = "Pods spread over AZs; a new one takes seconds on a node with room, minutes when a node has to come first."
    az_loss: ClassVar = "The pods in the AZ fall silent; without autoscaling nothing replaces them until it is back."
    region_loss: ClassVar = "All pods fall silent; they come back empty."
    control_loss: ClassVar = "Pods run on and find each other; none is scheduled, replaced or scaled."
    create: ClassVar = {"instances": 4, "concurrency": 8, "service": {"exponential": 0.024}, "queue_capacity": 100}
    limits: ClassVar = (
        Limit("Room on the nodes, addresses in the subnets", "the pod stays Pending"),
    )  # fmt: skip
    left_out: ClassVar = "Nodes apart from their pods, probes of the kubelet, rolling updates, disruption budgets."

    instances: int = quantity(3, "", "Pods, spread evenly over the AZs.", ge=1, le=2_000, label="Pods", likely=(2, 100),
                              assumption="one per AZ in most Regions")  # fmt: skip
    concurrency: int = quantity(8, "", "Requests one pod serves at once.", ge=1, le=100_000, label="Slots per pod", likely=(1, 200),
                                assumption="a small pod with a pool of eight workers")  # fmt: skip
    autoscaling: EksAutoscaling | None = quantity(None, "", "Changes the number of pods and replaces dead ones; `instances` is where it "
                                                  "starts. Without it nothing is launched.", label="Autoscaling")  # fmt: skip
    service: ServiceTime = quantity(Exponential(exponential=0.02), "s", "Time a request occupies a slot before dependencies are called.",
                                    label="Service time", assumption="20 ms of work in a web tier", likely=(0.001, 0.5))  # fmt: skip
    vcpu: float = quantity(0.5, "", "Of each pod, for the cost alone.", ge=0.25, le=16, label="vCPU", likely=(0.25, 4),
                           assumption="a small web server")  # fmt: skip
    memory_gb: float = quantity(1, "GB", "Of each pod, for the cost alone.", ge=0.5, le=30, label="Memory", likely=(0.5, 8),
                                assumption="a small web server")  # fmt: skip
