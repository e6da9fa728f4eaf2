"""Resolvers: what they believe of their records, learned from health checks with a clock of their own, and what they answer because of it.

A check is a request: it is answered by an instance of the target, and behind a balancer by one of those the balancer has in rotation.
Nobody is told about a change: client resolvers find out when the answer they hold has expired.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Balancer, HealthCheck, Resolver
from engine.control.probes import ask
from engine.kernel import views
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform
from engine.live import Live
from engine.plan import Plan
from engine.resolving import nodes_named, nodes_with_targets, shares
from engine.resolving import views as views_of

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

PROBE, VERDICT = 0, 1


class Names:
    """What is believed behind all names: the health of each record of a resolver, of each node of a balancer that has several; whether a
    resolver answers with nothing at all, and from which of its nodes a balancer's traffic is shifted away."""

    def __init__(self, c: Conductor) -> None:
        plan = c.plan
        self.views = views_of(plan)
        self.named = plan.named()
        self.healthy = {n: [True] * len(plan.nodes[n].calls) for n in plan.resolvers()}
        self.healthy |= {b: nodes_with_targets(plan, b) for b in self.named}
        self.empty = dict.fromkeys(plan.resolvers(), False)
        self.away = {b: [False] * plan.nodes[b].count for b in self.named}
        self.records = plan.records()
        self.answers = np.zeros(len(self.records), np.float32)  # share of each record in what its resolver answers now
        for n in self.empty:
            self.note_answers(plan, n)
        self.left: dict[int, int | None] = {}  # balancer → place of the AZ it has left by itself

    def note_answers(self, plan: Plan, n: int) -> None:
        """What resolver n answers now, on average over those who ask it."""
        asking = [view for view in self.views if view.resolver == n]
        told = [np.diff(shares(plan, view, self.healthy[n]), prepend=0.0) * (not self.empty[n]) for view in asking]
        places = [self.records.index(e) for e in plan.nodes[n].calls]
        self.answers[places] = np.mean(told, axis=0) if told else 0.0


def announce(c: Conductor, n: int) -> None:
    """From now on answer by what is believed now."""
    names, now = c.names, int(c.env.now)
    if n in names.away:
        k = len(names.views) + names.named.index(n)
        c.do(views.set_answer, c.world, k, nodes_named(names.healthy[n], names.away[n]), now)
        return
    names.note_answers(c.plan, n)
    for k, view in enumerate(names.views):
        if view.resolver == n:
            cumulative = shares(c.plan, view, names.healthy[n])
            c.do(views.set_answer, c.world, k, cumulative * (not names.empty[n]), now)


def silence(c: Conductor, live: Live) -> None:
    """Faults have changed: resolvers begin or cease to answer with nothing, balancers to leave out nodes in an AZ."""
    for n in c.names.empty:
        empty = bool(live.dns_empty[c.plan.nodes[n].first])
        if empty != c.names.empty[n]:
            c.names.empty[n] = empty
            announce(c, n)
    for n in c.names.away:
        look_away(c, n, live)


def leave_zone(c: Conductor, balancer: int, place: int | None) -> None:
    """A balancer's name does not lead to its node in this AZ any more; None: it leads to all of them."""
    c.names.left[balancer] = place
    if balancer in c.names.away:
        look_away(c, balancer, c.live)


def look_away(c: Conductor, n: int, live: Live) -> None:
    """Which nodes of a balancer traffic is shifted away from, by operators or by itself."""
    left = c.names.left.get(n)
    away = [bool(live.shifted[i]) or c.plan.instances[i].place == left for i in c.plan.instances_of(n)]
    if away != c.names.away[n]:
        c.names.away[n] = away
        announce(c, n)


def probe(c: Conductor, n: int, k: int, number: int, check: HealthCheck) -> tuple[bool, int, str]:
    """The ``number``-th check of what is behind name n, sent now: (passed, ticks until that is known, why it failed)."""
    return probe_node(c, n, k, number, check) if n in c.names.away else probe_record(c, n, k, number, check)


def probe_node(c: Conductor, balancer: int, k: int, number: int, check: HealthCheck) -> tuple[bool, int, str]:
    """A node of a balancer is fit when it answers from within the Region and believes in at least one target."""
    i = c.plan.nodes[balancer].first + k
    passed, way, why = ask(c, None, c.plan.region_of(i), i, check.timeout_s, ("node", c.plan.nodes[balancer].id, k, number))
    registered = c.world[0]["inst"]["registered"]
    if passed and not any(c.belief_healthy[j] and registered[t] for j, (_, prober, _, t) in enumerate(c.beliefs) if prober == i):
        return False, way, "none of its targets is healthy"
    return passed, way, why


def probe_record(c: Conductor, resolver: int, record: int, number: int, check: HealthCheck) -> tuple[bool, int, str]:
    """A target of a resolver is fit when it answers; a balancer passes the check on to somebody it has in rotation."""
    plan, s = c.plan, c.world[0]
    node = plan.nodes[resolver]
    e = node.calls[record]
    target = plan.nodes[plan.edges[e].callee]
    here, way, hops = int(s["inst"]["place"][node.first]), 0, 0
    u = stream_uniform(plan.seed, "check instance", node.id, target.id, number)
    i = entrance(c, plan.edges[e].callee, u)
    if i < 0:
        return False, 0, "it has no instance"
    while True:
        passed, way, why = ask(c, e, here, i, check.timeout_s, ("check", node.id, target.id, number, hops), way)
        inside = plan.nodes[int(s["inst"]["node"][i])]
        if not passed or inside.behaviour.behaviour != "balancer":
            return passed, way, why
        pool = s["pools"][int(s["steps"]["pool"][int(s["nodes"]["pc"][int(s["inst"]["node"][i])])]) + i - inside.first]
        n = int(pool["n_healthy"])
        if n == 0:
            return False, way, "it has no targets"
        chosen = int(stream_uniform(plan.seed, "check target", node.id, target.id, number) * n)
        row = s["targets"][int(s["healthy"][int(pool["first"]) + chosen])]
        here, i, e, hops = int(s["inst"]["place"][i]), int(row["inst"]), int(row["edge"]), hops + 1


def entrance(c: Conductor, n: int, u: float) -> int:
    """Which instance of a node answers a check: any registered one, −1 without any; of a balancer with several nodes, one that its own
    name leads to."""
    if n in c.names.away:
        return c.plan.nodes[n].first + int(np.searchsorted(nodes_named(c.names.healthy[n], c.names.away[n]), u, side="right"))
    there = [i for i in c.plan.instances_of(n) if c.world[0]["inst"]["registered"][i]]
    return there[int(u * len(there))] if there else -1


def watch_records(c: Conductor, n: int) -> Process:
    """Check all that is behind one name for ever: the targets of a resolver, or the nodes of a balancer."""
    node = c.plan.nodes[n]
    behaviour = node.behaviour
    assert isinstance(behaviour, Resolver | Balancer)
    check = behaviour.node_check if isinstance(behaviour, Balancer) else behaviour.health_check
    if check is None:
        return
    interval = ticks(check.interval_s)
    targets = [c.plan.nodes[c.plan.edges[v].callee].id for v in node.calls]
    if n in c.names.away:
        targets = [c.name(i) for i in c.plan.instances_of(n)]
    phases = [int(stream_uniform(c.plan.seed, "check phase", node.id, id) * interval) for id in targets]
    agenda = [(phase, r, PROBE, 0, True, "") for r, phase in enumerate(phases)]
    heapq.heapify(agenda)
    streaks = [0] * len(targets)
    while agenda:
        time, r, what, number, passed, why = heapq.heappop(agenda)
        yield c.wait(time - c.env.now)
        if what == PROBE:
            passed, delay, why = c.see(probe, c, n, r, number, check)
            heapq.heappush(agenda, (time + interval, r, PROBE, number + 1, True, ""))
            if not passed and delay > 0:
                heapq.heappush(agenda, (time + delay, r, VERDICT, number, False, why))
                continue
        streaks[r] = judge(c, n, r, targets[r], check, passed, why, streaks[r])


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
