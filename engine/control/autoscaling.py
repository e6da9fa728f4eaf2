"""Groups of instances that replace their dead, change their size by a metric, and keep their AZs in balance.

What a group knows it has learned: a metric from the last full period, some time after it ended; that an instance is dead by status checks
or from its balancers; that an AZ has no capacity by a launch that was turned down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Autoscaling, Station
from engine.control import lifecycle
from engine.control.failover import SILENT, look_at
from engine.control.health import trust
from engine.control.lifecycle import DRAINING, IN_SERVICE, LAUNCHING, TERMINATED, WARMING
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.kernel.rng import stream_uniform

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process

LOW = 0.9  # a group shrinks when the metric is below this share of its target
SHARE = 0.1  # it shrinks, and exceeds its size to balance AZs, by this share of itself at a time, or by one
ONE_SECOND = ticks(1.0)


class Group:
    """What the controller of one group keeps in mind."""

    def __init__(self, c: Conductor, n: int) -> None:
        node = c.plan.nodes[n]
        assert isinstance(node.behaviour, Station) and node.behaviour.autoscaling
        self.c, self.id, self.rules, self.slots = c, node.id, node.behaviour.autoscaling, node.behaviour.concurrency
        self.instances = range(node.first, node.first + node.count)
        self.azs = list(dict.fromkeys(c.plan.instances[i].place for i in self.instances))
        self.desired = self.rules.initial
        self.launched = dict.fromkeys(self.instances, 0)  # since when each is being launched or there (ticks)
        self.ready = dict.fromkeys(self.instances, 0)  # when its warm-up ends
        self.misses = dict.fromkeys(self.instances, 0)  # status checks in a row that failed
        self.avoid: dict[int, int] = {}  # AZs that could not launch → when to try them again
        self.waiting = self.short = False  # said already: the control plane is down; there is nowhere to launch

    def in_stage(self, *stages: int) -> list[int]:
        """Instances in any of these stages."""
        return [i for i in self.instances if self.c.stage[i] in stages]

    def serving(self) -> list[int]:
        """Those in service, dead ones included as long as nobody has noticed."""
        return self.in_stage(IN_SERVICE, WARMING)

    def counted(self) -> list[int]:
        """Those that make up the group's size."""
        return self.in_stage(IN_SERVICE, WARMING, LAUNCHING)

    def az_of(self, i: int) -> int:
        """The place of an instance."""
        return self.c.plan.instances[i].place

    def spread(self, members: list[int]) -> dict[int, int]:
        """How many of these are in each AZ."""
        return {az: sum(self.az_of(i) == az for i in members) for az in self.azs}

    def step(self) -> int:
        """By how many instances the group shrinks at a time, or may exceed its size."""
        return max(1, int(self.desired * SHARE))

    def say(self, text: str, **data: object) -> None:
        """A line in the log."""
        self.c.say("scaling", self.id, f"{self.id}: {text}", desired=self.desired, **data)


def watch_group(c: Conductor, n: int) -> Process:
    """Look after one group for ever: replace the dead, launch what is missing, keep the AZs in balance."""
    group = Group(c, n)
    if group.rules.metric:
        c.env.process(track(c, group))
    every = ticks(group.rules.check_s)
    yield c.wait(int(stream_uniform(c.plan.seed, "group phase", group.id) * every))
    while True:
        for i in group.serving():
            examine(c, group, i)
        settle(c, group)
        balance(c, group)
        yield c.wait(every)


# ---- the dead ----
def examine(c: Conductor, group: Group, i: int) -> None:
    """One instance is looked at; one that is believed dead is replaced."""
    rules = group.rules
    group.misses[i] = group.misses[i] + 1 if c.see(look_at, c, i) == SILENT else 0
    why = ""
    if group.misses[i] >= rules.unhealthy:
        why = "its status check has failed" if rules.unhealthy == 1 else f"{group.misses[i]} status checks in a row have failed"
    elif rules.health == "elb" and doubted(c, i):
        why = "its balancer believes it unhealthy"
    if why and c.env.now >= group.launched[i] + ticks(rules.grace_s) and not held_up(c, group):
        group.say(f"{c.name(i)} is replaced because {why}", instance=i)
        drain(c, group, i)


def doubted(c: Conductor, i: int) -> bool:
    """Whether a balancer in front believes the instance unhealthy."""
    return any(j == i and not c.belief_healthy[k] for k, (*_, j) in enumerate(c.beliefs))


def held_up(c: Conductor, group: Group) -> bool:
    """Whether nothing can be changed now, because the control plane itself is down."""
    down = c.see(lifecycle.is_uncontrolled, c, group.instances[0])
    if down != group.waiting:
        group.waiting = down
        group.say("the control plane is down, nothing is launched or replaced" if down else "the control plane answers again")
    return down


# ---- the right number, in the right places ----
def settle(c: Conductor, group: Group) -> None:
    """Launch what is missing, drain what is too many."""
    if len(group.counted()) < group.desired or len(group.serving()) > group.desired:
        if held_up(c, group):
            return
        while len(group.counted()) < group.desired and launch_somewhere(c, group):
            pass
        while len(group.serving()) > group.desired:
            i = surplus(group)
            group.say(f"{c.name(i)} leaves: {group.desired} are wanted, and it is the oldest in the AZ with the most", instance=i)
            drain(c, group, i)


def surplus(group: Group) -> int:
    """Who goes first: of the AZ with the most instances the oldest."""
    serving = group.serving()
    spread = group.spread(serving)
    fullest = max(group.azs, key=lambda az: spread[az])
    return min((i for i in serving if group.az_of(i) == fullest), key=lambda i: (group.launched[i], i))


def launch_somewhere(c: Conductor, group: Group) -> bool:
    """Launch one instance in the AZ with the fewest that has capacity, as far as is known. False when there is none."""
    spread = group.spread(group.counted())
    for az in sorted(group.azs, key=lambda az: spread[az]):
        if launch_in(c, group, az, "the AZ with the fewest"):
            group.short = False
            return True
    if not group.short:
        group.short = True
        group.say(f"nowhere to launch, {len(group.counted())} of {group.desired} instances are there; it tries again")
    return False


def launch_in(c: Conductor, group: Group, az: int, why: str) -> bool:
    """Ask for an instance in one AZ; False when the AZ is known to have no capacity, or turns out to have none, or the call fails."""
    free = [i for i in group.in_stage(TERMINATED) if group.az_of(i) == az]
    if not free or c.env.now < group.avoid.get(az, 0):
        return False
    i = c.see(lifecycle.freest, c, free)
    if c.see(lifecycle.is_refused, c, i):
        if az not in group.avoid:  # said once in a row
            id, full = c.plan.places[az].id, c.see(lifecycle.is_full, c, i)
            group.say(f"{id} has no capacity, the launch was turned down" if full else f"the call to launch in {id} has failed")
        group.avoid[az] = int(c.env.now) + ticks(group.rules.check_s)
        return False
    group.avoid.pop(az, None)
    c.stage[i], group.launched[i] = LAUNCHING, int(c.env.now)
    group.say(f"launches {c.name(i)} in {c.plan.places[az].id}, {why}", instance=i)
    c.env.process(bring_up(c, group, i))
    return True


def balance(c: Conductor, group: Group) -> None:
    """When one AZ has at least two instances more than another, launch one in the other; the surplus leaves once it serves."""
    counted = group.counted()
    spread = group.spread(counted)
    fewest, most = min(group.azs, key=lambda az: spread[az]), max(group.azs, key=lambda az: spread[az])
    if not group.rules.rebalance or spread[most] - spread[fewest] < 2 or len(counted) >= group.desired + group.step():
        return
    if not held_up(c, group):
        launch_in(c, group, fewest, f"to balance it with {c.plan.places[most].id}")


# ---- one instance ----
def bring_up(c: Conductor, group: Group, i: int) -> Process:
    """An instance boots, serves, and counts in the metric once it is warm."""
    rules = group.rules
    yield c.wait(ticks(rules.launch_s))
    if c.see(lifecycle.is_struck, c, i):
        c.stage[i] = TERMINATED
        group.say(f"{c.plan.places[group.az_of(i)].id} could not bring up {c.name(i)}", instance=i)
        group.avoid[group.az_of(i)] = int(c.env.now) + ticks(rules.check_s)
        settle(c, group)
        return
    now = int(c.env.now)
    c.stage[i], group.ready[i], group.misses[i] = WARMING if rules.warmup_s else IN_SERVICE, now + ticks(rules.warmup_s), 0
    trust(c, i)
    c.do(lifecycle.appear, c.world, i, now)
    group.say(f"{c.name(i)} is in service, {rules.launch_s:g} s after its launch", instance=i)
    settle(c, group)
    yield c.wait(ticks(rules.warmup_s))
    if c.stage[i] == WARMING and group.ready[i] == c.env.now:
        c.stage[i] = IN_SERVICE


def drain(c: Conductor, group: Group, i: int) -> None:
    """An instance gets nothing new from now on."""
    c.stage[i] = DRAINING
    c.do(lifecycle.enrol, c.world, i, False, int(c.env.now))
    c.env.process(see_off(c, group, i))


def see_off(c: Conductor, group: Group, i: int) -> Process:
    """It ends when nothing is left to do, or when its time is up with whatever is left."""
    end = int(c.env.now) + ticks(group.rules.drain_s)
    while c.env.now < end and c.see(lifecycle.has_work, c, i):
        yield c.wait(min(ONE_SECOND, end - int(c.env.now)))
    cut_off, lost = c.see(c.do, lifecycle.vanish, c.world, i, int(c.env.now)) or (0, 0)
    c.stage[i] = TERMINATED
    said = [f"{c.name(i)} is terminated"] + [f"{cut_off:,} request{'s' * (cut_off > 1)} cut off"] * (cut_off > 0)
    said += [f"{lost:,} session{'s' * (lost > 1)} lost"] * (lost > 0)
    group.say(", ".join(said), instance=i)


# ---- the metric ----
def track(c: Conductor, group: Group) -> Process:
    """Target tracking: after each period compare the metric with its target; enough points in a row change the size."""
    rules, number, above, below = group.rules, 0, 0, 0
    period, delay = ticks(rules.period_s), ticks(rules.metric_delay_s)
    while True:
        number += 1
        yield c.wait(number * period + delay - int(c.env.now))
        begin = (number - 1) * period
        members = [i for i in group.in_stage(IN_SERVICE) if group.ready[i] <= begin]
        value = c.see(measure, c, group, members, begin // TICKS_PER_S, (begin + period) // TICKS_PER_S)
        above = above + 1 if value is not None and value > rules.target else 0
        below = below + 1 if value is not None and value < LOW * rules.target else 0
        if value is not None and (above >= rules.points_out or below >= rules.points_in):
            resize(c, group, len(members), value, above)


def measure(c: Conductor, group: Group, members: list[int], first: int, last: int) -> float | None:
    """The metric over the seconds ``first`` to ``last``; None when there was nobody to measure."""
    s, rows = c.series, slice(first, last)
    if rules_need_queue(group.rules):
        waiting = s.queue_counts[last - 1, c.plan.queues().index(c.plan.node_index(group.rules.queue or "")), 0]
        return float(waiting) / len(members) if members else None
    if group.rules.metric == "requests_per_target":
        return float(s.inst_arrived[rows][:, members].sum()) / (last - first) / len(members) if members else None
    worked, up = (np.rint(values[rows][:, members].sum() * TICKS_PER_S) for values in (s.inst_worked_s, s.inst_up_s))
    return min(1.0, float(worked) / (group.slots * float(up))) if up else None


def rules_need_queue(rules: Autoscaling) -> bool:
    """Whether the metric is about messages that wait."""
    return rules.metric == "backlog_per_worker"


def resize(c: Conductor, group: Group, members: int, value: float, above: int) -> None:
    """Choose the size at which the metric would be at its target: grow at once, shrink step by step while nothing is on its way."""
    rules, was = group.rules, group.desired
    fitting = min(rules.most, max(rules.least, math.ceil(members * value / rules.target - 1e-9)))
    moving = len(group.in_stage(LAUNCHING, WARMING)) > 0
    wanted = max(was, fitting) if above else was if moving else min(was, max(fitting, was - group.step()))
    if wanted == was or held_up(c, group):
        return
    group.desired = wanted
    points = rules.points_out if above else rules.points_in
    known = f"{shown(rules, value)} at a target of {shown(rules, rules.target)}, {'above' if above else 'below'} it"
    group.say(f"{was} → {wanted} instances: {known} {points} {'time' if points == 1 else 'times'} in a row", value=value)
    settle(c, group)


def shown(rules: Autoscaling, value: float) -> str:
    """A value of the metric, for people."""
    if rules.metric == "cpu":
        return f"{value:.0%} CPU"
    return f"{value:,.1f} {'requests per second' if rules.metric == 'requests_per_target' else 'waiting messages'} per instance"
