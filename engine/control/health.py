"""Target health checks: what a balancer believes of each target, learned from probes with their own clock.

One process serves all targets of a balancer. Each target is probed every interval from a random phase on; a probe without an answer is a
failure one timeout after it was sent; consecutive results move the belief.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Balancer, HealthCheck
from engine.control.lifecycle import WARMING
from engine.control.probes import ask
from engine.kernel import doors
from engine.kernel.layout import ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

PROBE, VERDICT = 0, 1


def probe(c: Conductor, k: int, number: int, check: HealthCheck) -> tuple[bool, int, str]:
    """The ``number``-th probe of target k, sent now: (passed, ticks until the balancer knows, why it failed)."""
    b, e, i = c.targets[k]
    target = c.plan.instances[i]
    here = int(c.world[0]["inst"]["place"][c.plan.nodes[b].first])
    return ask(c, e, here, i, check.timeout_s, (c.plan.nodes[b].id, c.plan.nodes[target.node].id, target.index, number))


def phase(c: Conductor, k: int, interval: int) -> int:
    """When target k is probed first: uniform over one interval, from the seed."""
    b, _, i = c.targets[k]
    target = c.plan.instances[i]
    return int(stream_uniform(c.plan.seed, "probe phase", c.plan.nodes[b].id, c.plan.nodes[target.node].id, target.index) * interval)


def watch_targets(c: Conductor, balancer: int) -> Process:
    """Probe all targets of one balancer for ever."""
    node = c.plan.nodes[balancer]
    behaviour = node.behaviour
    assert isinstance(behaviour, Balancer)
    check = behaviour.health_check
    if check is None:
        return
    interval = ticks(check.interval_s)
    mine = [k for k, (b, _, _) in enumerate(c.targets) if b == balancer]
    rows = {k: int(c.world[0]["pools"]["first"][_pool(c, balancer)]) + n for n, k in enumerate(mine)}
    agenda: list[tuple[int, int, int, int, bool, str]] = [(phase(c, k, interval), k, PROBE, 0, True, "") for k in mine]
    heapq.heapify(agenda)
    next_probe: dict[int, int] = {}
    while agenda:
        time, k, what, number, passed, why = heapq.heappop(agenda)
        yield c.wait(time - c.env.now)
        if what == PROBE:
            passed, delay, why = c.see(probe, c, k, number, check)
            next_probe[k] = time + interval
            heapq.heappush(agenda, (next_probe[k], k, PROBE, number + 1, True, ""))
            if not passed and delay > 0:
                heapq.heappush(agenda, (time + delay, k, VERDICT, number, False, why))
                continue
        judge(c, check, balancer, k, rows[k], passed, why, next_probe[k])


def _pool(c: Conductor, balancer: int) -> int:
    """A balancer's only pool."""
    return int(c.world[0]["steps"]["pool"][int(c.world[0]["nodes"]["pc"][balancer])])


def judge(c: Conductor, check: HealthCheck, balancer: int, k: int, row: int, passed: bool, why: str, next_probe: int) -> None:
    """One more result about target k, if it is still one. Enough in a row against the belief turn it."""
    if c.stage[c.targets[k][2]] > WARMING:
        return
    believed = bool(c.belief_healthy[k])
    if passed == believed:
        c.belief_streak[k] = 0
        c.belief_decides[k] = np.nan
        return
    c.belief_streak[k] += 1
    needed = check.unhealthy if believed else check.healthy
    streak = int(c.belief_streak[k])
    node, target = c.plan.nodes[balancer].id, c.name(c.targets[k][2])
    if streak < needed:
        slowest = ticks(check.timeout_s) if believed and why.startswith("no answer") else 0
        c.belief_decides[k] = next_probe + (needed - streak - 1) * ticks(check.interval_s) + slowest
        if believed:
            c.say("probe_failed", node, f"{node}: check {streak} of {needed} of {target} failed, {why}", target=target, streak=streak)
        return
    c.belief_healthy[k] = not believed
    c.belief_streak[k] = 0
    c.belief_decides[k] = np.nan
    c.do(doors.set_healthy, c.world, _pool(c, balancer), row, int(not believed))
    if believed:
        c.say("unhealthy", node, f"{node} takes {target} out of rotation: {needed} checks in a row failed, {why}", target=target)
        mine = [j for j, (b, _, i) in enumerate(c.targets) if b == balancer and c.stage[i] <= WARMING]
        if not c.belief_healthy[mine].any():
            c.say("fail_open", node, f"{node} believes every target unhealthy, so it uses all of them (fail-open)")
    else:
        c.say("healthy", node, f"{node} takes {target} back into rotation after {needed} passed checks", target=target)


def trust(c: Conductor, i: int) -> None:
    """A new instance in place i: its balancers believe it healthy, because its first check is part of its launch."""
    for k, (b, _, j) in enumerate(c.targets):
        if j == i and not c.belief_healthy[k]:
            c.belief_healthy[k] = 1
            before = sum(other == b for other, _, _ in c.targets[:k])
            c.do(doors.set_healthy, c.world, _pool(c, b), int(c.world[0]["pools"]["first"][_pool(c, b)]) + before, 1)
