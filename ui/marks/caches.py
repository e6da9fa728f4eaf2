"""Caches: how often they hit, how full they are, and whether they are cold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.behaviours import Cache, Source
from engine.plan import Plan
from ui.marks.base import Facts, Mark, Measured

TREND_S = 10
GROWTH = 1.25  # a cache that holds so many times as much as within the last TREND_S is still filling: cold (an assumption)


def marks(run: Measured) -> Iterator[Mark]:
    plan, series = run.plan, run.series
    owner = np.array([plan.instances[i].node for i in plan.memories()], int)
    for n in dict.fromkeys(owner.tolist()):
        node, cache = plan.nodes[n], plan.nodes[n].behaviour
        assert isinstance(cache, Cache)
        yield Mark(node.id, "hit_ratio", run.columns.nodes["hit_ratio"][:, n], "mean")
        if cache.hit_ratio is None:
            held = series.cache_held[:, owner == n].sum(axis=1)
            yield Mark(node.id, "held", held)
            yield Mark(node.id, "cold", cold(held))
        if cache.writes == "back":
            yield Mark(node.id, "unflushed", series.cache_unflushed[:, owner == n].sum(axis=1))


def facts(plan: Plan) -> Facts:
    """How many keys fit, or how many there are."""
    keys = max((n.behaviour.keys.count for n in plan.nodes if isinstance(n.behaviour, Source) and n.behaviour.keys), default=0)
    found: Facts = {}
    owner = [plan.instances[i].node for i in plan.memories()]
    for n in dict.fromkeys(owner):
        cache = plan.nodes[n].behaviour
        assert isinstance(cache, Cache)
        fitting = cache.capacity * owner.count(n) if cache.capacity else keys
        found[plan.nodes[n].id] = {"places": min(fitting, keys) if keys else fitting}
    return found


def cold(held: np.ndarray) -> np.ndarray:
    """1 while a cache is empty or fills fast: after its start, a flush or the loss of a node."""
    least = np.min([np.concatenate([np.zeros(min(k, len(held))), held[: max(0, len(held) - k)]]) for k in range(TREND_S + 1)], axis=0)
    return ((held == 0) | (held > GROWTH * least)).astype(np.float64)
