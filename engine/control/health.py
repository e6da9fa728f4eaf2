"""Target health checks: what a balancer believes of each target, learned from probes with their own clock.

One process serves all targets of a balancer. Each target is probed every interval from a random phase on; a probe without an answer is a
failure one timeout after it was sent; consecutive results move the belief. A deep probe has to be worked on within that time.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Balancer, HealthCheck, Station
from engine.control.lifecycle import WARMING
from engine.control.probes import ask
from engine.kernel import probing, registration
from engine.kernel.layout import ALIVE, ticks
from engine.kernel.rng import stream_key, stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

RESULT, PROBE, VERDICT = -1, 0, 1  # of one instant, in this order


def probe(c: Conductor, k: int, number: int, check: HealthCheck) -> tuple[bool, int, str] | None:
    """The ``number``-th probe of what belief k is about, sent now: (passed, ticks until the balancer knows, why it failed). None when the
    node that would send it, one of several, is dead."""
    b, prober, e, i = c.beliefs[k]
    if c.plan.is_named(b) and c.world[0]["inst"]["down"][prober] != ALIVE:
        return None
    return ask(c, e, int(c.world[0]["inst"]["place"][prober]), i, check.timeout_s, (*names(c, k), number))


def names(c: Conductor, k: int) -> tuple[object, ...]:
    """What tells the draws of one series of probes from another's."""
    b, prober, _, i = c.beliefs[k]
    balancer, target = c.plan.nodes[b], c.plan.instances[i]
    own = (prober - balancer.first,) if balancer.count > 1 else ()
    return balancer.id, c.plan.nodes[target.node].id, target.index, *own


def watch_targets(c: Conductor, balancer: int) -> Process:
    """Probe all targets of one balancer for ever, from each of its nodes."""
    node = c.plan.nodes[balancer]
    behaviour = node.behaviour
    assert isinstance(behaviour, Balancer)
    check = behaviour.health_check
    if check is None:
        return
    interval = ticks(check.interval_s)
    mine = [k for k, (b, *_) in enumerate(c.beliefs) if b == balancer]
    first = first_row(c, node.first)
    rows = {k: first + n for n, k in enumerate(mine)}
    phases = [int(stream_uniform(c.plan.seed, "probe phase", *names(c, k)) * interval) for k in mine]
    agenda: list[tuple[int, int, int, int, bool, str]] = [(phase, k, PROBE, 0, True, "") for phase, k in zip(phases, mine, strict=True)]
    heapq.heapify(agenda)
    next_probe: dict[int, int] = {}
    while agenda:
        time, k, what, number, passed, why = heapq.heappop(agenda)
        yield c.wait(time - c.env.now)
        if what == PROBE:
            result = c.see(probe, c, k, number, check)
            next_probe[k] = time + interval
            heapq.heappush(agenda, (next_probe[k], k, PROBE, number + 1, True, ""))
            if result is None:
                continue
            passed, delay, why = result
            if passed and check.deep and takes_work(c, k):
                key = stream_key(c.plan.seed, "deep probe", *names(c, k), number)
                c.do(probing.send_probe, c.world, rows[k], c.beliefs[k][1], key, time)
                heapq.heappush(agenda, (time + ticks(check.timeout_s) - delay, k, RESULT, number, False, ""))
                continue
            if not passed and delay > 0:
                heapq.heappush(agenda, (time + delay, k, VERDICT, number, False, why))
                continue
        elif what == RESULT:
            passed, why = bool(c.see(probing.take_result, c.world, rows[k])), f"not done within {check.timeout_s:g} s"
            known = next_probe[k] - interval + ticks(check.timeout_s)
            if not passed and known > time:
                heapq.heappush(agenda, (known, k, VERDICT, number, False, why))
                continue
        judge(c, check, k, rows[k], passed, why, next_probe[k])


def first_row(c: Conductor, i: int) -> int:
    """Row of the first target of one instance of a balancer; those of several nodes follow one another."""
    return int(c.world[0]["pools"]["first"][_pool(c, i)])


def takes_work(c: Conductor, k: int) -> bool:
    """Whether a deep probe can be worked on there: at a service."""
    return isinstance(c.plan.nodes[c.plan.instances[c.beliefs[k][3]].node].behaviour, Station)


def _pool(c: Conductor, i: int) -> int:
    """The list of targets of one instance of a balancer."""
    n = int(c.world[0]["inst"]["node"][i])
    return int(c.world[0]["steps"]["pool"][int(c.world[0]["nodes"]["pc"][n])]) + i - c.plan.nodes[n].first


def judge(c: Conductor, check: HealthCheck, k: int, row: int, passed: bool, why: str, next_probe: int) -> None:
    """One more result against or for belief k, if that is still about a target. Enough in a row against it turn it."""
    if c.stage[c.beliefs[k][3]] > WARMING:
        return
    believed = bool(c.belief_healthy[k])
    if passed == believed:
        c.belief_streak[k] = 0
        c.belief_decides[k] = np.nan
        return
    c.belief_streak[k] += 1
    needed = check.unhealthy if believed else check.healthy
    streak = int(c.belief_streak[k])
    b, prober, _, i = c.beliefs[k]
    node, name, target = c.plan.nodes[b].id, c.name(prober), c.name(i)
    if streak < needed:
        slowest = ticks(check.timeout_s) if believed and why.startswith("no answer") else 0
        c.belief_decides[k] = next_probe + (needed - streak - 1) * ticks(check.interval_s) + slowest
        if believed:
            c.say("probe_failed", node, f"{name}: check {streak} of {needed} of {target} failed, {why}", target=target, streak=streak)
        return
    c.belief_healthy[k] = not believed
    c.belief_streak[k] = 0
    c.belief_decides[k] = np.nan
    c.do(registration.set_healthy, c.world, _pool(c, prober), row, int(not believed))
    if believed:
        c.say("unhealthy", node, f"{name} takes {target} out of rotation: {needed} checks in a row failed, {why}", target=target)
        mine = [j for j, (_, other, _, i) in enumerate(c.beliefs) if other == prober and c.stage[i] <= WARMING]
        if not c.belief_healthy[mine].any():
            c.say("fail_open", node, f"{name} believes every target unhealthy, so it uses all of them (fail-open)")
    else:
        c.say("healthy", node, f"{name} takes {target} back into rotation after {needed} passed checks", target=target)


def trust(c: Conductor, i: int) -> None:
    """A new instance in place i: its balancers believe it healthy, because its first check is part of its launch."""
    for k, (_, prober, _, j) in enumerate(c.beliefs):
        if j == i and not c.belief_healthy[k]:
            c.belief_healthy[k] = 1
            before = sum(other == prober for _, other, _, _ in c.beliefs[:k])
            c.do(registration.set_healthy, c.world, _pool(c, prober), first_row(c, prober) + before, 1)
