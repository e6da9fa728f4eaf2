"""The oracle's stores: partitions, the log of acknowledged writes, replicas that receive and apply it message by message, promotion."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover, Store
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.kernel.rng import stream_key, stream_uniform
from engine.live import Live
from engine.oracle.clock import After, Clock
from engine.oracle.draws import PARTITION, PICK, Draws, draw, to_unit
from engine.oracle.state import About, Job, Pool, Server, Site, Target

Process = Generator[simpy.Event, Any, Any]
REPLICATION = -2.0  # before everything else of its tick


@dataclass(eq=False)
class Copy:
    """How far one member has followed. ``epoch`` rises when what is under way to it, or in work there, is void."""

    received: int = 0
    applied: int = 0
    link: str = "linked"  # linked, cut, stopped
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


class Replication(Clock):
    """The stores' part of `Oracle`."""

    draws: Draws
    kinds: dict[str, int]
    servers: list[Server]
    sites: dict[tuple[int, Server], Site]
    pools: list[list[Pool]]
    path_cut: set[tuple[int, int]]
    live: Live

    def start_stores(self) -> None:
        """Roles at the start, logs, controllers."""
        self.logs: dict[Server, Log] = {}
        self.stale = dict.fromkeys(self.servers, 0)
        self.lost_writes: list[tuple[float, int, float]] = []
        self.lags: list[list[int]] = []  # writes each replica lacks at the end of every second, in the order of `Plan.copies`
        for n in self.plan.stores():
            store, members = self.store(n), self.of(n)
            size = len(store.azs)
            for p in range(store.partitions):
                self.start_partition(n, p, store, members[p * size : (p + 1) * size])
        self.env.process(self.sample())

    def start_partition(self, n: int, p: int, store: Store, members: list[Server]) -> None:
        """The first is the primary, the last are replicas, between them standbys."""
        followers = len(members) - store.replicas
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

    def store(self, n: int) -> Store:
        """A node's behaviour as a store."""
        behaviour = self.plan.nodes[n].behaviour
        assert isinstance(behaviour, Store)
        return behaviour

    # ---- whom to ask ----
    def writes(self, about: About) -> bool:
        """Whether a request changes something."""
        return about.kind == 0 or about.kind == self.kinds.get("write")

    def member(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About) -> Target:
        """The member a caller asks: the primary it believes in, or for a read any other that may be read."""
        callee = self.plan.nodes[self.plan.edges[pool.targets[0].edge].callee]
        store, p = callee.behaviour, 0
        partitions = store.partitions if isinstance(store, Store) else callee.count
        if partitions > 1 and about.subject >= 0:
            p = int(to_unit(draw(int(stream_key(0, "partition", callee.id)), about.subject)) * partitions)
        elif partitions > 1:
            p = int(self.draws.uniform(key, PARTITION) * partitions)
        believed, count = self.sites[pool.targets[0].edge, caller].primaries[p], callee.count // partitions
        if not isinstance(store, Store) or self.writes(about) or not self.plan.eventual(pool.targets[0].edge):
            return believed
        mine = pool.targets[p * count : (p + 1) * count]
        readable = mine if store.replicas == count - 1 else mine[count - store.replicas :]
        others = [t for t in readable if t is not believed]
        return others[int(self.draws.uniform(key, PICK, local, tries) * len(others))] if others else believed

    def reads_here(self, job: Job) -> bool:
        """Whether a replica answers this."""
        return job.callee.role == "replica" and self.plan.eventual(job.edge) and not self.writes(job.about)

    def vouch(self, job: Job) -> str:
        """The work is done: an acknowledgement, a read that may be stale, or no answer from a member that was fenced."""
        server, about = job.callee, job.about
        log = self.logs.get(server)
        if server.role == "primary":
            if log and self.writes(about):
                self.acknowledge(log, about.subject)
            return "ok"
        if log and self.reads_here(job):
            newest = log.versions.get(about.subject, 0) if about.subject >= 0 else len(log.written)
            self.stale[server] += newest > log.copies[server].applied
            return "ok"
        return "no_writer"

    # ---- replication ----
    def acknowledge(self, log: Log, subject: int) -> None:
        """One more write, on its way to every replica that is linked."""
        log.written.append(self.env.now)
        if subject >= 0:
            log.versions[subject] = len(log.written)
        for member, copy in log.copies.items():
            if member.role == "replica" and copy.link == "linked":
                self.ship(log, member, len(log.written))

    def ship(self, log: Log, member: Server, number: int) -> None:
        """Everything up to this write arrives after one network way, unless the link is cut meanwhile."""
        copy = log.copies[member]
        sent = copy.sent

        def arrive() -> None:
            if copy.sent == sent:
                copy.received = max(copy.received, number)
                self.go_on(log, copy)

        self.after(self.one_way(log.primary.place, member.place), arrive)

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
        for server, log in self.logs.items():
            if server.role == "replica":
                a, b, source = log.primary.place, server.place, log.primary
                good = not source.down and source.role == "primary" and not source.paused and not server.paused
                good = good and (a, b) not in self.path_cut and (b, a) not in self.path_cut
                self.link(log, server, "stopped" if server.down else "linked" if good else "cut")

    def link(self, log: Log, server: Server, link: str) -> None:
        """A link changes: what is under way is lost and sent again when there is a link again."""
        copy = log.copies[server]
        if copy.link == link:
            return
        copy.link, copy.sent = link, copy.sent + 1
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
                self.link(log, member, "cut")

    def sample(self) -> Process:
        """How far behind every replica is at the end of each second."""
        copies = [self.servers[i] for i in self.plan.copies()]
        while copies:
            yield After(self.env, TICKS_PER_S, -1.5)
            lag = [len(self.logs[s].written) - self.logs[s].copies[s].applied if s.role == "replica" else 0 for s in copies]
            self.lags.append(lag)

    # ---- promotion ----
    def lead(self, log: Log, f: Failover) -> Process:
        """Watch all members; when the primary is lost promote who has received most; take former primaries back as replicas."""
        misses, back = dict.fromkeys(log.members, 0), dict[Server, int | None]()
        interval = ticks(f.monitor_interval_s)
        yield self.control(int(stream_uniform(self.plan.seed, "monitor phase", *self.named(log.node, log.partition)) * interval))
        while True:
            tick, old = self.env.now, log.primary
            views = {m: self.view(m) for m in log.members}
            if 2 in views.values():
                yield self.control(ticks(f.monitor_timeout_s))
            for member, view in views.items():
                misses[member] = misses[member] + 1 if view else 0
            fit = [m for m in log.members if m is not old and m not in back and not misses[m]]
            if misses[old] >= f.misses and fit and not self.live.uncontrolled[old.number]:
                yield self.control(ticks(f.decide_s))
                old.role = "out of sync"
                self.relink()
                new = max(fit, key=lambda m: log.copies[m].received)
                yield self.control(ticks(f.promote_s))
                if self.view(new):
                    old.role, misses[old] = "primary", 0
                    self.relink()
                else:
                    self.promote(log, new)
                    misses[old], back[old] = f.misses, None
                    self.env.process(self.propagate(log.node, log.partition, f, new))
            for member in list(back):
                if misses[member] or misses[log.primary]:
                    back[member] = None
                elif (due := back[member]) is None:
                    back[member] = self.env.now + ticks(f.resync_s)
                elif self.env.now >= due:
                    del back[member]
                    self.rejoin(log, member)
            yield self.control(max(interval - (self.env.now - tick), ticks(0.001)))

    def promote(self, log: Log, new: Server) -> None:
        """The new primary goes on with what it has received; the rest of the log is lost."""
        kept = log.copies[new].received
        gone = log.written[kept:]
        if gone:
            self.lost_writes.append((self.env.now / TICKS_PER_S, len(gone), (self.env.now - gone[0]) / TICKS_PER_S))
        self.unlink(log)
        log.primary, log.lost, log.written = new, log.lost + len(gone), log.written[:kept]
        log.versions = {k: min(v, kept) for k, v in log.versions.items()}
        for copy in log.copies.values():
            if copy.applied >= kept:  # what it works on is no more
                copy.working, copy.busy = copy.working + 1, False
            copy.received, copy.applied = min(copy.received, kept), min(copy.applied, kept)
        new.role = "primary"
        self.relink()

    def rejoin(self, log: Log, member: Server) -> None:
        """A former primary has copied everything."""
        copy = log.copies[member]
        copy.received = copy.applied = len(log.written)
        copy.link, copy.sent, copy.working, copy.busy = "cut", copy.sent + 1, copy.working + 1, False
        member.role = "replica"
        self.relink()

    def named(self, node: int, partition: int) -> tuple[object, ...]:
        """Names of a partition's draws."""
        id = self.plan.nodes[node].id
        return (id, partition) if partition else (id,)

    if TYPE_CHECKING:  # in `Oracle`, `Calls` and `Control`

        def of(self, node: int) -> list[Server]: ...
        def one_way(self, a: int, b: int) -> int: ...
        def view(self, server: Server) -> int: ...
        def propagate(self, n: int, p: int, f: Failover, primary: Server) -> Process: ...
