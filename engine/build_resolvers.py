"""Resolvers in the world: which rows each record's target has among the targets of each caller, and how long answers are kept."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Balancer, Resolver, Source
from engine.kernel import layout as L
from engine.kernel.rng import stream_key
from engine.plan import Plan
from engine.resolving import nodes_named, nodes_with_targets, shares, views

CLIENT_RESOLVERS = 1024  # behind a clients node; each instance of a service is one


def rows(plan: Plan, e: int) -> list[tuple[int, int]]:
    """(instance, resolve edge or −1) that a call over edge e can come to, in order."""
    node = plan.nodes[plan.edges[e].callee]
    if not isinstance(node.behaviour, Resolver):
        return [(i, -1) for i in plan.instances_of(plan.edges[e].callee)]
    return [(i, v) for v in node.calls for i in plan.instances_of(plan.edges[v].callee)]


def build(plan: Plan, s: np.void) -> None:
    """Fill the tables of views; their first version believes everybody healthy."""
    found, named = views(plan), plan.named()
    s["n_view"] = len(found) + len(named)
    for k, view in enumerate(found):
        row, behaviour, caller = s["views"][k], plan.nodes[view.resolver].behaviour, plan.nodes[view.caller]
        assert isinstance(behaviour, Resolver | Balancer)
        pools = s["pools"][: s["n_pool"]]
        pool = int(np.flatnonzero((pools["edge"] == view.edge) & (pools["policy"] == L.RESOLVED))[0])
        s["pools"]["names"][pool] = k
        row["caller_first"], row["slots"] = caller.first, CLIENT_RESOLVERS if isinstance(caller.behaviour, Source) else 0
        row["ttl"], row["n_version"] = L.ticks(behaviour.ttl_s), 1
        row["key"] = stream_key(plan.seed, "resolver", plan.nodes[view.resolver].id, caller.id)
        behind = [view.resolver]
        if isinstance(behaviour, Resolver):
            behind = [plan.edges[v].callee for v in view.records]
            row["many"] = behaviour.policy == "multivalue"
            row["long_ttl"], row["sticky"] = L.ticks(behaviour.sticky_s), behaviour.sticky_share
        row["n_record"] = len(behind)
        counts = [plan.nodes[n].count for n in behind]
        s["view_rows"][k, : len(counts) + 1] = int(s["pools"]["first"][pool]) + np.concatenate([[0], np.cumsum(counts)])
        s["view_shares"][k, 0, : len(counts)] = shares(plan, view, [True] * len(counts)) if view.records else 1.0
        s["view_names"][k, : len(counts)] = [len(found) + named.index(n) + 1 if n in named else 0 for n in behind]
    for k, b in enumerate(named, len(found)):
        count = plan.nodes[b].count
        s["views"][k]["n_record"], s["views"][k]["n_version"] = count, 1
        s["view_shares"][k, 0, :count] = nodes_named(nodes_with_targets(plan, b), [False] * count)
