"""Zonal autoshift: a balancer notices by its own traffic that one Availability Zone is ill, and moves its traffic out of it for a while.

Nothing in the zone needs to be down: it is the answers that tell, where health checks pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Autoshift, Balancer
from engine.control.health import first_row
from engine.control.resolution import leave_zone
from engine.kernel import registration
from engine.kernel.layout import ticks

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

Tally = list[tuple[int, int]]  # per zone: attempts that have ended since the start, and those of them that failed


def rows_by_zone(c: Conductor, balancer: int) -> dict[int, list[int]]:
    """Rows of a balancer's targets by the place their instance sits in."""
    mine = [i for b, _, _, i in c.beliefs if b == balancer]
    first, zones = first_row(c, c.plan.nodes[balancer].first), dict[int, list[int]]()
    for n, i in enumerate(mine):
        zones.setdefault(c.plan.instances[i].place, []).append(first + n)
    return zones


def tally(world: np.ndarray, zones: dict[int, list[int]]) -> Tally:
    """What has ended in each zone so far."""
    targets = world[0]["targets"]
    return [(int(targets["ended"][rows].sum()), int(targets["bad"][rows].sum())) for rows in zones.values()]


def suspect(rules: Autoshift, before: Tally, now: Tally) -> int | None:
    """Number of the one zone in which too much fails while every other one is well; each must have had enough traffic to tell."""
    ill = []
    for k, ((ended, bad), (ended_before, bad_before)) in enumerate(zip(now, before, strict=True)):
        if ended - ended_before < rules.minimum:
            return None
        if bad - bad_before >= rules.share * (ended - ended_before):
            ill.append(k)
    return ill[0] if len(ill) == 1 else None


def set_away(world: np.ndarray, rows: list[int], away: bool) -> None:
    """These targets are left out of the rotation, or not any more."""
    world[0]["targets"]["away"][rows] = away
    registration.relist_balancers(world)


def watch_zones(c: Conductor, balancer: int) -> Process:
    """Compare the zones of one balancer period by period."""
    node = c.plan.nodes[balancer]
    rules = node.behaviour.autoshift if isinstance(node.behaviour, Balancer) else None
    zones = rows_by_zone(c, balancer)
    if rules is None or len(zones) < 2:
        return
    places = list(zones)
    before, last, points = c.see(tally, c.world, zones), None, 0
    while True:
        yield c.wait(ticks(rules.period_s))
        now = c.see(tally, c.world, zones)
        k = suspect(rules, before, now)
        points = points + 1 if k is not None and k == last else int(k is not None)
        last = k
        if k is not None and points >= rules.points:
            (ended, bad), (ended_before, bad_before) = now[k], before[k]
            zone, share = c.plan.places[places[k]].id, (bad - bad_before) / (ended - ended_before)
            why = f"{share:.0%} of what it sent there failed, {rules.points} times in a row, and no other AZ has that"
            c.say("shift", node.id, f"{node.id} shifts its traffic away from {zone} for {rules.hold_s:g} s: {why}", zone=zone)
            yield from stay_away(c, balancer, places[k], zones[places[k]], rules)
            c.say("shift", node.id, f"{node.id} sends to {zone} again", zone=zone)
            now, last, points = c.see(tally, c.world, zones), None, 0
        before = now


def stay_away(c: Conductor, balancer: int, place: int, rows: list[int], rules: Autoshift) -> Process:
    """Out of one zone for a while."""
    for away in (True, False):
        c.do(set_away, c.world, rows, away)
        leave_zone(c, balancer, place if away else None)
        if away:
            yield c.wait(ticks(rules.hold_s))
