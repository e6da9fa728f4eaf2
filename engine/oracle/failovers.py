"""The oracle's failover of a pair inside its Region, what follows a promotion, and writes that wait for other members."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover, Store
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform
from engine.live import Live
from engine.oracle.groups import Groups
from engine.oracle.sites import Site
from engine.oracle.state import About, Duty, Pool, Server

Process = Generator[simpy.Event, Any, Any]


class Failovers(Groups):
    """What controllers of stores do, in `Oracle`."""

    path_cut: set[tuple[int, int]]
    servers: list[Server]
    sites: dict[tuple[int, Server], Site]
    pools: list[list[Pool]]

    def talk(self, one: Server, other: Server) -> bool:
        """Whether anything is replicated from one to the other, which lives."""
        a, z = one.place, other.place
        return not (other.down or one.paused or other.paused or (a, z) in self.path_cut or (z, a) in self.path_cut)

    def may_go_on(self, server: Server, about: About) -> bool:
        """Whether a request that has done its work has the members it needs, or is not to be answered here anyway."""
        needed = self.needed(server, about)
        if needed == 0:
            other = server.standby
            return other is None or (other.role == "standby" and self.talk(server, other))
        fenced = server.role == "out of sync" or (server.role != "primary" and self.writes(about))
        return fenced or len(self.near(server)) >= needed

    def resume(self, server: Server) -> None:
        """Of what stalled here, the latest first, what can go on does."""
        waiting, server.stalled = server.stalled, []
        for event, about in waiting[::-1]:
            if self.may_go_on(server, about):
                event.succeed()
            else:
                server.stalled.insert(0, (event, about))

    def resume_all(self) -> None:
        """Look at everything that stalled."""
        for server in self.servers:
            self.resume(server)

    def view(self, server: Server) -> int:
        """What the regional monitor sees: 0 answers, 1 refuses, 2 silent."""
        region = self.plan.places[server.place].region
        here = next(p for p, place in enumerate(self.plan.places) if place.kind == "region" and place.region == region)
        if (here, server.place) in self.path_cut or (server.place, here) in self.path_cut:
            return 2
        return server.down

    def set_standby(self, primary: Server, standby: Server | None) -> None:
        """Who receives the primary's writes from now on."""
        primary.standby = standby
        self.relink()
        self.resume(primary)

    def failover(self, n: int, p: int, f: Failover) -> Process:
        """Watch primary and standby; promote, drop, readmit, go back. Nothing to do while the duty is in another Region."""
        duty = self.duties[n, p]
        pair = self.of(n)[p * len(self.store(n).azs) :][:2]
        primary, other = pair
        misses = {primary: 0, other: 0}
        ready_at: int | None = None
        apart = moves = 0
        interval = ticks(f.monitor_interval_s)
        yield self.control(int(stream_uniform(self.plan.seed, "monitor phase", *self.named(n, p)) * interval))
        while True:
            tick = self.env.now
            views = {s: self.view(s) for s in (primary, other)}
            if 2 in views.values():
                yield self.control(ticks(f.monitor_timeout_s))
            for s, view in views.items():
                misses[s] = misses[s] + 1 if view else 0
            parted = {(primary.place, other.place), (other.place, primary.place)} & self.path_cut
            apart = apart + 1 if parted or primary.paused or other.paused else 0
            if duty.busy or duty.abroad or moves != duty.moves:
                while duty.busy or duty.abroad:
                    yield self.control(interval)
                if moves != duty.moves:
                    primary, other = pair if duty.primary is pair[0] else pair[::-1]
                    misses, ready_at, apart, moves = {primary: 0, other: 0}, None, 0, duty.moves
                continue
            in_sync = other.role == "standby"
            helpless = bool(self.live.uncontrolled[primary.number])
            lost = misses[primary] >= f.misses and in_sync and misses[other] == 0 and not helpless
            if lost:
                duty.busy = True
                if not (yield from self.step(duty, primary, f, f.decide_s)):
                    continue
            back = f.fail_back and in_sync and other is pair[0] and not any(misses.values()) and not apart and not helpless
            if lost or back:
                primary.role, duty.busy = "out of sync", True
                self.set_standby(primary, None)
                if not (yield from self.step(duty, primary, f, f.promote_s)):
                    continue
                duty.busy, ready_at = False, None
                if self.view(other):
                    primary.role, other.role, misses[primary] = "primary", "out of sync", 0
                    self.relink()
                else:
                    other.role = "primary"
                    if lost:
                        misses[primary] = f.misses
                    self.follow(other)
                    self.relink()
                    primary, other = other, primary
                    self.install(n, p, f, primary)
            elif in_sync and misses[primary] == 0 and max(misses[other], apart) >= f.misses:
                other.role, ready_at = "out of sync", None
                self.set_standby(primary, None)
            if other.role == "out of sync":
                if misses[other] or misses[primary] or apart:
                    ready_at = None
                elif ready_at is None:
                    ready_at = self.env.now + ticks(f.resync_s)
                elif self.env.now >= ready_at:
                    other.role, ready_at = "standby", None
                    self.set_standby(primary, other)
            yield self.control(max(interval - (self.env.now - tick), ticks(0.001)))

    def controlled(self, server: Server, f: Failover) -> Process:
        """Wait until the control plane of a server answers, asking once in a monitor's interval."""
        while self.live.uncontrolled[server.number]:
            yield self.control(ticks(f.monitor_interval_s))

    def step(self, duty: Duty, server: Server, f: Failover, takes_s: float) -> Process:
        """A part of a failover. With the control plane down the duty is anybody's; False when somebody took it."""
        yield self.control(ticks(takes_s))
        if self.live.uncontrolled[server.number]:
            moves, duty.busy = duty.moves, False
            yield from self.controlled(server, f)
            if duty.busy or duty.moves != moves:
                return False
            duty.busy = True
        return True

    def install(self, n: int, p: int, f: Failover, primary: Server) -> None:
        """A member has become the primary: callers learn of it one by one, and its buffers are cold."""
        self.duties[n, p].primary = primary
        self.env.process(self.propagate(n, p, f, primary))
        if f.warm_s:
            self.env.process(self.warm_up(f, primary))

    def warm_up(self, f: Failover, primary: Server) -> Process:
        """Work takes longer until the buffers are warm; a later promotion of the same member begins anew."""
        primary.warmings += 1
        this = primary.warmings
        primary.chill, primary.slow = f.warm_factor, primary.strain * f.warm_factor
        yield self.control(ticks(f.warm_s))
        if primary.warmings == this:
            primary.chill, primary.slow = 1.0, primary.strain

    def propagate(self, n: int, p: int, f: Failover, primary: Server) -> Process:
        """Each caller instance uses the new primary once its cached address has expired."""
        since, ttl = self.env.now, ticks(f.propagate_ttl_s)
        store = self.named(n, p)
        for e, edge in enumerate(self.plan.edges):
            if edge.callee == n:
                caller = self.plan.nodes[edge.caller]
                for j, server in enumerate(self.of(edge.caller)):
                    delay = int(stream_uniform(self.plan.seed, "ttl", *store, caller.id, j, since) * ttl)
                    self.env.process(self.move(delay, e, server, p, primary))
                    if edge.policy.pool_age_s is not None:
                        left = int(stream_uniform(self.plan.seed, "pool age", *store, caller.id, j, since) * ticks(edge.policy.pool_age_s))
                        self.env.process(self.retire(delay + left, e, server, p, primary))
        yield self.control(ttl)

    def move(self, delay: int, e: int, caller: Server, p: int, primary: Server) -> Process:
        """One caller instance follows the address."""
        yield self.control(delay)
        pool = next(p for p in self.pools[caller.node] if p.targets[0].edge == e)
        target, site = next(t for t in pool.targets if t.server is primary), self.sites[e, caller]
        if self.plan.edges[e].policy.pool_age_s is None:
            site.primaries[p] = target
        else:
            site.moved.pop(p, None)
            if site.primaries[p] is not target:
                site.moved[p] = target

    def retire(self, delay: int, e: int, caller: Server, p: int, primary: Server) -> Process:
        """The pooled connections of one caller instance to one partition are as old as they may get."""
        yield self.control(delay)
        site = self.sites[e, caller]
        if p in site.moved and site.moved[p].server is primary:
            site.primaries[p] = site.moved.pop(p)

    if TYPE_CHECKING:  # in `Oracle` and `Replication`
        live: Live
        duties: dict[tuple[int, int], Duty]

        def of(self, node: int) -> list[Server]: ...
        def relink(self) -> None: ...
        def follow(self, server: Server) -> None: ...
        def named(self, node: int, partition: int) -> tuple[object, ...]: ...
        def store(self, n: int) -> Store: ...
        def writes(self, about: About) -> bool: ...
        def needed(self, server: Server, about: About) -> int: ...
        def near(self, server: Server) -> list[Server]: ...
