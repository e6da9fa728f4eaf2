"""Promotion in the oracle: who goes on when the primary of a log is lost, and what is lost with it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.kernel.rng import stream_uniform
from engine.live import Live
from engine.oracle.logs import Log
from engine.oracle.members import Members
from engine.oracle.state import Duty, Server

Process = Generator[simpy.Event, Any, Any]


class Promotions(Members):
    """The part of `Oracle` that finds a new primary."""

    live: Live
    lost_writes: list[tuple[float, int, float, str]]
    duties: dict[tuple[int, int], Duty]

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
                promoted = yield from self.replace(log, f, fit)
                if promoted is None:
                    continue
                misses[old] = f.misses if promoted else 0
                if promoted:
                    back[old] = None
            home = duty.home
            ready = home is not old and home not in back and not misses[home] and not misses[old]
            ready = ready and not self.live.uncontrolled[home.number]
            if f.fail_back and not lost and ready and log.copies[home].link == "linked":
                returned = yield from self.give_back(log, f)
                if returned is None:
                    continue
                if returned:
                    back[old] = None
            for member in list(back):
                if misses[member] or misses[duty.primary]:
                    back[member] = None
                elif (due := back[member]) is None:
                    back[member] = self.env.now + ticks(f.resync_s)
                elif self.env.now >= due:
                    del back[member]
                    self.rejoin(log, member)
            yield self.control(max(interval - (self.env.now - tick), ticks(0.001)))

    def replace(self, log: Log, f: Failover, fit: list[Server]) -> Process:
        """Promote one of these. False when he is gone by then and the old primary goes on; None when somebody else took the duty."""
        duty = self.duties[log.node, log.partition]
        old, duty.busy = duty.primary, True
        if not (yield from self.step(duty, old, f, f.decide_s)):
            return None
        self.set_role(old, "out of sync")
        new = max(fit, key=lambda m: self.has(log, m))
        if not (yield from self.step(duty, old, f, f.promote_s)):
            return None
        duty.busy = False
        if self.view(new):
            self.set_role(old, "primary")
            return False
        self.promote(log, new)
        self.install(log.node, log.partition, f, new)
        return True

    def give_back(self, log: Log, f: Failover) -> Process:
        """Promote the first primary again, which has everything; the answer as above."""
        duty = self.duties[log.node, log.partition]
        old, home, duty.busy = duty.primary, duty.home, True
        self.set_role(old, "out of sync")
        if not (yield from self.step(duty, old, f, f.promote_s)):
            return None
        duty.busy = False
        if self.view(home):
            self.set_role(old, "primary")
            return False
        self.promote(log, home, whole=True)
        self.install(log.node, log.partition, f, home)
        return True

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

    if TYPE_CHECKING:  # in `Caches`, `Control` and `Afar`

        def forget_changes(self, server: Server, subjects: list[int]) -> None: ...
        def view(self, server: Server) -> int: ...
        def step(self, duty: Duty, server: Server, f: Failover, takes_s: float) -> Process: ...
        def install(self, n: int, p: int, f: Failover, primary: Server) -> None: ...
        def resume_all(self) -> None: ...
        def region(self, server: Server) -> str | None: ...
