"""Places: the share of the work of its Region that each AZ gets, and of all work that each Region gets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.plan import Plan
from engine.results.numbers import divide
from ui.marks.base import Facts, Mark, Measured

AT_WORK = ("station", "cache", "store", "function")


def marks(run: Measured) -> Iterator[Mark]:
    plan = run.plan
    at_work = [i for i, instance in enumerate(plan.instances) if plan.nodes[instance.node].behaviour.behaviour in AT_WORK]

    def arrived(places: list[int]) -> np.ndarray:
        mine = [i for i in at_work if plan.instances[i].place in places]
        return run.series.inst_arrived[:, mine].sum(axis=1).astype(np.float64)

    inside = {p.id: [k for k, q in enumerate(plan.places) if q.region == p.id] for p in plan.places if p.kind == "region"}
    everything = arrived([k for places in inside.values() for k in places])
    for k, place in enumerate(plan.places):
        if place.kind == "az" and place.region is not None:
            yield Mark(place.id, "share", divide(arrived([k]), arrived(inside[place.region])), "mean")
        elif place.kind == "region" and len(inside) > 1:
            yield Mark(place.id, "share", divide(arrived(inside[place.id]), everything), "mean")


def facts(plan: Plan) -> Facts:
    return {}
