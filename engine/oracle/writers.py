"""The oracle's tables that every member takes writes for: write by write, each sent to every other member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.behaviours import Store
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import Clock
from engine.oracle.state import Job, Server


@dataclass(eq=False)
class Way:
    """From one member to another: how much has arrived, and whether anything passes. ``epoch`` rises when what is under way is void."""

    one: Server
    other: Server
    arrived: int = 0
    applied: int = 0
    state: str = "open"  # open, cut; stopped: the other is dead
    near: bool = False  # a write is acknowledged when it is there
    epoch: int = 0
    working: int = 0
    busy: bool = False


@dataclass(eq=False)
class Table:
    """One partition: who wrote what when, and of each key the latest write."""

    node: int
    store: Store
    members: list[Server]
    written: dict[Server, list[int]]
    ways: list[Way]
    latest: dict[int, tuple[Server, int]] = field(default_factory=dict)
    missing: dict[Server, bool] = field(default_factory=dict)


class Writers(Clock):
    """The part of `Oracle` about such tables."""

    def start_table(self, n: int, store: Store, members: list[Server]) -> None:
        """Everybody takes writes."""
        ways = [Way(a, b) for a in members for b in members if a is not b]
        table = Table(n, store, members, {m: [] for m in members}, ways)
        self.tables |= dict.fromkeys(members, table)
        for member in members:
            member.role = "primary"

    def knows(self, table: Table, member: Server, other: Server, number: int) -> bool:
        """Whether a member has another's write of this number."""
        return member is other or next(w for w in table.ways if w.one is other and w.other is member).applied >= number

    def needed_at_table(self, table: Table, job: Job) -> int:
        """How many others a request needs."""
        if self.writes(job.about):
            return table.store.write_quorum - 1
        return 0 if self.plan.eventual(job.edge) else table.store.read_quorum - 1

    def nearest(self, table: Table, member: Server) -> list[Server]:
        """The others it is in touch with, the fastest first."""
        others = [m for m in table.members if m is not member and self.talk(member, m)]
        return sorted(others, key=lambda m: (self.there_and_back(member, m), m.number))

    def vouch_at_table(self, table: Table, job: Job) -> str:
        """The work is done."""
        me, subject, needed = job.callee, job.about.subject, self.needed_at_table(table, job)
        asked = self.nearest(table, me)[:needed]
        if len(asked) < needed:
            return "no_writer"
        if subject >= 0:
            newest = [table.latest[subject]] if subject in table.latest else []
        else:
            newest = [(m, len(table.written[m])) for m in table.members]
        behind = any(not any(self.knows(table, m, of, number) for m in [me, *asked]) for of, number in newest)
        if not self.writes(job.about):
            self.stale[me] += behind
            return "ok"
        self.conflicts[me] += behind and table.store.write_quorum == 1 and subject >= 0
        table.written[me].append(int(self.env.now))
        if subject >= 0:
            table.latest[subject] = me, len(table.written[me])
        for way in table.ways:
            if way.one is me and way.state == "open":
                self.pass_on(table, way, len(table.written[me]))
        return "ok"

    def pass_on(self, table: Table, way: Way, number: int) -> None:
        """Everything up to this write arrives after one network way and the lag, unless the way is cut meanwhile."""
        epoch = way.epoch

        def arrive() -> None:
            if way.epoch == epoch:
                way.arrived = max(way.arrived, number)
                self.take_in(table, way)

        time = (0 if way.near else self.one_way(way.one.place, way.other.place)) + ticks(table.store.replica_lag_s)
        if time == 0:
            arrive()
        else:
            self.after(time, arrive)

    def take_in(self, table: Table, way: Way) -> None:
        """Apply one after the other what has arrived."""
        if way.busy or way.state == "stopped" or way.applied >= way.arrived:
            return
        if not table.store.apply_per_s:
            way.applied = way.arrived
            return
        way.busy, working = True, way.working

        def applied() -> None:
            if way.working == working:
                way.busy = False
                way.applied += 1
                self.take_in(table, way)

        self.after(round(TICKS_PER_S / table.store.apply_per_s), applied)

    def reopen(self) -> None:
        """Look at every way again: something died, came back, was cut or paused."""
        for table in dict.fromkeys(self.tables.values()):
            for way in table.ways:
                a, b = way.one, way.other
                good = not a.down and not a.paused and not b.paused
                good = good and not {(a.place, b.place), (b.place, a.place)} & self.path_cut
                state = "stopped" if b.down else "open" if good else "cut"
                quorum = table.store.write_quorum
                near = quorum > 1 and b in self.nearest(table, a)[: quorum - 1]
                if (state, near) == (way.state, way.near):
                    continue
                way.state, way.near, way.epoch = state, near, way.epoch + 1
                if state == "stopped":
                    way.working, way.busy = way.working + 1, False
                if state == "open" and way.arrived < len(table.written[a]):
                    self.pass_on(table, way, len(table.written[a]))
                self.take_in(table, way)
            self.count_missing(table)

    def count_missing(self, table: Table) -> None:
        """Who died now has writes that nobody else has."""
        for member in table.members:
            if member.down and not table.missing.get(member):
                gone = table.written[member][max(w.arrived for w in table.ways if w.one is member) :]
                if gone:
                    loss = (self.env.now / TICKS_PER_S, len(gone), (self.env.now - gone[0]) / TICKS_PER_S, self.plan.nodes[table.node].id)
                    self.stranded.append(loss)
            table.missing[member] = bool(member.down)

    def lag_at_table(self, server: Server) -> int:
        """Writes of the others that a member lacks."""
        table = self.tables[server]
        return sum(len(table.written[w.one]) - w.applied for w in table.ways if w.other is server)

    if TYPE_CHECKING:  # in `Replication`, `Calls` and `Control`
        tables: dict[Server, Table]
        stale: dict[Server, int]
        conflicts: dict[Server, int]
        stranded: list[tuple[float, int, float, str]]
        path_cut: set[tuple[int, int]]

        def writes(self, about: Any) -> bool: ...
        def talk(self, one: Server, other: Server) -> bool: ...
        def there_and_back(self, one: Server, other: Server) -> int: ...
        def one_way(self, a: int, b: int) -> int: ...
        def after(self, delay: int, what: Callable[[], None]) -> None: ...
