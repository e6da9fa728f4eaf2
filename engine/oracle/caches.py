"""The oracle's caches and the programs of those who use them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Cache
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import Clock
from engine.oracle.draws import FLUSH, HIT, REFRESH, Draws
from engine.oracle.logs import Log
from engine.oracle.memories import Backlog, Fetch, Memory
from engine.oracle.state import About, First, Job, Pool, Server

Process = Generator[simpy.Event, Any, Any]
MISS: First = (-1, "miss")  # beside an ok: the cache does not have it


class Caches(Clock):
    """The caches' part of `Oracle`."""

    draws: Draws
    pools: list[list[Pool]]

    def start_caches(self) -> None:
        """All empty."""
        self.memories: dict[Server, Memory] = {}
        for i in self.plan.memories():
            store, memory = self.plan.nodes[self.servers[i].node].store, Memory(self.cache(self.servers[i]))
            self.memories |= dict.fromkeys(self.servers[i : i + (len(store.azs) if store else 1)], memory)

    def cache(self, server: Server) -> Cache:
        """An instance's behaviour as a cache."""
        behaviour = self.plan.nodes[server.node].behaviour
        assert isinstance(behaviour, Cache)
        return behaviour

    def look_up(self, job: Job) -> bool:
        """Whether it is here and fresh."""
        memory, subject = self.memories[job.callee], job.about.subject
        if memory.cache.hit_ratio is not None:
            hit = self.draws.uniform(job.key, HIT) < memory.cache.hit_ratio
        else:
            grace = ticks(memory.cache.stale_while_revalidate_s) if self.plan.nodes[job.callee.node].calls else 0
            hit = self.env.now < memory.kept.get(subject, -1e18) + grace
        if hit and memory.cache.hit_ratio is None:
            memory.kept.move_to_end(subject)
            if self.env.now >= memory.kept[subject]:
                memory.stale_answers += 1
                if subject not in memory.fetching:
                    memory.refreshes += 1
                    memory.fetching[subject] = Fetch(None)
                    key = self.draws.follower(job.key, REFRESH)
                    again = Job(-1, None, job.callee, key, None, job.about.alone(), detached=True)
                    self.env.process(self.refresh(job.callee, memory, again))
        log = self.logs.get(job.callee)
        if log and job.callee.role == "replica" and log.versions.get(subject, 0) > log.copies[job.callee].applied:
            self.stale[job.callee] += 1
            hit = subject in memory.dropped  # what was there before
        memory.hits, memory.misses = memory.hits + hit, memory.misses + (not hit)
        return hit

    def refresh(self, server: Server, memory: Memory, job: Job) -> Process:
        """The cache itself fetches a value that has expired."""
        result = yield from self.fetch(job, server.epoch)
        if result is not None:
            for _, turn in memory.fetching.pop(job.about.subject).waiting:
                turn.succeed((result, job.degraded))

    def forget(self, server: Server, dies: bool) -> None:
        """Empty it. What is not flushed is lost; what is under way arrives all the same, unless the instance dies."""
        memory, log = self.memories.get(server), self.logs.get(server)
        if memory is None:
            return
        if log and dies and any(not m.down and m is not server and m.role in ("primary", "replica") for m in log.members):
            return  # the others have it
        if server.role not in ("none", "primary") and not dies:
            return
        lost: list[int] = []
        if memory.cache.keeps:
            lost = [memory.since[k] for k, until in memory.kept.items() if self.env.now < until]
        memory.kept.clear()
        for backlog in memory.backlogs.values():
            lost += backlog.writes if dies else backlog.writes[backlog.carried :]
            backlog.writes = [] if dies else backlog.writes[: backlog.carried]
            if dies:
                backlog.carried, backlog.turn, backlog.state = 0, backlog.turn + 1, "idle"
        if lost:
            memory.lost_writes += len(lost)
            id = self.plan.nodes[server.node].id
            self.unbooked[server.number] = (self.env.now / TICKS_PER_S, len(lost), (self.env.now - min(lost)) / TICKS_PER_S, id)

    # ---- write-back ----
    def write_back(self, memory: Memory, job: Job) -> None:
        """Acknowledge a write, to be flushed later."""
        self.put(job.callee, memory, job.about.subject)
        backlog = memory.backlogs.setdefault(job.about.subject, Backlog(job.about))
        backlog.writes.append(self.env.now)
        if backlog.state == "idle":
            backlog.key, backlog.about = self.draws.follower(job.key, FLUSH), job.about
            self.env.process(self.flush_backlog(job.callee, memory, backlog, ticks(memory.cache.flush_interval_s)))

    def put(self, server: Server, memory: Memory, subject: int) -> None:
        """Keep a key; what has to go for it is flushed now."""
        gone = memory.put(subject, self.env.now)
        backlog = None if gone is None else memory.backlogs.get(gone)
        if backlog and backlog.writes and backlog.state == "waiting":
            self.env.process(self.flush_backlog(server, memory, backlog, 0))

    def flush_backlog(self, server: Server, memory: Memory, backlog: Backlog, delay: int) -> Process:
        """Send what there is of a key by then; what it was about is what its first write was about. Then look whether there is more."""
        backlog.turn, backlog.state = backlog.turn + 1, "waiting" if delay else "under way"
        turn, epoch = backlog.turn, server.epoch
        if delay:
            yield self.work(delay, backlog.key)
        while backlog.turn == turn and server.epoch == epoch:
            backlog.state, backlog.carried = "under way", len(backlog.writes)
            if not backlog.writes:
                break
            job, result = Job(-1, None, server, backlog.key, None, backlog.about.alone(), detached=True), None
            for k, pool in enumerate(self.pools[server.node]):
                result = yield from self.call(job, pool, 3 + k, epoch)
                if result is None:
                    return
                if result[0] != "ok":
                    break
            good = result is not None and result[0] == "ok"
            if good:
                memory.flushed_writes += backlog.carried
                backlog.writes = backlog.writes[backlog.carried :]
            backlog.carried, backlog.key = 0, self.draws.follower(backlog.key, FLUSH)
            if backlog.writes and not (good and backlog.about.subject not in memory.kept):
                backlog.state = "waiting"
                yield self.work(ticks(memory.cache.flush_interval_s), backlog.key)
        if backlog.turn == turn and server.epoch == epoch:
            backlog.state = "idle"

    def drop_fetches(self, server: Server) -> None:
        """Who fetched there, and who waited, is dead."""
        if server in self.memories:
            self.memories[server].fetching.clear()

    def passes(self, about: About) -> bool:
        """Whether no cache is asked; without a class one is."""
        return about.kind == self.kinds.get("write")

    def asked(self, job: Job) -> tuple[str, First]:
        """A cache that is only asked does one thing at a time."""
        memory, subject = self.memories[job.callee], job.about.subject
        verb = job.verb if not memory.cache.keeps else "fill" if self.writes(job.about) else "read"
        if verb in ("fill", "drop"):
            if job.callee.role in ("none", "primary"):
                self.change(job.callee, memory, verb, subject)
        elif not self.look_up(job) and verb == "lookup":
            return "ok", MISS
        return "ok", None

    def change(self, server: Server, memory: Memory, verb: str, subject: int) -> None:
        """Keep a key or take it out; who has replicas tells them."""
        if subject < 0 or memory.cache.hit_ratio is not None or (verb == "drop" and subject not in memory.kept):
            return
        if verb == "fill":
            memory.put(subject, self.env.now)
        else:
            del memory.kept[subject]
            memory.dropped.add(subject)
        if server in self.logs:
            self.acknowledge(self.logs[server], subject)

    def forget_changes(self, server: Server, subjects: list[int]) -> None:
        """A new primary lacks the latest changes of these keys, and has none of them."""
        for subject in subjects if server in self.memories else ():
            if self.memories[server].kept.pop(subject, None) is not None:
                self.memories[server].dropped.add(subject)

    def read_through(self, job: Job, epoch: int) -> Process:
        """Look up, on a miss fetch and keep. Writes always pass."""
        memory, writes, subject = self.memories[job.callee], self.passes(job.about), job.about.subject
        writes |= memory.cache.writes == "back" and self.writes(job.about)
        if not writes and self.look_up(job):
            return "ok", None
        if writes and memory.cache.writes == "back" and subject >= 0:
            self.write_back(memory, job)
            return "ok", None
        together = memory.cache.coalesce and not writes and subject >= 0
        result = yield from (self.fetch_together(memory, job, epoch) if together else self.fetch(job, epoch))
        if result is None:
            return None
        outcome, first = result
        if outcome != "ok":
            grace = memory.cache.stale_if_error_s
            old = not writes and grace > 0 and self.env.now < memory.kept.get(subject, float("-inf")) + ticks(grace)
            memory.stale_answers += old
            return ("ok", None) if old else ("error", first)
        if writes:
            if memory.cache.writes == "around":
                memory.kept.pop(subject, None)
            else:
                self.put(job.callee, memory, subject)
        return "ok", None

    def fetch(self, job: Job, epoch: int) -> Process:
        """Make the cache's own calls; what a read brings is kept. Of two origins the second is asked when a read from the first failed."""
        second = self.plan.second(job.callee.node)
        for k, pool in enumerate(p for p in self.pools[job.callee.node] if p.edge != second):
            result = yield from self.call(job, pool, 3 + k, epoch)
            if result is not None and result[0] != "ok" and second >= 0 and not self.passes(job.about):
                other = next(p for p in self.pools[job.callee.node] if p.edge == second)
                result = yield from self.call(job, other, 2, epoch)
            if result is None or result[0] != "ok":
                return result
        if not self.passes(job.about):
            self.put(job.callee, self.memories[job.callee], job.about.subject)
        return "ok", None

    def fetch_together(self, memory: Memory, job: Job, epoch: int) -> Process:
        """Fetch, unless somebody does so already: then wait for that."""
        subject = job.about.subject
        if subject in memory.fetching:
            memory.coalesced += 1
            job.stage, turn = "await", self.env.event()
            memory.fetching[subject].waiting.append((job, turn))
            told = yield turn
            if job.cancelled or job.callee.epoch != epoch:
                return None
            if told is not None:
                job.degraded |= told[1]
                return told[0]
        else:
            memory.fetching[subject] = Fetch(job)
        result = yield from self.fetch(job, epoch)
        if result is not None:
            for _, turn in memory.fetching.pop(subject).waiting:
                turn.succeed((result, job.degraded))
        return result

    def leave_fetch(self, job: Job) -> None:
        """A request is cancelled: it waits no longer, or the first who waits fetches in its place."""
        memory = self.memories.get(job.callee)
        fetch = memory.fetching.get(job.about.subject) if memory else None
        if memory is None or fetch is None:
            return
        fetch.waiting = [(other, turn) for other, turn in fetch.waiting if other is not job]
        if fetch.leader is job:
            if fetch.waiting:
                fetch.leader, turn = fetch.waiting.pop(0)
                turn.succeed(None)
            else:
                del memory.fetching[job.about.subject]

    def call_after_look_up(self, job: Job, cache: Pool, pool: Pool, at: int, epoch: int) -> Process:
        """Ask the cache, then whom it saves; ``at`` numbers the steps for their draws. The result is that of the call."""

        def step(k: int, verb: str = "") -> Process:
            return self.call(job, replace(cache, verb=verb) if verb else pool, at + k, epoch)

        if self.passes(job.about):
            result = yield from step(5)
            if result is not None and result[0] == "ok":
                return None if (yield from step(6, "drop")) is None else ("ok", None)
            return result
        looked = yield from step(1, "lookup")
        if looked is None or looked == ("ok", None):
            return looked
        result = yield from step(2 if looked[0] == "ok" else 4)
        if result is None or result[0] != "ok" or looked[0] != "ok":
            return result
        return None if (yield from step(3, "fill")) is None else ("ok", None)

    if TYPE_CHECKING:  # in `Oracle`, `Calls` and `Replication`
        servers: list[Server]
        logs: dict[Server, Log]
        stale: dict[Server, int]
        unbooked: dict[int, tuple[float, int, float, str]]

        def acknowledge(self, log: Log, subject: int) -> None: ...

        kinds: dict[str, int]

        def writes(self, about: About) -> bool: ...
        def call(self, job: Job, pool: Pool, local: int, epoch: int) -> Process: ...
