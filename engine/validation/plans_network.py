"""Random plans whose network jitters, loses messages and has grey zones, and whose servers throttle."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.validation.plans import fault
from engine.validation.plans_edges import random_edge_plan
from engine.validation.plans_queues import random_queue_plan


def network_fault(r: random.Random, plan: Plan, duration_s: float) -> PlanFault:
    """Loss on an edge or a path, a grey AZ, or throttling."""
    start = round(r.uniform(0.05, 0.7) * duration_s, 3) + 0.00005
    kind, share = r.choice(["edge", "path", "grey", "throttle"]), r.choice([0.05, 0.3])
    edge, place, answers = r.randrange(len(plan.edges)), r.choice([2, 3]), r.random() < 0.7
    servers = [i for i, x in enumerate(plan.instances) if x.place > 1]
    some = r.sample(servers, min(len(servers), 2))

    def apply(live: Live) -> None:
        if kind == "edge":
            live.lose_on_edges([edge], share, answers)
        elif kind == "path":
            live.lose_on_path(2, 3, share)
        elif kind == "throttle":
            live.throttle(some, share)
        else:
            for a, b in {(place, b) for b in range(4)} | {(a, place) for a in range(4)}:
                live.path_add_s[a, b] += 0.0131
                live.lose_on_path(a, b, share / 2)

    return fault(f"{kind} {share}", start, start + round(r.uniform(0.1, 0.5) * duration_s, 3), apply)


def random_network_plan(seed: int, duration_s: float = 20.0) -> Plan:
    """A system of `random_edge_plan` over such a network."""
    r, plan = random.Random(3000 + seed), random_edge_plan(seed, duration_s)
    faults = tuple(network_fault(r, plan, duration_s) for _ in range(r.choice([1, 2, 4])))
    return replace(plan, faults=(*plan.faults, *faults), jitter=r.choice([0.0, 0.2, 1.0]))


def random_rough_queue_plan(seed: int, duration_s: float = 20.0) -> Plan:
    """Message queues over such a network: publications, deliveries and deletes get lost."""
    r, plan = random.Random(5000 + seed), random_queue_plan(seed, duration_s)
    faults = tuple(network_fault(r, plan, duration_s) for _ in range(r.choice([1, 2, 4])))
    return replace(plan, faults=(*plan.faults, *faults), jitter=r.choice([0.0, 0.2, 1.0]))
