"""The oracle's failover to another Region: a look-out there, a person who decides, and a Region that learns of it when it is back."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform
from engine.oracle.logs import Log
from engine.oracle.replication import Replication
from engine.oracle.state import Duty, Server

Process = Generator[simpy.Event, Any, Any]


class Afar(Replication):
    """The part of `Oracle` that looks at stores from another Region."""

    def region(self, server: Server) -> str | None:
        """Where it is."""
        return self.plan.places[server.place].region

    def view_from(self, here: int, server: Server) -> int:
        """What is seen of it from a place: 0 answers, 1 refuses, 2 silent."""
        return 2 if (here, server.place) in self.path_cut or (server.place, here) in self.path_cut else server.down

    def lead_from_afar(self, log: Log, f: Failover) -> Process:
        """Watch all members from the first other Region; go there, take back who comes back, go home."""
        n, p, duty = log.node, log.partition, self.duties[log.node, log.partition]
        foreign = [m for m in log.members if self.region(m) != self.region(duty.home)]
        if not foreign:
            return
        region = self.region(foreign[0])
        here = next(k for k, place in enumerate(self.plan.places) if place.kind == "region" and place.region == region)
        misses, out, fenced = dict.fromkeys(log.members, 0), dict[Server, int | None](), set[Server]()
        interval = ticks(f.monitor_interval_s)
        yield self.control(int(stream_uniform(self.plan.seed, "far monitor phase", *self.named(n, p)) * interval))
        while True:
            tick = self.env.now
            views = {m: self.view_from(here, m) for m in log.members}
            if 2 in views.values():
                yield self.control(ticks(f.monitor_timeout_s))
            for member, view in views.items():
                misses[member] = misses[member] + 1 if view else 0
            old = duty.primary
            fit = [m for m in log.members if self.region(m) != self.region(old) and m not in out and not misses[m]]
            fit = [m for m in fit if not self.live.uncontrolled[m.number]]
            if misses[old] >= f.misses and not duty.busy and fit:
                yield self.control(ticks(f.decide_s))
                yield from self.controlled(fit[0], f)
                misses_again = duty.busy or duty.primary is not old or not self.view_from(here, old)
                if not misses_again:
                    duty.busy = True
                    new = max(fit, key=lambda m: self.has(log, m))
                    misses_again = not (yield from self.step(duty, new, f, f.promote_s))
                    if not misses_again:
                        duty.busy = False
                        misses_again = bool(self.view_from(here, new))
                if misses_again:
                    misses[old] = 0
                else:
                    self.promote(log, new)
                    duty.moves, duty.abroad = duty.moves + 1, self.region(new) != self.region(duty.home)
                    astray = [m for m in log.members if m is not new and m.role != "replica"]
                    out |= dict.fromkeys(astray)
                    fenced -= set(astray)
                    self.install(n, p, f, new)
            elif f.fail_back and duty.abroad and not duty.busy and not (misses[old] >= f.misses):
                yield from self.go_home(log, f, here, misses, out, fenced)
            for member in list(out):
                if misses[member] or misses[duty.primary]:
                    out[member] = None
                elif (due := out[member]) is None:
                    if member not in fenced:
                        fenced.add(member)
                        self.fence(log, member)
                    out[member] = self.env.now + ticks(f.resync_s)
                elif self.env.now >= due:
                    del out[member]
                    self.rejoin(log, member)
            yield self.control(max(interval - (self.env.now - tick), ticks(0.001)))

    def fence(self, log: Log, member: Server) -> None:
        """It learns that another is the primary; what it acknowledged since is lost."""
        member.role = "out of sync"
        self.set_standby(member, None)
        if member.split:
            self.lose_acknowledged(log, member.split)
            member.split = []

    def go_home(
        self, log: Log, f: Failover, here: int, misses: dict[Server, int], out: dict[Server, int | None], fenced: set[Server]
    ) -> Process:
        """The original primary takes over again once it follows."""
        n, p, duty = log.node, log.partition, self.duties[log.node, log.partition]
        home, old = duty.home, duty.primary
        if home in out or misses[home] or misses[old] or self.live.uncontrolled[home.number] or log.copies[home].link != "linked":
            return
        duty.busy = True
        self.set_role(old, "out of sync")
        if not (yield from self.step(duty, home, f, f.promote_s)):
            return
        duty.busy = False
        if self.view_from(here, home):
            self.set_role(old, "primary")
            return
        self.promote(log, home, whole=True)
        duty.abroad, duty.moves, out[old] = False, duty.moves + 1, None
        fenced.add(old)
        store = self.store(n)
        for standby in log.members[1 : len(store.azs) - store.replicas]:
            out.pop(standby, None)
            self.set_role(standby, "out of sync")
        self.install(n, p, f, home)

    if TYPE_CHECKING:  # in `Control`

        def step(self, duty: Duty, server: Server, f: Failover, takes_s: float) -> Process: ...
        def controlled(self, server: Server, f: Failover) -> Process: ...
        def set_standby(self, primary: Server, standby: Server | None) -> None: ...
