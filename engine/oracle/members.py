"""The members of the oracle's stores: whom a caller asks, whom a request waits for, what an answer is worth."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from engine.behaviours import Store
from engine.kernel.rng import stream_key
from engine.oracle.draws import PARTITION, PICK, Draws, draw, to_unit
from engine.oracle.logs import Log, Logs
from engine.oracle.sites import Site
from engine.oracle.state import About, Job, Pool, Server, Target

Process = Generator[simpy.Event, Any, Any]


class Members(Logs):
    """The part of `Oracle` that is about the members of a partition."""

    draws: Draws
    kinds: dict[str, int]
    sites: dict[tuple[int, Server], Site]
    path_add: np.ndarray

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

    if TYPE_CHECKING:  # in `Caches` and `Control`
        memories: dict[Server, Any]

        def may_go_on(self, server: Server, about: About) -> bool: ...
