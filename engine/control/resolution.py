"""Resolvers: what they believe of their records, learned from health checks with a clock of their own, and what they answer because of it.

A check is a request: it is answered by an instance of the target, and behind a balancer by one of those the balancer has in rotation.
Nobody is told about a change: client resolvers find out when the answer they hold has expired.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from engine.behaviours import HealthCheck, Resolver
from engine.control.probes import ask
from engine.kernel import views
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform
from engine.live import Live
from engine.resolving import shares
from engine.resolving import views as views_of

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

PROBE, VERDICT = 0, 1


class Names:
    """What all resolvers believe: per resolver the health of each record, and whether it answers with nothing at all."""

    def __init__(self, c: Conductor) -> None:
        plan = c.plan
        self.views = views_of(plan)
        self.healthy = {n: [True] * len(plan.nodes[n].calls) for n in plan.resolvers()}
        self.empty = dict.fromkeys(plan.resolvers(), False)


def announce(c: Conductor, resolver: int) -> None:
    """From now on answer by what is believed now."""
    for k, view in enumerate(c.names.views):
        if view.resolver == resolver:
            cumulative = shares(c.plan, view, c.names.healthy[resolver])
            c.do(views.set_answer, c.world, k, cumulative * (not c.names.empty[resolver]), int(c.env.now))


def silence(c: Conductor, live: Live) -> None:
    """Faults have changed: resolvers begin or cease to answer with nothing."""
    for n in c.names.empty:
        empty = bool(live.dns_empty[c.plan.nodes[n].first])
        if empty != c.names.empty[n]:
            c.names.empty[n] = empty
            announce(c, n)


def probe(c: Conductor, resolver: int, record: int, number: int, check: HealthCheck) -> tuple[bool, int, str]:
    """The ``number``-th check of a record, sent now: (passed, ticks until the resolver knows, why it failed)."""
    plan, s = c.plan, c.world[0]
    node = plan.nodes[resolver]
    e = node.calls[record]
    target = plan.nodes[plan.edges[e].callee]
    here, way, hops = int(s["inst"]["place"][node.first]), 0, 0
    there = [i for i in plan.instances_of(plan.edges[e].callee) if s["inst"]["registered"][i]]
    if not there:
        return False, 0, "it has no instance"
    i = there[int(stream_uniform(plan.seed, "check instance", node.id, target.id, number) * len(there))]
    while True:
        passed, way, why = ask(c, e, here, i, check.timeout_s, ("check", node.id, target.id, number, hops), way)
        if not passed or plan.nodes[int(s["inst"]["node"][i])].behaviour.behaviour != "balancer":
            return passed, way, why
        pool = s["pools"][int(s["steps"]["pool"][int(s["nodes"]["pc"][int(s["inst"]["node"][i])])])]
        n = int(pool["n_healthy"])
        if n == 0:
            return False, way, "it has no targets"
        chosen = int(stream_uniform(plan.seed, "check target", node.id, target.id, number) * n)
        row = s["targets"][int(s["healthy"][int(pool["first"]) + chosen])]
        here, i, e, hops = int(s["inst"]["place"][i]), int(row["inst"]), int(row["edge"]), hops + 1


def watch_records(c: Conductor, resolver: int) -> Process:
    """Check all records of one resolver for ever."""
    node = c.plan.nodes[resolver]
    behaviour = node.behaviour
    assert isinstance(behaviour, Resolver)
    check = behaviour.health_check
    if check is None:
        return
    interval = ticks(check.interval_s)
    targets = [c.plan.nodes[c.plan.edges[v].callee].id for v in node.calls]
    phases = [int(stream_uniform(c.plan.seed, "check phase", node.id, id) * interval) for id in targets]
    agenda = [(phase, r, PROBE, 0, True, "") for r, phase in enumerate(phases)]
    heapq.heapify(agenda)
    streaks = [0] * len(targets)
    while agenda:
        time, r, what, number, passed, why = heapq.heappop(agenda)
        yield c.wait(time - c.env.now)
        if what == PROBE:
            passed, delay, why = c.see(probe, c, resolver, r, number, check)
            heapq.heappush(agenda, (time + interval, r, PROBE, number + 1, True, ""))
            if not passed and delay > 0:
                heapq.heappush(agenda, (time + delay, r, VERDICT, number, False, why))
                continue
        streaks[r] = judge(c, resolver, r, targets[r], check, passed, why, streaks[r])


def judge(c: Conductor, resolver: int, r: int, target: str, check: HealthCheck, passed: bool, why: str, streak: int) -> int:
    """One more result about record r: the new streak against the belief. Enough in a row turn it, and the answers with it."""
    healthy, name = c.names.healthy[resolver], c.plan.nodes[resolver].id
    if passed == healthy[r]:
        return 0
    needed = check.unhealthy if healthy[r] else check.healthy
    if streak + 1 < needed:
        if healthy[r]:
            text = f"{name}: check {streak + 1} of {needed} of {target} failed, {why}"
            c.say("probe_failed", name, text, target=target, streak=streak + 1)
        return streak + 1
    healthy[r] = passed
    if passed:
        c.say("healthy", name, f"{name} names {target} again after {needed} passed checks", target=target)
    else:
        c.say("unhealthy", name, f"{name} no longer names {target}: {needed} checks in a row failed, {why}", target=target)
    announce(c, resolver)
    return 0
