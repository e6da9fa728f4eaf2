"""The oracle's doors in front of a server's slots: shedding and token buckets."""

from __future__ import annotations

from engine.behaviours import Limiter, Station
from engine.kernel.layout import TICKS_PER_S
from engine.oracle.clock import Clock
from engine.oracle.state import Server


class Gates(Clock):
    """The part of `Oracle` that turns requests away before they are admitted."""

    def gate(self, server: Server) -> str | None:
        """Why a request is turned away now; None when it may go on."""
        behaviour = self.plan.nodes[server.node].behaviour
        if isinstance(behaviour, Limiter):
            return self.limit(server, behaviour)
        if isinstance(behaviour, Station) and behaviour.shed_above is not None:
            inside = server.busy + len(server.queue)
            return "shed" if inside and inside / server.slots >= behaviour.shed_above - 1e-12 else None
        return None

    def limit(self, server: Server, limiter: Limiter) -> str | None:
        """Take a token from the bucket that has filled up meanwhile."""
        passed = self.env.now - server.filled
        have = limiter.burst if server.tokens is None else server.tokens
        server.tokens = min(limiter.burst, have + passed * (limiter.rate_per_s / TICKS_PER_S))
        server.filled = self.env.now
        if server.tokens < 1:
            return "throttled"
        server.tokens -= 1
        return None
