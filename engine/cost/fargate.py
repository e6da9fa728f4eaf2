"""Containers without machines of one's own: vCPU and memory by the hour; a Kubernetes cluster by the hour besides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from engine.cost.base import HOURS, Line, Price, Use, infracost

VCPU = infracost(0.04048, "vCPU-h", "2025-07-07")
MEMORY = infracost(0.004445, "GB-h", "2025-07-07")
CLUSTER = infracost(0.10, "h", "2025-07-07")
USUAL = (0.5, 1.0)  # vCPU, GB; assumption: a small web server


class EcsPrice(Price):
    """Tasks on Fargate."""

    kinds: ClassVar = ("ecs",)
    left_out: ClassVar = "Storage above 20 GB."

    def lines(self, use: Use) -> Iterator[Line]:
        hours = use.instances * HOURS
        vcpu, memory_gb = use.field("vcpu", USUAL[0]), use.field("memory_gb", USUAL[1])
        yield VCPU.of(f"{vcpu:g} vCPU each", vcpu * hours)
        yield MEMORY.of(f"{memory_gb:g} GB each", memory_gb * hours)


class EksPrice(EcsPrice):
    """Pods are priced as if each ran on Fargate, because their nodes are not drawn; every deployment has a cluster to itself."""

    kinds: ClassVar = ("eks",)
    left_out: ClassVar = "Nodes of one's own, which several pods share; extended support of an old version."

    def lines(self, use: Use) -> Iterator[Line]:
        yield CLUSTER.of("Cluster, hours", HOURS)
        yield from super().lines(use)
