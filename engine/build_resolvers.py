"""Resolvers in the world: which rows each record's target has among the targets of each caller, and how long answers are kept."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Resolver, Source
from engine.kernel import layout as L
from engine.kernel.rng import stream_key
from engine.plan import Plan
from engine.resolving import shares, views

CLIENT_RESOLVERS = 1024  # behind a clients node; each instance of a service is one


def rows(plan: Plan, e: int) -> list[tuple[int, int]]:
    """(instance, resolve edge or −1) that a call over edge e can come to, in order."""
    node = plan.nodes[plan.edges[e].callee]
    if not isinstance(node.behaviour, Resolver):
        return [(i, -1) for i in plan.instances_of(plan.edges[e].callee)]
    return [(i, v) for v in node.calls for i in plan.instances_of(plan.edges[v].callee)]


def build(plan: Plan, s: np.void) -> None:
    """Fill the tables of views; their first version believes everybody healthy."""
    found = views(plan)
    s["n_view"] = len(found)
    for k, view in enumerate(found):
        row, behaviour, caller = s["views"][k], plan.nodes[view.resolver].behaviour, plan.nodes[view.caller]
        assert isinstance(behaviour, Resolver)
        pools = s["pools"][: s["n_pool"]]
        pool = int(np.flatnonzero((pools["edge"] == view.edge) & (pools["policy"] == L.RESOLVED))[0])
        s["pools"]["names"][pool] = k
        row["caller_first"], row["slots"] = caller.first, CLIENT_RESOLVERS if isinstance(caller.behaviour, Source) else 0
        row["ttl"], row["long_ttl"], row["sticky"] = L.ticks(behaviour.ttl_s), L.ticks(behaviour.sticky_s), behaviour.sticky_share
        row["many"], row["n_record"], row["n_version"] = behaviour.policy == "multivalue", len(view.records), 1
        row["key"] = stream_key(plan.seed, "resolver", plan.nodes[view.resolver].id, caller.id)
        counts = [plan.nodes[plan.edges[v].callee].count for v in view.records]
        s["view_rows"][k, : len(counts) + 1] = int(s["pools"]["first"][pool]) + np.concatenate([[0], np.cumsum(counts)])
        s["view_shares"][k, 0, : len(counts)] = shares(plan, view, [True] * len(counts))
