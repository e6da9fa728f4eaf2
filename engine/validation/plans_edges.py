"""Random plans whose calls are cancelled, hedged, made good by fallbacks, made once, and pooled."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.behaviours import Balancer, CallPolicy, Store
from engine.plan import Plan
from engine.validation.plans import random_plan
from engine.validation.plans_elastic import random_elastic_plan


def more_policy(r: random.Random, policy: CallPolicy, balanced: bool, to_store: bool) -> CallPolicy:
    """The policy with any mixture of the rest of what an edge can say."""
    hedged = not balanced and r.random() < 0.5
    return replace(
        policy,
        attempts=policy.attempts if balanced else r.choice([policy.attempts, 2, 3]),
        cancel=r.random() < 0.5,
        hedge_s=round(policy.timeout_s * r.choice([0.13, 0.31, 0.7]), 6) + 3e-7 if hedged else None,
        fallback=r.choice([0.0, 0.0, 0.4, 1.0]),
        idempotent=r.random() < 0.7,
        pool_age_s=r.choice([None, 4.0003, 1000.0]) if to_store else None,
    )


def random_edge_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """A random system of `random_plan`, or of `random_elastic_plan`, with everything an edge can say."""
    r, plan = random.Random(1000 + seed), (random_elastic_plan if seed % 3 == 2 else random_plan)(seed, duration_s)
    edges = tuple(
        replace(e, policy=more_policy(r, e.policy, isinstance(plan.nodes[e.caller].behaviour, Balancer),
                                      isinstance(plan.nodes[e.callee].behaviour, Store)))
        for e in plan.edges
    )  # fmt: skip
    return replace(plan, edges=edges)
