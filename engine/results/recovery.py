"""Recovery from each fault, measured on what clients got: RTO, RPO, the phases in between and the requests it cost.

The target is the objective; without one, 99 % of what was usual before the fault. A fault that strikes while an earlier outage lasts
keeps that outage's target. What was usual, and with it what a fault cost, does not depend on the objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.events import Event
from engine.plan import Plan, PlanFault
from engine.results.before import History, Usual, covered
from engine.results.level import Outage, ServiceLevel
from engine.results.losses import lost_requests
from engine.results.numbers import number
from engine.results.phases import Coping, coping
from engine.results.suspects import Suspects
from engine.series import Series

LEVEL_SHARE = 0.99
Loss = tuple[float, int, float, str]  # as in `Series.lost_writes`


def recoveries(plan: Plan, series: Series, events: Sequence[Event], objective: float | None) -> list[dict[str, Any]]:
    """One entry per fault of the plan, as in the summary's ``faults``."""
    reached_s = min(float(series.reached_s), plan.duration_s)
    faults = [f for f in plan.faults if f.start_s < reached_s]
    level, history = ServiceLevel(plan, series), History(plan, series)
    usual, outages = _measured_by_themselves(level, history, faults)
    if objective is not None:
        outages = {f.start_s: level.outage(f, faults, objective) for f in faults}
    starts_s = sorted(usual)
    lost = dict(zip(starts_s, lost_requests(history, starts_s, [usual[s] for s in starts_s])))
    suspects = Suspects(plan, series, faults)
    coped, writes = coping(suspects, events), _lost_writes(suspects, series)
    begun = {
        fault.id: _begun(fault, outages[fault.start_s], coped[i], lost[fault.start_s], writes[i]) for i, fault in enumerate(faults)
    }
    return [_named(f) | (begun[f.id] if f.id in begun else _not_begun(f, reached_s)) for f in plan.faults]


def _measured_by_themselves(
    level: ServiceLevel, history: History, faults: Sequence[PlanFault]
) -> tuple[dict[float, Usual], dict[float, Outage]]:
    """By start of a fault: what was usual before, and the outage by a target that follows from that."""
    usual: dict[float, Usual] = {}
    outages: dict[float, Outage] = {}
    bad = np.zeros(len(level.windows), bool)
    first_s = min((f.start_s for f in faults), default=0.0)
    for fault in sorted(faults, key=lambda f: f.start_s):
        start_s = fault.start_s
        if start_s in usual:
            continue
        usual[start_s] = history.usual(start_s, covered(bad, start_s, history.rows), first_s)
        lasting = [o for o in outages.values() if o.lasts_at(start_s)]
        target = lasting[-1].target if lasting else LEVEL_SHARE * usual[start_s].level
        outages[start_s] = level.outage(fault, faults, target)
        bad |= level.bad(target, start_s)
    return usual, outages


def _lost_writes(suspects: Suspects, series: Series) -> list[list[Loss]]:
    """The losses of acknowledged writes that go back to each fault."""
    found: list[list[Loss]] = [[] for _ in suspects.faults]
    for loss in series.lost_writes:
        for index in suspects.of_lost_writes(loss[3], loss[0]):
            found[index].append(loss)
    return found


def _named(fault: PlanFault) -> dict[str, Any]:
    return {"id": fault.id, "kind": fault.kind, "target": fault.target, "start": fault.start_s, "end": number(fault.end_s)}


def _begun(
    fault: PlanFault, outage: Outage, coped: Coping, lost: dict[str, int], writes: Sequence[Loss]
) -> dict[str, Any]:
    rto_s: float | None = 0.0
    if outage.broken:
        rto_s = None if outage.restored_s is None else max(0.0, outage.restored_s - fault.start_s)
    return {
        "began": True,
        "rto_s": rto_s,
        "rpo_s": max([0.0, *(fault.start_s - (at_s - age_s) for at_s, _, age_s, _ in writes)]),
        "phases": coped.phases,
        "ejections": coped.ejections,
        "lost_requests": lost,
        "lost_writes": sum(int(count) for _, count, _, _ in writes),
        "target_availability": outage.target,
        "told": outage.told,
    }


def _not_begun(fault: PlanFault, reached_s: float) -> dict[str, Any]:
    """A fault the run did not reach has no values; nothing was lost to it."""
    return {
        "began": False,
        "rto_s": None,
        "rpo_s": None,
        "phases": {},
        "ejections": None,
        "lost_requests": {},
        "lost_writes": 0,
        "target_availability": None,
        "told": f"it starts at {fault.start_s:g} s and the run ended at {reached_s:g} s",
    }
