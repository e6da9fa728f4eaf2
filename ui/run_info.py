"""What the canvas tells about a run beside the frames: faults with what they touch, failover phases and the log."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from engine.events import Event
from engine.live import Live
from engine.plan import Plan, PlanFault
from engine.results import Result, totals
from ui.words import fault_label, seconds

MAX_EVENTS = 2000  # lines of the log sent to the canvas; the full log stays in the table below it


def faults(plan: Plan) -> list[dict[str, Any]]:
    """Every fault of the plan with the instances, places and edges it touches."""
    return [_fault(plan, fault) for fault in plan.faults]


def _fault(plan: Plan, fault: PlanFault) -> dict[str, Any]:
    live = Live(len(plan.instances), len(plan.edges), len(plan.places))
    fault.apply(live)
    touched = (live.down > 0) | (live.slow != 1) | (live.error_share > 0)
    edges = (live.edge_add_s != 0) | live.edge_cut.any(axis=1)
    cut = np.flatnonzero(live.path_cut.any(axis=0) | live.path_cut.any(axis=1)).tolist()
    places = {p.id for i, p in enumerate(plan.places) if i in cut or fault.target in (p.id, p.region)}
    return {
        "id": fault.id,
        "kind": fault.kind,
        "target": fault.target,
        "start_s": fault.start_s,
        "end_s": None if math.isinf(fault.end_s) else fault.end_s,  # JSON has no infinity
        "label": fault_label(fault.kind),
        "sentence": fault.sentence,
        "instances": np.flatnonzero(touched).tolist(),
        "places": sorted(places),
        "edges": [plan.edges[e].id for e in np.flatnonzero(edges)],
        "grey": _grey(plan, live),
    }


def _grey(plan: Plan, live: Live) -> dict[str, str]:
    """What works but works badly, and how badly: places, edges and nodes with words like "+200 ms, 15 % loss"."""
    found: dict[str, str] = {}
    for p, place in enumerate(plan.places):
        found[place.id] = _words(add_s=2 * live.path_add_s[p, p], loss=live.path_loss[p, p])
    for e, edge in enumerate(plan.edges):
        found[edge.id] = _words(add_s=live.edge_add_s[e], loss=live.edge_loss[e].max())
    for n, node in enumerate(plan.nodes):
        mine = list(plan.instances_of(n))
        if mine:
            worst = {"slow": live.slow[mine].max(), "extra_s": live.extra_s[mine].max(), "errors": live.error_share[mine].max()}
            found[node.id] = _words(**worst, throttled=live.throttle_share[mine].max(), hung=bool(live.hung[mine].any()))
    return {item: words for item, words in found.items() if words}


def _words(
    add_s: float = 0.0, loss: float = 0.0, slow: float = 1.0, extra_s: float = 0.0, errors: float = 0.0, throttled: float = 0.0,
    hung: bool = False,
) -> str:  # fmt: skip
    """The effects there are, in a few words."""
    words = [
        f"+{' '.join(seconds(add_s + extra_s))}" if add_s + extra_s else "",
        f"{slow:.3g} × the time" if slow != 1 else "",
        f"{100 * loss:.3g} % loss" if loss else "",
        f"{100 * errors:.3g} % errors" if errors else "",
        f"{100 * throttled:.3g} % throttled" if throttled else "",
        "answers nothing" if hung else "",
    ]
    return ", ".join(word for word in words if word)


def phases(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Failover phases as bands: name, node and the seconds they cover."""
    return [
        {"phase": e.data["phase"], "node": e.node, "from_s": e.data["from_s"], "to_s": e.data["to_s"]} for e in events if e.kind == "phase"
    ]


def log(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The last `MAX_EVENTS` lines of the log, plain JSON."""
    return [{"t_s": round(e.t_s, 3), "kind": e.kind, "node": e.node, "text": e.text} for e in list(events)[-MAX_EVENTS:]]


def totals_of(result: Result) -> dict[str, Any]:
    """The part of the summary that the strip shows; the whole one also takes a fingerprint, which a click need not wait for."""
    return {
        "availability": totals.availability(result.series),
        "latency_s": totals.latency_s(result.series),
        "requests": totals.requests(result.series),
        "faults": result.faults,
    }
