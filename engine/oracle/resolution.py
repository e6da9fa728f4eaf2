"""The oracle's resolvers: a cache per client resolver that is filled anew when it expires, and checks of the records."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator
from typing import Any

import simpy

from engine.behaviours import Autoshift, Balancer, HealthCheck, Resolver, Source
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_key, stream_uniform
from engine.live import Live
from engine.oracle.clock import Clock
from engine.oracle.draws import Draws, draw, to_unit
from engine.oracle.state import Pool, Server, Target

Process = Generator[simpy.Event, Any, Any]
RESOLVER, ANSWER, PICK = 42, 43, 3


class Names(Clock):
    """The part of `Oracle` that resolves names."""

    draws: Draws
    servers: list[Server]
    pools: list[list[Pool]]
    of: Callable[[int], list[Server]]
    ask: Callable[..., tuple[bool, int]]

    def start_names(self) -> None:
        """Everybody is healthy, and every resolver is watched."""
        resolvers = [n for n, node in enumerate(self.plan.nodes) if isinstance(node.behaviour, Resolver)]
        self.fit = {n: [True] * len(self.plan.nodes[n].calls) for n in resolvers}
        self.left: dict[int, int] = {}  # balancer: place of the AZ it has left by itself
        self.nodes_in: dict[int, list[tuple[int, list[int]]]] = {}  # per balancer with several nodes: (instant, numbers of those it names)
        self.mute = dict.fromkeys(resolvers, False)
        self.history: dict[int, list[tuple[int, list[bool], bool]]] = {n: [(-(1 << 60), list(self.fit[n]), False)] for n in resolvers}
        for n in resolvers:
            behaviour = self.plan.nodes[n].behaviour
            assert isinstance(behaviour, Resolver)
            if behaviour.health_check:
                self.env.process(self.check_records(n, behaviour.health_check))
        self.several = [b for b in self.plan.balancers() if len(self.of(b)) > 1]
        for b in self.several:
            behaviour = self.plan.nodes[b].behaviour
            assert isinstance(behaviour, Balancer)
            self.fit[b] = [bool(pool.targets) for pool in self.pools[b]]
            self.nodes_in[b] = [(-(1 << 60), self.entrances(b))]
            self.env.process(self.check_records(b, behaviour.node_check))

    def note_answer(self, n: int) -> None:
        """The answers of resolver n change now."""
        if n in self.several:
            self.nodes_in[n].append((self.env.now, self.entrances(n)))
        else:
            self.history[n].append((self.env.now, list(self.fit[n]), self.mute[n]))

    def entrances(self, b: int) -> list[int]:
        """Nodes that a balancer's name leads to: fit ones, in AZs traffic is not shifted away from, as far as there are any."""
        everybody = range(len(self.of(b)))
        fit = [k for k in everybody if self.fit[b][k]]
        near = [k for k in everybody if not self.of(b)[k].shifted and self.of(b)[k].place != self.left.get(b)]
        return [k for k in fit if k in near] or near or fit or list(everybody)

    def watch_zones(self, b: int, rules: Autoshift) -> Process:
        """Leave the one AZ in which too much fails, for a while."""
        zones: dict[int, list[Target]] = {}
        for pool in self.pools[b]:
            for target in pool.targets:
                zones.setdefault(target.server.place, []).append(target)
        suspicion: list[int] = []
        seen = dict.fromkeys(zones, (0, 0))
        while len(zones) > 1:
            yield self.control(ticks(rules.period_s))
            fresh = {z: (sum(t.ended for t in ts), sum(t.bad for t in ts)) for z, ts in zones.items()}
            ended = {z: fresh[z][0] - seen[z][0] for z in zones}
            ill = [z for z in zones if fresh[z][1] - seen[z][1] >= rules.share * ended[z]]
            if min(ended.values()) < rules.minimum or len(ill) != 1:
                suspicion = []
            else:
                suspicion = [*(s for s in suspicion if s == ill[0]), ill[0]]
            if len(suspicion) >= rules.points:
                zone, suspicion = ill[0], []
                self.leave(b, zone, zones[zone], True)
                yield self.control(ticks(rules.hold_s))
                self.leave(b, zone, zones[zone], False)
                fresh = {z: (sum(t.ended for t in ts), sum(t.bad for t in ts)) for z, ts in zones.items()}
            seen = fresh

    def leave(self, b: int, zone: int, targets: list[Target], away: bool) -> None:
        """Out of an AZ, or back."""
        for target in targets:
            target.away = away
        for pool in self.pools[b]:
            pool.relist()
        if away:
            self.left[b] = zone
        else:
            del self.left[b]
        if b in self.several:
            self.note_answer(b)

    def shift(self, live: Live) -> None:
        """Traffic is shifted away from AZs, or back."""
        before = {b: [s.shifted for s in self.of(b)] for b in self.several}
        for server in self.servers:
            server.shifted = bool(live.shifted[server.number])
        for b in self.several:
            if before[b] != [s.shifted for s in self.of(b)]:
                self.note_answer(b)

    def resolve(self, pool: Pool, caller: Server, key: int, local: int, tries: int, session: int = -1) -> Target | None:
        """Whom a caller's cached answer names; None when it is empty."""
        n = pool.resolver
        assert n is not None
        node, asker = self.plan.nodes[n], self.plan.nodes[caller.node]
        behaviour = node.behaviour
        assert isinstance(behaviour, Resolver | Balancer)
        mine = caller.number - asker.first
        if isinstance(asker.behaviour, Source):
            mine = session % 1024 if session >= 0 else int(self.draws.uniform(key, RESOLVER, local) * 1024)
        own = draw(int(stream_key(self.plan.seed, "resolver", node.id, asker.id)), mine)
        sticky = isinstance(behaviour, Resolver) and to_unit(draw(own, 0)) < behaviour.sticky_share
        keeps = ticks(behaviour.sticky_s if sticky else behaviour.ttl_s)  # type: ignore[union-attr]
        now = number = self.env.now
        if keeps:
            ahead = int(to_unit(draw(own, 1)) * keeps)
            number = (self.env.now + ahead) // keeps
            now = number * keeps - ahead
        if isinstance(behaviour, Balancer):
            return self.node_of(n, pool.targets, now, key, local, tries)
        _, fit, mute = [h for h in self.history[n] if h[0] <= now][-1]
        many = behaviour.policy == "multivalue"
        u = self.draws.uniform(key, ANSWER, local, tries) if many else to_unit(draw(own, number + 2))
        record = None if mute else self.pick(n, caller.node, fit, u, draw(own, number + 2) if many else None)
        if record is None:
            return None
        if self.plan.edges[node.calls[record]].callee in self.several:
            nodes = [t for t in pool.targets if t.via == node.calls[record]]
            return self.node_of(self.plan.edges[node.calls[record]].callee, nodes, now, key, local, tries)
        behind = [t for t in pool.targets if t.via == node.calls[record] and t.server.registered]
        return behind[int(self.draws.uniform(key, PICK, local, tries) * len(behind))] if behind else None

    def node_of(self, b: int, nodes: list[Target], asked: int, key: int, local: int, tries: int) -> Target:
        """One of the nodes that a balancer's name led to then."""
        some = [h for h in self.nodes_in[b] if h[0] <= asked][-1][1]
        return nodes[some[int(self.draws.uniform(key, PICK, local, tries) * len(some))]]

    def pick(self, n: int, caller: int, fit: list[bool], u: float, values: int | None = None) -> int | None:
        """The record that an answer names."""
        plan = self.plan
        edges = [plan.edges[v] for v in plan.nodes[n].calls]
        behaviour = plan.nodes[n].behaviour
        assert isinstance(behaviour, Resolver)
        weights = dict.fromkeys(range(len(edges)), 1.0)
        up = {r for r in weights if fit[r]} or set(weights)
        if behaviour.policy == "geolocation":
            asker = plan.nodes[caller].behaviour
            place = plan.places[plan.instances[plan.nodes[caller].first].place]
            where = asker.location if isinstance(asker, Source) else place.region
            own, rest = [r for r in weights if where and where in edges[r].locations], [r for r in weights if not edges[r].locations]
            up = set([r for r in own if fit[r]] or [r for r in rest if fit[r]] or own or rest)
        elif behaviour.policy == "simple":
            up = set(weights)
        elif behaviour.policy == "weighted" and any(edges[r].weight > 0 for r in up):
            weights = {r: edges[r].weight for r in weights}
        elif behaviour.policy == "latency":
            here = plan.instances[plan.nodes[caller].first].place
            up = {min(up, key=lambda r: (plan.one_way_s[here, plan.instances[plan.nodes[edges[r].callee].first].place], r))}
        elif behaviour.policy == "failover":
            up = {min(up)}
        if not up:
            return None
        if values is not None:
            up = self.eight(sorted(up), values)
        total, passed = math.fsum(weights[r] for r in up), 0.0
        for r in sorted(up):
            passed += weights[r]
            if u < passed / total:
                return r
        return max(r for r in up if weights[r])

    @staticmethod
    def eight(fit: list[int], key: int) -> set[int]:
        """Eight of the records at random, all when there are no more: each is taken with probability needed / left."""
        taken: set[int] = set()
        for k, r in enumerate(fit):
            if to_unit(draw(key, r)) * (len(fit) - k) < 8 - len(taken):
                taken.add(r)
        return taken

    def check_records(self, n: int, check: HealthCheck) -> Process:
        """Check every record each interval; consecutive results against the belief turn it."""
        node, interval = self.plan.nodes[n], ticks(check.interval_s)
        names = [self.plan.nodes[self.plan.edges[v].callee].id for v in node.calls]
        if n in self.several:
            names = [f"{node.id}[{k}]" for k in range(node.count)]
        agenda: list[tuple[int, int, int, int, bool]] = []
        for r, name in enumerate(names):
            heapq.heappush(agenda, (int(stream_uniform(self.plan.seed, "check phase", node.id, name) * interval), r, 0, 0, True))
        against = [0] * len(names)
        while True:
            time, r, known, number, passed = heapq.heappop(agenda)
            yield self.control(time - self.env.now)
            if not known:
                passed, delay = self.check_one(n, r, number, check)
                heapq.heappush(agenda, (time + interval, r, 0, number + 1, True))
                if not passed and delay:
                    heapq.heappush(agenda, (time + delay, r, 1, number, False))
                    continue
            against[r] = 0 if passed == self.fit[n][r] else against[r] + 1
            if against[r] >= (check.unhealthy if self.fit[n][r] else check.healthy):
                self.fit[n][r], against[r] = passed, 0
                self.note_answer(n)

    def check_one(self, n: int, r: int, number: int, check: HealthCheck) -> tuple[bool, int]:
        """(passed, ticks until a failure is known); a balancer hands the check to somebody it believes in."""
        if n in self.several:
            server, region = self.of(n)[r], self.plan.places[self.of(n)[r].place].region
            here = next(p for p, place in enumerate(self.plan.places) if place.kind == "region" and place.region == region)
            passed, way = self.ask(here, None, server, check.timeout_s, ("node", self.plan.nodes[n].id, r, number))
            passed &= any(t.healthy and t.server.registered for t in self.pools[n][r].targets)
            return passed, 0 if passed else way
        plan, names = self.plan, (self.plan.nodes[n].id, self.plan.nodes[self.plan.edges[self.plan.nodes[n].calls[r]].callee].id, number)
        e, here, way, hops = plan.nodes[n].calls[r], self.of(n)[0].place, 0, 0
        there = [server for server in self.of(plan.edges[e].callee) if server.registered]
        if plan.edges[e].callee in self.several:
            there = [self.of(plan.edges[e].callee)[k] for k in self.entrances(plan.edges[e].callee)]
        if not there:
            return False, 0
        server = there[int(stream_uniform(plan.seed, "check instance", *names) * len(there))]
        while True:
            passed, way = self.ask(here, e, server, check.timeout_s, ("check", *names, hops), way)
            if not passed:
                return False, way
            if plan.nodes[server.node].behaviour.behaviour != "balancer":
                return True, 0
            rotation = self.pools[server.node][self.plan.instances[server.number].index].rotation
            if not rotation:
                return False, way
            target = rotation[int(stream_uniform(plan.seed, "check target", *names) * len(rotation))]
            here, e, server, hops = server.place, target.edge, target.server, hops + 1
