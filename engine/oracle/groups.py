"""The oracle's groups: instances that are launched, drained and replaced, and a size that follows a metric."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from engine.behaviours import Autoscaling, Station
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.kernel.rng import stream_uniform
from engine.live import Live
from engine.oracle.queues import Process
from engine.oracle.state import Pool, Server
from engine.oracle.topics import Topics


class Team:
    """One group. ``stage`` of its servers: launching, warming, serving, draining; anything else is not there."""

    def __init__(self, id: str, rules: Autoscaling, servers: list[Server]) -> None:
        self.id, self.rules, self.servers, self.wanted = id, rules, servers, rules.initial
        self.born = dict.fromkeys(servers, 0)
        self.warm = dict.fromkeys(servers, 0)
        self.missed = dict.fromkeys(servers, 0)
        self.closed: dict[int, int] = {}  # AZ → until when it is not tried
        self.totals: list[dict[Server, tuple[int, int, int]]] = []
        self.waiting: list[int] = []
        self.azs: list[int] = []
        for server in servers:
            if server.place not in self.azs:
                self.azs.append(server.place)
        for k, server in enumerate(servers):
            if k >= rules.initial:
                server.stage, server.absent, server.enrolled, server.down = "gone", True, False, 1

    def those(self, *stages: str) -> list[Server]:
        """Servers in one of these stages."""
        return [s for s in self.servers if s.stage in stages]

    def in_az(self, servers: list[Server], az: int) -> int:
        """How many of these are there."""
        return len([s for s in servers if s.place == az])

    @property
    def few(self) -> int:
        """A tenth, at least one."""
        return max(1, int(self.wanted * 0.1))


class Groups(Topics):
    """The part of `Oracle` that changes how many servers there are."""

    pools: list[list[Pool]]
    worked: Counter[int]
    live: Live

    def start_groups(self) -> None:
        """One team for each group."""
        self.live = self.plan.live()
        for n in self.plan.groups():
            behaviour = self.plan.nodes[n].behaviour
            assert isinstance(behaviour, Station) and behaviour.autoscaling
            team = Team(self.plan.nodes[n].id, behaviour.autoscaling, [self.servers[i] for i in self.plan.instances_of(n)])
            self.env.process(self.look_after(team))
            if team.rules.metric:
                self.env.process(self.take_samples(team))
                self.env.process(self.follow_metric(team, behaviour.concurrency))
        self.relist()

    def relist(self) -> None:
        """Every caller's list is made anew."""
        for pool in (pool for pools in self.pools for pool in pools):
            for target in pool.targets:
                server = target.server
                if server.enrolled and not server.withdrawn and not server.registered:
                    target.warm_at = self.env.now + pool.ramp
        for server in self.servers:
            server.registered = server.enrolled and not server.withdrawn
        for pool in (pool for pools in self.pools for pool in pools):
            pool.relist()

    def turn(self, server: Server, down: int) -> None:
        """A server goes down or comes back; the time it was up is booked."""
        server.up = self.up_ticks(server)
        server.turned, server.down = self.env.now, down

    def up_ticks(self, server: Server) -> int:
        """How long it has been up so far."""
        return server.up + (0 if server.down else self.env.now - server.turned)

    # ---- looking after a group ----
    def look_after(self, team: Team) -> Process:
        """Every so often: the dead, the number, the balance."""
        every = ticks(team.rules.check_s)
        yield self.control(int(stream_uniform(self.plan.seed, "group phase", team.id) * every))
        while True:
            for server in team.those("serving", "warming"):
                team.missed[server] = team.missed[server] + 1 if self.view(server) == 2 else 0
                dead = team.missed[server] >= team.rules.unhealthy
                if not dead and team.rules.health == "elb":
                    targets = [t for b in self.plan.balancers() for p in self.pools[b] for t in p.targets if t.server is server]
                    dead = not all(t.healthy for t in targets)
                if dead and self.env.now >= team.born[server] + ticks(team.rules.grace_s) and not self.helpless(team):
                    self.let_go(team, server)
            self.correct(team)
            self.even_out(team)
            yield self.control(every)

    def helpless(self, team: Team) -> bool:
        """Its control plane is down."""
        return bool(self.live.uncontrolled[team.servers[0].number])

    def correct(self, team: Team) -> None:
        """Launch or drain until the number is right."""
        if self.helpless(team):
            return
        while len(team.those("serving", "warming", "launching")) < team.wanted:
            there = team.those("serving", "warming", "launching")
            if not any(self.launch(team, az) for az in sorted(team.azs, key=lambda az: team.in_az(there, az))):
                break
        while len(serving := team.those("serving", "warming")) > team.wanted:
            most = max(team.in_az(serving, az) for az in team.azs)
            az = next(az for az in team.azs if team.in_az(serving, az) == most)
            self.let_go(team, min((s for s in serving if s.place == az), key=lambda s: team.born[s]))

    def even_out(self, team: Team) -> None:
        """One more where there are two fewer than elsewhere."""
        there = team.those("serving", "warming", "launching")
        numbers = [team.in_az(there, az) for az in team.azs]
        if team.rules.rebalance and max(numbers) - min(numbers) >= 2 and len(there) < team.wanted + team.few and not self.helpless(team):
            self.launch(team, team.azs[numbers.index(min(numbers))])

    def launch(self, team: Team, az: int) -> bool:
        """A new server in this AZ, unless it has no room or no capacity."""
        free = [s for s in team.those("gone") if s.place == az]
        if not free or self.env.now < team.closed.get(az, 0):
            return False
        fresh = [s for s in free if not s.struck and s.slow == 1 and not s.extra and not s.error_share and not s.throttle_share]
        server = (fresh or free)[0]
        called = (self.plan.nodes[server.node].id, self.plan.instances[server.number].index, int(self.env.now))
        unlucky = stream_uniform(self.plan.seed, "launch call", *called) < float(self.live.launch_failures[server.number])
        if self.live.no_launch[server.number] or unlucky:
            team.closed[az] = self.env.now + ticks(team.rules.check_s)
            return False
        server.stage, team.born[server] = "launching", self.env.now
        self.env.process(self.boot(team, server))
        return True

    def boot(self, team: Team, server: Server) -> Process:
        """Until it is warm."""
        yield self.control(ticks(team.rules.launch_s))
        if server.struck:
            server.stage = "gone"
            team.closed[server.place] = self.env.now + ticks(team.rules.check_s)
            self.correct(team)
            return
        server.stage, server.absent, server.enrolled = "warming" if team.rules.warmup_s else "serving", False, True
        team.missed[server] = 0
        warm = team.warm[server] = self.env.now + ticks(team.rules.warmup_s)
        self.turn(server, 0)
        for pool in (pool for pools in self.pools for pool in pools):
            for target in pool.targets:
                target.healthy |= target.server is server
        self.relist()
        for box in self.boxes.values():
            self.serve_box(box)
        self.correct(team)
        yield self.control(ticks(team.rules.warmup_s))
        if server.stage == "warming" and team.warm[server] == warm:
            server.stage = "serving"

    def let_go(self, team: Team, server: Server) -> None:
        """Nothing new for this one; it ends when it is done, or when its time is up."""
        server.stage, server.enrolled = "draining", False
        self.relist()
        self.env.process(self.end(team, server, self.env.now + ticks(team.rules.drain_s)))

    def end(self, team: Team, server: Server, latest: int) -> Process:
        """Asked every second whether it is done."""
        while self.env.now < latest and (server.busy or any(t.out for pools in self.pools for p in pools for t in p.targets
                                                            if t.server is server)):  # fmt: skip
            yield self.control(min(TICKS_PER_S, latest - self.env.now))
        server.stage, server.absent = "gone", True
        if not server.down:
            self.kill(server, 1)
        server.down = 1

    # ---- its size ----
    def take_samples(self, team: Team) -> Process:
        """Running totals of each server, and what waits in the queue, at the end of every period."""
        box = next((b for n, b in self.boxes.items() if self.plan.nodes[n].id == team.rules.queue), None)
        while True:
            team.totals.append(self.sums(team))
            team.waiting.append(len([m for m in box.messages if m.place != "taken"]) if box else 0)
            yield self.control(ticks(team.rules.period_s))

    def follow_metric(self, team: Team, slots: int) -> Process:
        """Points in a row on one side of the target give a new size."""
        rules, period, high, low, k = team.rules, ticks(team.rules.period_s), 0, 0, 0
        while True:
            k += 1
            yield self.control(k * period + ticks(rules.metric_delay_s) - self.env.now)
            measured = [s for s in team.those("serving") if team.warm[s] <= (k - 1) * period]
            value = self.value(team, measured, slots, k)
            high = high + 1 if value is not None and value > rules.target else 0
            low = low + 1 if value is not None and value < 0.9 * rules.target else 0
            if value is None or self.helpless(team) or (high < rules.points_out and low < rules.points_in):
                continue
            right = max(rules.least, math.ceil(len(measured) * value / rules.target - 1e-9))
            was, right = team.wanted, min(rules.most, right)
            if high:
                team.wanted = max(team.wanted, right)
            elif not team.those("launching", "warming"):
                team.wanted = min(team.wanted, max(right, team.wanted - team.few))
            if team.wanted != was:
                self.correct(team)

    def value(self, team: Team, servers: list[Server], slots: int, k: int) -> float | None:
        """The metric of the k-th period."""
        if team.rules.metric == "backlog_per_worker":
            return team.waiting[k] / len(servers) if servers else None
        work, up, came = (sum(team.totals[k][s][x] - team.totals[k - 1][s][x] for s in servers) for x in range(3))
        if team.rules.metric == "cpu":
            return min(1.0, work / (slots * up)) if up else None
        return came / team.rules.period_s / len(servers) if servers else None

    def sums(self, team: Team) -> dict[Server, tuple[int, int, int]]:
        """(work begun, time up, arrivals) of each server so far."""
        return {s: (self.worked[s.number], self.up_ticks(s), self.arrived[s.number]) for s in team.servers}

    if TYPE_CHECKING:  # in `Control`

        def view(self, server: Server) -> int: ...
        def kill(self, server: Server, down: int) -> None: ...
