"""The oracle's doors in front of a server's slots: shedding, token buckets, pools on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.behaviours import Cache, Function, Limiter, Queue, Station, Store
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import Clock
from engine.oracle.draws import Draws
from engine.oracle.state import Job, Server


class Gates(Clock):
    """The part of `Oracle` that turns requests away before they are admitted."""

    draws: Draws
    servers: list[Server]
    buckets: dict[tuple[int, int], Server]  # of a table and the place of a member, which all its partitions share

    def gate(self, server: Server, job: Job) -> str | None:
        """Why a request is turned away now; None when it may go on."""
        behaviour = self.plan.nodes[server.node].behaviour
        if isinstance(behaviour, Queue) and behaviour.rate_per_s is None:
            return self.write_limit(server, job)
        if isinstance(behaviour, Limiter):
            return self.limit(server, behaviour.rate_per_s, behaviour.burst)
        if isinstance(behaviour, Store | Cache | Queue) and behaviour.rate_per_s is not None:
            full = self.limit(server, behaviour.rate_per_s, behaviour.burst)
            if full is None and isinstance(behaviour, Store) and behaviour.table_rate_per_s is not None:
                member = self.plan.instances[server.number].index % len(behaviour.azs)
                table = self.buckets.setdefault((server.node, member), Server(-1, server.node, server.place, 0, 0))
                full = self.limit(table, behaviour.table_rate_per_s, behaviour.table_burst)
                server.tokens = (server.tokens or 0.0) + (full is not None)
            return full
        if isinstance(behaviour, Function):
            return self.environment(server, behaviour, job)
        if isinstance(behaviour, Station) and behaviour.shed_above is not None:
            inside = server.busy + len(server.queue)
            return "shed" if inside and inside / server.slots >= behaviour.shed_above - 1e-12 else None
        return None

    if TYPE_CHECKING:  # in `Queues`

        def write_limit(self, server: Server, job: Job) -> str | None: ...

    def environment(self, server: Server, function: Function, job: Job) -> str | None:
        """Find the request an environment: provisioned, the newest idle, or a new one."""
        server.idle = [since for since in server.idle if since + ticks(function.keep_alive_s) > self.env.now]
        if server.busy >= function.concurrency:
            return "throttled"
        if server.busy < function.provisioned:
            return None
        for most, functions in self.plan.accounts:
            if server.node in functions and sum(self.in_use(n) for n in functions) >= most:
                return "throttled"
        if server.idle:
            server.idle.pop()
            return None
        scale = function.scaling_per_10_s
        if self.limit(server, scale / 10, scale):
            return "throttled"
        job.cold = True
        return None

    def in_use(self, n: int) -> int:
        """Environments of an account that a function takes up: those at work, and those that are provisioned anyway."""
        behaviour = self.plan.nodes[n].behaviour
        assert isinstance(behaviour, Function)
        return max(self.servers[self.plan.nodes[n].first].busy, behaviour.provisioned)

    def leave_environment(self, server: Server) -> None:
        """A request is over; its environment stays for a while."""
        behaviour = self.plan.nodes[server.node].behaviour
        if isinstance(behaviour, Function) and server.busy >= behaviour.provisioned:
            server.idle.append(self.env.now)

    def cold_ticks(self, function: Function, key: int) -> float:
        """How long a new environment takes."""
        return self.draws.service_ticks(function.cold_start, key, 1000)

    def limit(self, server: Server, rate_per_s: float, burst: float) -> str | None:
        """Take a token from the bucket that has filled up meanwhile."""
        passed = self.env.now - server.filled
        have = burst if server.tokens is None else server.tokens
        server.tokens = min(burst, have + passed * (rate_per_s / TICKS_PER_S))
        server.filled = self.env.now
        if server.tokens < 1:
            return "throttled"
        server.tokens -= 1
        return None
