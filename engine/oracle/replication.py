"""The oracle's stores: partitions, the log of acknowledged writes, replicas that receive and apply it message by message, promotion."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from engine.behaviours import Failover, Store
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.kernel.rng import stream_key, stream_uniform
from engine.live import Live
from engine.oracle.clock import After
from engine.oracle.draws import PARTITION, PICK, Draws, draw, to_unit
from engine.oracle.state import About, Duty, Job, Pool, Server, Site, Target
from engine.oracle.writers import Table, Writers

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


class Replication(Writers):
    """The stores' part of `Oracle`."""

    draws: Draws
    kinds: dict[str, int]
    servers: list[Server]
    sites: dict[tuple[int, Server], Site]
    pools: list[list[Pool]]
    path_cut: set[tuple[int, int]]
    live: Live
    path_add: np.ndarray

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

    def store(self, n: int) -> Store:
        """How a node's data is kept."""
        return self.plan.store(n)

    # ---- whom to ask ----
    def writes(self, about: About) -> bool:
        """Whether a request changes something."""
        return about.kind == 0 or about.kind == self.kinds.get("write")

    def member(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About) -> Target:
        """The member a caller asks: the primary it believes in, or for a read any other that may be read."""
        callee = self.plan.nodes[self.plan.edges[pool.targets[0].edge].callee]
        store, p = callee.store, 0
        partitions = store.partitions if store else callee.count
        if partitions > 1 and about.subject >= 0:
            p = int(to_unit(draw(int(stream_key(0, "partition", callee.id)), about.subject)) * partitions)
        elif partitions > 1:
            p = int(self.draws.uniform(key, PARTITION) * partitions)
        believed, count = self.sites[pool.targets[0].edge, caller].primaries[p], callee.count // partitions
        if store is None or store.many_writers or self.writes(about) or pool.verb == "fill" or not self.plan.eventual(pool.targets[0].edge):
            return believed
        mine = pool.targets[p * count : (p + 1) * count]
        readable = mine if store.replicas == count - 1 else mine[count - store.replicas :]
        others = [t for t in readable if t is not believed]
        return others[int(self.draws.uniform(key, PICK, local, tries) * len(others))] if others else believed

    def reads_here(self, job: Job) -> bool:
        """Whether a replica answers this."""
        return job.callee.role == "replica" and self.plan.eventual(job.edge) and not self.writes(job.about) and job.verb != "fill"

    def vouch(self, job: Job) -> str:
        """The work is done: an acknowledgement, a read that may be stale, or no answer from a member that was fenced."""
        server, about = job.callee, job.about
        if server in self.tables:
            return self.vouch_at_table(self.tables[server], job)
        log = self.logs.get(server)
        if server.role == "primary":
            if server in self.memories:
                pass  # booked when it was kept or dropped
            elif log and self.writes(about) and log.primary is server:
                self.acknowledge(log, about.subject)
            elif log and self.writes(about):
                server.split.append(self.env.now)
            return "ok"
        if log and self.reads_here(job) and server in self.memories:
            return "ok"
        if log and self.reads_here(job):
            newest = log.versions.get(about.subject, 0) if about.subject >= 0 else len(log.written)
            self.stale[server] += newest > self.known_at(server, log, self.needed(server, about))
            return "ok"
        return "no_writer"

    # ---- quorums ----
    @staticmethod
    def waits_for_members(store: Store) -> bool:
        """Whether its requests may have to wait for other members."""
        return len(store.azs) - store.replicas > 1 or store.write_quorum > 1 or store.read_quorum > 1

    def needed(self, server: Server, about: About) -> int:
        """Further members a request needs."""
        store = self.plan.nodes[server.node].store
        if server not in self.logs or store is None:
            return 0
        return (store.write_quorum if self.writes(about) else store.read_quorum) - 1

    def near(self, server: Server) -> list[Server]:
        """The other members that take part, the fastest to answer first."""
        others = [m for m in self.logs[server].members if m is not server and m.role in ("primary", "replica") and self.talk(server, m)]
        return sorted(others, key=lambda m: (self.there_and_back(server, m), m.number))

    def there_and_back(self, one: Server, other: Server) -> int:
        """Ticks of a round trip between two members."""
        ways = ((one.place, other.place), (other.place, one.place))
        return sum(self.one_way(*way) + int(self.path_add[way]) for way in ways)

    def known_at(self, server: Server, log: Log, others: int) -> int:
        """How much of the log a read here can know of, if it asks so many others."""
        if others == 0:
            return log.copies[server].applied
        asked = [server, *self.near(server)[:others]]
        return max(len(log.written) if m.role == "primary" else log.copies[m].received for m in asked)

    def replicate(self, job: Job, epoch: int) -> Process:
        """Wait for the members a request needs; while they cannot be reached, until they can. False when this one died."""
        server, needed = job.callee, self.needed(job.callee, job.about)
        if server in self.tables:
            table = self.tables[server]
            others, needed = self.nearest(table, server), self.needed_at_table(table, job)
            if 0 < needed <= len(others):
                yield self.work(self.there_and_back(server, others[needed - 1]), job.key)
            return server.epoch == epoch
        if needed == 0 and (server.standby is None or not self.writes(job.about)):
            return True
        wait_for = [server.standby] if needed == 0 and server.standby else self.near(server)
        if needed <= len(wait_for):
            yield self.work(self.there_and_back(server, wait_for[max(needed, 1) - 1]), job.key)
            if server.epoch != epoch:
                return False
        if not self.may_go_on(server, job.about):
            wake = self.env.event()
            server.stalled.append((wake, job.about))
            yield wake
        return server.epoch == epoch

    # ---- replication ----
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

    # ---- promotion ----
    def lead(self, log: Log, f: Failover) -> Process:
        """Watch the members; when the primary is lost promote who has received most; take former primaries back as replicas."""
        store, duty = self.store(log.node), self.duties[log.node, log.partition]
        mine = [m for m in log.members if not store.abroad or self.region(m) == self.region(duty.home)]
        misses, back, moves = dict.fromkeys(mine, 0), dict[Server, int | None](), 0
        interval = ticks(f.monitor_interval_s)
        yield self.control(int(stream_uniform(self.plan.seed, "monitor phase", *self.named(log.node, log.partition)) * interval))
        while True:
            tick = self.env.now
            views = {m: self.view(m) for m in mine}
            if 2 in views.values():
                yield self.control(ticks(f.monitor_timeout_s))
            for member, view in views.items():
                misses[member] = misses[member] + 1 if view else 0
            if duty.busy or duty.abroad or moves != duty.moves:
                while duty.busy or duty.abroad:
                    yield self.control(interval)
                if moves != duty.moves:
                    misses, back, moves = dict.fromkeys(mine, 0), {}, duty.moves
                continue
            old = duty.primary
            fit = [m for m in mine if m is not old and m not in back and not misses[m]]
            lost, quorum = misses[old] >= f.misses, store.write_quorum
            helpless = bool(self.live.uncontrolled[old.number])
            if lost and not helpless and len(fit) >= (len(log.members) - quorum + 1 if quorum > 1 else 1):
                duty.busy = True
                if not (yield from self.step(duty, old, f, f.decide_s)):
                    continue
                self.set_role(old, "out of sync")
                new = max(fit, key=lambda m: self.has(log, m))
                if not (yield from self.step(duty, old, f, f.promote_s)):
                    continue
                duty.busy = False
                if self.view(new):
                    misses[old] = 0
                    self.set_role(old, "primary")
                else:
                    self.promote(log, new)
                    misses[old], back[old] = f.misses, None
                    self.install(log.node, log.partition, f, new)
            home = duty.home
            ready = home is not old and home not in back and not misses[home] and not misses[old]
            ready = ready and not self.live.uncontrolled[home.number]
            if f.fail_back and not lost and ready and log.copies[home].link == "linked":
                duty.busy = True
                self.set_role(old, "out of sync")
                if not (yield from self.step(duty, old, f, f.promote_s)):
                    continue
                duty.busy = False
                if self.view(home):
                    self.set_role(old, "primary")
                else:
                    self.promote(log, home, whole=True)
                    back[old] = None
                    self.install(log.node, log.partition, f, home)
            for member in list(back):
                if misses[member] or misses[duty.primary]:
                    back[member] = None
                elif (due := back[member]) is None:
                    back[member] = self.env.now + ticks(f.resync_s)
                elif self.env.now >= due:
                    del back[member]
                    self.rejoin(log, member)
            yield self.control(max(interval - (self.env.now - tick), ticks(0.001)))

    def set_role(self, member: Server, role: str) -> None:
        """A member is fenced, or is the primary again."""
        member.role = role
        self.relink()
        self.resume_all()

    def has(self, log: Log, member: Server) -> int:
        """How much of the log a member would go on with."""
        return len(log.written) if self.store(log.node).shared else log.copies[member].received

    def promote(self, log: Log, new: Server, whole: bool = False) -> None:
        """The new primary goes on with what it has; the rest of the log is lost."""
        kept = len(log.written) if whole else self.has(log, new)
        gone = log.written[kept:]
        if gone and not self.plan.only_remembers(log.node):
            self.lose_acknowledged(log, gone)
        self.unlink(log)
        log.primary, log.lost, log.written = new, log.lost + len(gone), log.written[:kept]
        self.forget_changes(new, [k for k, number in log.versions.items() if number > kept])
        log.versions = {k: min(v, kept) for k, v in log.versions.items()}
        for copy in log.copies.values():
            if copy.applied >= kept:  # what it works on is no more
                copy.working, copy.busy = copy.working + 1, False
            copy.received, copy.applied = min(copy.received, kept), min(copy.applied, kept)
        new.role = "primary"
        self.relink()
        self.resume_all()

    def lose_acknowledged(self, log: Log, gone: list[int]) -> None:
        """Writes acknowledged at these instants are lost now."""
        age = (self.env.now - gone[0]) / TICKS_PER_S
        self.lost_writes.append((self.env.now / TICKS_PER_S, len(gone), age, self.plan.nodes[log.node].id))

    def rejoin(self, log: Log, member: Server) -> None:
        """A former primary has copied everything."""
        copy = log.copies[member]
        copy.received = copy.applied = len(log.written)
        copy.link, copy.sent, copy.working, copy.busy = "cut", copy.sent + 1, copy.working + 1, False
        member.role = "replica"
        self.relink()
        self.resume_all()

    def named(self, node: int, partition: int) -> tuple[object, ...]:
        """Names of a partition's draws."""
        id = self.plan.nodes[node].id
        return (id, partition) if partition else (id,)

    if TYPE_CHECKING:  # in `Oracle`, `Calls` and `Control`

        memories: dict[Server, Any]

        def of(self, node: int) -> list[Server]: ...
        def forget_changes(self, server: Server, subjects: list[int]) -> None: ...
        def one_way(self, a: int, b: int) -> int: ...
        def view(self, server: Server) -> int: ...
        def step(self, duty: Duty, server: Server, f: Failover, takes_s: float) -> Process: ...
        def controlled(self, server: Server, f: Failover) -> Process: ...
        def install(self, n: int, p: int, f: Failover, primary: Server) -> None: ...
        def talk(self, one: Server, other: Server) -> bool: ...
        def may_go_on(self, server: Server, about: About) -> bool: ...
        def resume_all(self) -> None: ...
        def region(self, server: Server) -> str | None: ...
        def lead_from_afar(self, log: Log, f: Failover) -> Process: ...
