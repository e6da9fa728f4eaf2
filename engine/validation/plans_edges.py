"""Random plans whose calls are cancelled, hedged, made good by fallbacks, made once, and pooled."""

from __future__ import annotations

import random
from dataclasses import replace

from engine.behaviours import Balancer, Behaviour, CallPolicy, Distribution, Station, Store
from engine.plan import Plan
from engine.validation.plans import random_plan
from engine.validation.plans_elastic import random_elastic_plan


def more_policy(r: random.Random, policy: CallPolicy, balanced: bool, to_store: bool) -> CallPolicy:
    """The policy with any mixture of the rest of what an edge can say.

    Not both a hedge and a key: the two attempts would be answered in the same instant, and which comes first is the one thing that the
    oracle does not share.
    """
    hedged = not balanced and r.random() < 0.5
    return replace(
        policy,
        attempts=policy.attempts if balanced else r.choice([policy.attempts, 2, 3]),
        cancel=r.random() < 0.5,
        hedge_s=round(policy.timeout_s * r.choice([0.13, 0.31, 0.7]), 6) + 3e-7 if hedged else None,
        fallback=r.choice([0.0, 0.0, 0.4, 1.0]),
        idempotent=not hedged and r.random() < 0.7,
        pool_age_s=r.choice([None, 4.0003, 1000.0]) if to_store else None,
    )


def random_edge_plan(seed: int, duration_s: float = 30.0) -> Plan:
    """A random system of `random_plan`, or of `random_elastic_plan`, with everything an edge can say.

    Attempts that waited for the same work go on in the same instant, so no service time is constant: that would keep them in step.
    """
    r, plan = random.Random(1000 + seed), (random_elastic_plan if seed % 3 == 2 else random_plan)(seed, duration_s)
    edges = tuple(
        replace(e, policy=more_policy(r, e.policy, isinstance(plan.nodes[e.caller].behaviour, Balancer),
                                      isinstance(plan.nodes[e.callee].behaviour, Store)))
        for e in plan.edges
    )  # fmt: skip
    return replace(plan, edges=edges, nodes=tuple(replace(n, behaviour=without_constants(n.behaviour)) for n in plan.nodes))


def without_constants(behaviour: Behaviour) -> Behaviour:
    """The same, with an exponential service time where it was constant."""
    if isinstance(behaviour, Station | Store) and behaviour.service.kind == "constant":
        return replace(behaviour, service=Distribution("exponential", behaviour.service.scale_s))
    return behaviour
