"""A database instance restarts."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.faults.fis.base import Promoted


class RebootDbInstances(Promoted):
    """The instance refuses connections while it restarts; a standby is promoted when the monitor notices."""

    kind: Literal["aws:rds:reboot-db-instances"] = "aws:rds:reboot-db-instances"
    label: ClassVar = "RDS: reboot instance"
    summary: ClassVar = "The instance refuses connections while it restarts; a standby is promoted when the monitor notices."
    kinds: ClassVar = ("rds", "aurora")

    def says(self) -> str:
        return f"{self.target} restarts"
