"""The oracle's logs of acknowledged writes, and the replicas that receive and apply them message by message."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Store
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import After
from engine.oracle.state import Server
from engine.oracle.writers import Writers

Process = Generator[simpy.Event, Any, Any]
REPLICATION = -2.0  # before everything else of its tick


@dataclass(eq=False)
class Copy:
    """How far one member has followed. ``epoch`` rises when what is under way to it, or in work there, is void."""

    received: int = 0
    applied: int = 0
    link: str = "linked"  # linked, cut, stopped
    near: bool = False  # a write is acknowledged when it is here
    sent: int = 0  # epoch of the messages under way
    working: int = 0  # epoch of the write being applied
    busy: bool = False


@dataclass(eq=False)
class Log:
    """The acknowledged writes of one partition: when each was acknowledged, and the latest of each key."""

    node: int
    partition: int
    members: list[Server]
    primary: Server
    gap: int
    written: list[int] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    lost: int = 0
    copies: dict[Server, Copy] = field(default_factory=dict)


class Logs(Writers):
    """The part of `Oracle` that carries writes to replicas."""

    servers: list[Server]
    path_cut: set[tuple[int, int]]
    logs: dict[Server, Log]
    lags: list[list[int]]

    def store(self, n: int) -> Store:
        """How a node's data is kept."""
        return self.plan.store(n)

    def acknowledge(self, log: Log, subject: int) -> None:
        """One more write, on its way to every replica that is linked."""
        log.written.append(self.env.now)
        if subject >= 0:
            log.versions[subject] = len(log.written)
        for member, copy in log.copies.items():
            if member.role == "replica" and copy.link == "linked":
                if copy.near and self.store(log.node).replica_lag_s == 0:
                    copy.received = len(log.written)
                    self.go_on(log, copy)
                else:
                    self.ship(log, member, len(log.written))

    def ship(self, log: Log, member: Server, number: int) -> None:
        """Everything up to this write arrives after one network way, unless the link is cut meanwhile."""
        copy = log.copies[member]
        sent = copy.sent

        def arrive() -> None:
            if copy.sent == sent:
                copy.received = max(copy.received, number)
                self.go_on(log, copy)

        way = 0 if copy.near else self.one_way(log.primary.place, member.place)
        self.after(way + ticks(self.store(log.node).replica_lag_s), arrive)

    def go_on(self, log: Log, copy: Copy) -> None:
        """Apply the next write that is here."""
        if copy.busy or copy.link == "stopped" or copy.applied >= copy.received:
            return
        copy.busy, working = True, copy.working

        def applied() -> None:
            if copy.working == working:
                copy.busy = False
                copy.applied += 1
                self.go_on(log, copy)

        self.after(log.gap, applied)

    def after(self, delay: int, what: Callable[[], None]) -> None:
        """Let something happen, first in its tick."""
        After(self.env, delay, REPLICATION).callbacks.append(lambda _: what())

    def relink(self) -> None:
        """Look at every replica's link to its primary again."""
        self.reopen()
        for server, log in self.logs.items():
            if server.role == "replica":
                a, b, source = log.primary.place, server.place, log.primary
                good = not source.down and source.role == "primary" and not source.paused and not server.paused
                good = good and (a, b) not in self.path_cut and (b, a) not in self.path_cut
                quorum = self.store(log.node).write_quorum
                near = quorum > 1 and server in self.near(source)[: quorum - 1]
                self.link(log, server, "stopped" if server.down else "linked" if good else "cut", near)

    def link(self, log: Log, server: Server, link: str, near: bool) -> None:
        """A link changes: what is under way is lost and sent again when there is a link again."""
        copy = log.copies[server]
        if copy.link == link and copy.near == near:
            return
        copy.link, copy.near, copy.sent = link, near, copy.sent + 1
        if link == "stopped":
            copy.working, copy.busy = copy.working + 1, False
        if link == "linked" and copy.received < len(log.written):
            self.ship(log, server, len(log.written))
        self.go_on(log, copy)

    def follow(self, server: Server) -> None:
        """A standby that has everything is the primary now, and replicas follow it."""
        log = self.logs.get(server)
        if log:
            self.unlink(log)
            log.primary = server

    def unlink(self, log: Log) -> None:
        """Nothing more from the old primary."""
        for member, copy in log.copies.items():
            if member.role == "replica" and copy.link == "linked":
                self.link(log, member, "cut", copy.near)

    def sample(self) -> Process:
        """How far behind every replica is at the end of each second."""
        copies = [self.servers[i] for i in self.plan.copies()]
        while copies:
            yield After(self.env, TICKS_PER_S, -1.5)
            self.lags.append([self.lag_at_table(s) if s in self.tables else self.lag_of(s) for s in copies])

    def lag_of(self, server: Server) -> int:
        """Writes a replica has not applied."""
        log = self.logs[server]
        return len(log.written) - log.copies[server].applied if server.role == "replica" else 0

    if TYPE_CHECKING:  # in `Members`

        def near(self, server: Server) -> list[Server]: ...
