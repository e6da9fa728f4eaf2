"""A cluster is told to fail over."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Promoted


class FailoverDbCluster(Promoted):
    """The writer restarts as a reader; the monitor notices and another member is promoted."""

    kind: Literal["aws:rds:failover-db-cluster"] = "aws:rds:failover-db-cluster"
    label: ClassVar = "RDS: fail over cluster"
    summary: ClassVar = "The writer restarts as a reader; the monitor notices and another member is promoted."
    kinds: ClassVar = ("aurora", "rds")

    def says(self) -> str:
        return f"The writer of {self.target} is told to step down"
