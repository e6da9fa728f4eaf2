"""Groups that change their size: where each instance is in its life, and how many are wanted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.behaviours import Autoscaling, Station
from engine.plan import Plan
from engine.series import STAGES
from ui.marks.base import Facts, Mark, Measured, instance_name, stepwise


def marks(run: Measured) -> Iterator[Mark]:
    plan = run.plan
    for n in plan.groups():
        rules, members = rules_of(plan, n), list(plan.instances_of(n))
        life = lives(run.series.inst_stage[:, members], rules)
        for k, i in enumerate(members):
            yield Mark(instance_name(plan, i), "life", life[:, k])
        name = plan.nodes[n].id
        said = (e for e in run.log if e.kind == "scaling" and e.node == name and "desired" in e.data)
        resized = [(e.t_s, float(e.data["desired"])) for e in said]  # type: ignore[arg-type]
        yield Mark(name, "wanted", stepwise(run.rows, rules.initial, resized))


def facts(plan: Plan) -> Facts:
    """Bounds of the size and lengths of the stages, in seconds."""
    return {
        plan.nodes[n].id: {
            "least": rules_of(plan, n).least,
            "most": rules_of(plan, n).most,
            **{f"{stage}_s": length for stage, length in zip(STAGES, lengths_s(rules_of(plan, n))) if length},
        }
        for n in plan.groups()
    }


def rules_of(plan: Plan, n: int) -> Autoscaling:
    """How a group changes its size."""
    station = plan.nodes[n].behaviour
    assert isinstance(station, Station) and station.autoscaling
    return station.autoscaling


def lengths_s(rules: Autoscaling) -> list[float]:
    """How long each of `STAGES` lasts at most; 0 where it has no end of its own."""
    ends = {"warming": rules.warmup_s, "launching": rules.launch_s, "draining": rules.drain_s}
    return [ends.get(stage, 0.0) for stage in STAGES]


def lives(stage: np.ndarray, rules: Autoscaling) -> np.ndarray:
    """Index into `STAGES` plus the share of that stage that is over, below 1: [seconds, instances]."""
    rows = np.arange(len(stage))[:, None]
    changed = np.zeros(stage.shape, bool)
    changed[1:] = stage[1:] != stage[:-1]
    since = np.maximum.accumulate(np.where(changed, rows, 0), axis=0) if len(stage) else rows
    length = np.array(lengths_s(rules))[stage]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(length > 0, (rows - since) / length, 0.0)
    return stage + np.clip(share, 0.0, 0.99)
