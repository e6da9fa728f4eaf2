"""Random plans in which everything happens at once: requests come in batches, work takes round and constant times, and so does waiting."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.behaviours import Backoff, Behaviour, CallPolicy, Distribution, Source, Station, Store
from engine.plan import Plan
from engine.validation.plans_edges import random_edge_plan


def round_policy(r: random.Random, policy: CallPolicy) -> CallPolicy:
    """The policy with times that meet those of others."""
    fixed = Backoff("fixed", 0.01)
    return replace(
        policy,
        timeout_s=r.choice([0.02, 0.05, 0.1, 0.2]),
        hedge_s=0.01 if policy.hedge_s else None,
        backoff=r.choice([None, fixed, fixed, policy.backoff]),
    )


def in_step(r: random.Random, behaviour: Behaviour) -> Behaviour:
    """The behaviour with round times, and with customers who come together."""
    if isinstance(behaviour, Source) and not behaviour.users:
        return replace(behaviour, arrivals="even", batch=r.choice([1, 4, 12]))
    if isinstance(behaviour, Station | Store):
        return replace(behaviour, service=Distribution("constant", r.choice([0.005, 0.01, 0.02])))
    return behaviour


def random_plan_in_step(seed: int, duration_s: float = 30.0) -> Plan:
    """A system of `random_edge_plan` full of ties."""
    r, plan = random.Random(7000 + seed), random_edge_plan(seed, duration_s)
    return replace(
        plan,
        edges=tuple(replace(e, policy=round_policy(r, e.policy)) for e in plan.edges),
        nodes=tuple(replace(n, behaviour=in_step(r, n.behaviour)) for n in plan.nodes),
    )
