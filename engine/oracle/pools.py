"""Among whom the oracle's callers choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.behaviours import Balancer, Cache, Resolver, Store
from engine.kernel.layout import ticks
from engine.oracle.clock import Clock
from engine.oracle.sites import Site
from engine.oracle.state import Pool, Server, Target


class Pools(Clock):
    """The part of `Oracle` that lists the targets of every node."""

    sites: dict[tuple[int, Server], Site]

    def make_pools(self, n: int) -> list[Pool]:
        """A balancer has one pool over all its edges for each of its servers, every other node one for each edge."""
        node, behaviour = self.plan.nodes[n], self.plan.nodes[n].behaviour
        if isinstance(behaviour, Balancer):
            return [self.pool_of_balancer(n, behaviour, server) for server in self.of(n)]
        pools = []
        for e in node.calls:
            called = self.plan.edges[e].callee
            callee, store = self.plan.nodes[called].behaviour, self.plan.nodes[called].store
            targets = [Target(s, e, via=v) for v, s in self.behind(e)]
            for s in self.of(n):
                self.sites[e, s].primaries = targets[self.plan.asked_first(called, s.number) :: len(store.azs) if store else 1]
            named = isinstance(callee, Resolver) or (isinstance(callee, Balancer) and len(self.of(called)) > 1)
            algorithm = "named" if named else "primary" if isinstance(callee, Store | Cache) else "random"
            pools.append(Pool(targets, algorithm, resolver=called if named else None, edge=e))
        return pools

    def pool_of_balancer(self, n: int, behaviour: Balancer, server: Server) -> Pool:
        """Everybody behind it, or those in the same AZ."""
        edges = self.plan.nodes[n].calls
        everybody = [Target(s, e, weight=self.plan.edges[e].weight) for e in edges for s in self.of(self.plan.edges[e].callee)]
        mine = [t for t in everybody if behaviour.cross_zone or t.server.place == server.place]
        pool = Pool(mine, behaviour.algorithm, edge=edges[0], balances=True)
        pool.ramp = ticks(behaviour.slow_start_s)
        return pool

    def behind(self, e: int) -> list[tuple[int, Server]]:
        """(edge of the record or −1, server) of everybody a call over an edge can come to."""
        callee = self.plan.nodes[self.plan.edges[e].callee]
        if isinstance(callee.behaviour, Resolver):
            return [(v, s) for v in callee.calls for s in self.of(self.plan.edges[v].callee)]
        return [(-1, s) for s in self.of(self.plan.edges[e].callee)]

    if TYPE_CHECKING:  # in `Oracle`

        def of(self, node: int) -> list[Server]: ...
