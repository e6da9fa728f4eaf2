"""What groups of servers in one Region have in common, whatever the servers are."""

from __future__ import annotations

from typing import ClassVar

from engine.components.service import Service
from engine.geography import Geography


class Group(Service):
    """A service whose AZs are those of one Region: all of them unless told otherwise."""

    kind: str = ""  # type: ignore[assignment]  # each is a service of another kind
    category: ClassVar = "Compute"
    unplaced: ClassVar = "azs"
    one_region: ClassVar = True

    def home_azs(self, geography: Geography) -> list[str]:
        return self.azs or geography.azs_of[self.home(geography)]
