"""The same plan under many seeds: the world is built once and copied, and runs share the processors, since the kernel holds no lock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import numpy as np

from engine.build import build_world
from engine.control import checkpoints
from engine.control.conductor import Conductor
from engine.kernel.rng import stream_key
from engine.plan import Plan
from engine.resolving import views

T = TypeVar("T")


def replicate(plan: Plan, seeds: Iterable[int], measure: Callable[[Conductor], T], threads: int | None = None) -> Iterator[T]:
    """What ``measure`` finds in a whole run under each seed, in their order. ``threads``: one for each processor unless told otherwise."""
    template = build_world(plan)
    start = checkpoints.take(template, 0, 0, 0)

    def one(seed: int) -> T:
        mine = replace(plan, seed=seed)
        started = time.perf_counter()
        conductor = Conductor(mine, world=reseeded(checkpoints.restore(start, template), mine))
        conductor.run_to(conductor.end)
        conductor.sync()
        conductor.wall_s = time.perf_counter() - started
        found = measure(conductor)
        if found is not conductor:
            conductor.release()
        return found

    with ThreadPoolExecutor(threads or min(8, os.cpu_count() or 1)) as pool:
        yield from pool.map(one, seeds)


def reseeded(world: np.ndarray, plan: Plan) -> np.ndarray:
    """A world at time zero with the keys of the plan's seed in place of those it was built with."""
    s, seed = world[0], plan.seed
    for i, n in enumerate(plan.sources()):
        s["sources"][i]["key"] = stream_key(seed, "source", plan.nodes[n].id)
    for i, view in enumerate(views(plan)):
        s["views"][i]["key"] = stream_key(seed, "resolver", plan.nodes[view.resolver].id, plan.nodes[view.caller].id)
    for queue in s["queues"][: s["n_queue"]]:
        if queue["salt"]:  # archives of topics have none
            queue["salt"] = stream_key(seed, "shards", plan.nodes[plan.instances[queue["inst"]].node].id)
    for pool in s["pools"][: s["n_pool"]]:
        if pool["balances"]:
            pool["salt"] = stream_key(seed, "flows", plan.nodes[plan.edges[pool["edge"]].caller].id)
    return world
