"""The oracle's stores as they start: partitions, the roles of their members, logs, controllers."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover, Store
from engine.kernel.layout import TICKS_PER_S
from engine.oracle.logs import Copy, Log
from engine.oracle.promotions import Promotions
from engine.oracle.state import Duty, Server
from engine.oracle.writers import Table

Process = Generator[simpy.Event, Any, Any]


class Replication(Promotions):
    """The stores' part of `Oracle`."""

    def start_stores(self) -> None:
        """Roles at the start, logs, controllers."""
        self.logs: dict[Server, Log] = {}
        self.stale = dict.fromkeys(self.servers, 0)
        self.lost_writes: list[tuple[float, int, float, str]] = []
        self.unbooked: dict[int, tuple[float, int, float, str]] = {}  # lost with a cache
        self.tables: dict[Server, Table] = {}
        self.conflicts = dict.fromkeys(self.servers, 0)
        self.stranded: list[tuple[float, int, float, str]] = []
        self.duties: dict[tuple[int, int], Duty] = {}
        self.lags: list[list[int]] = []  # writes each replica lacks at the end of every second, in the order of `Plan.copies`
        for n in self.plan.stores():
            store, members = self.store(n), self.of(n)
            size = len(store.azs)
            for p in range(store.partitions):
                self.start_partition(n, p, store, members[p * size : (p + 1) * size])
        self.relink()
        self.env.process(self.sample())

    def start_partition(self, n: int, p: int, store: Store, members: list[Server]) -> None:
        """The first is the primary, the last are replicas, between them standbys."""
        followers = len(members) - store.replicas
        if store.many_writers:
            self.duties[n, p] = Duty(members[0], members[0])
            self.start_table(n, store, members)
            return
        self.duties[n, p] = Duty(members[0], members[0])
        for k, member in enumerate(members):
            member.role = "primary" if k == 0 else "standby" if k < followers else "replica"
        members[0].standby = members[1] if followers > 1 else None
        if store.replicas:
            gap = round(TICKS_PER_S / store.apply_per_s) if store.apply_per_s else 0
            log = Log(n, p, members, members[0], gap)
            log.copies = {m: Copy() for m in members}
            self.logs |= dict.fromkeys(members, log)
            if store.failover and followers == 1:
                self.env.process(self.lead(log, store.failover))
            if store.abroad:
                self.env.process(self.lead_from_afar(log, store.abroad))

    if TYPE_CHECKING:  # in `Oracle` and `Afar`

        def of(self, node: int) -> list[Server]: ...
        def lead_from_afar(self, log: Log, f: Failover) -> Process: ...
