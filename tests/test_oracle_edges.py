"""Kernel and oracle agree on cancellation, hedging, fallbacks, duplicates, idempotent calls and stale connection pools."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine.behaviours import CallPolicy
from engine.oracle import Oracle
from engine.plan import Plan
from engine.series import EXTRAS
from engine.validation.plans_edges import random_edge_plan
from tests.test_oracle import differences, run


def more_differences(plan: Plan) -> dict[str, int]:
    """Like `differences`, and the counts only these edges have."""
    ours, oracle = run(plan), Oracle(plan, exact=True).run()
    extras = np.zeros_like(ours.edge_extras)
    for (second, e, name), n in oracle.extras.items():
        extras[second, e, EXTRAS.index(name)] += n
    degraded = np.zeros_like(ours.start_degraded)
    for (second, source), n in oracle.degraded.items():
        degraded[second, source] += n
    found = {name: int(np.abs(extras - ours.edge_extras)[:, :, k].sum()) for k, name in enumerate(EXTRAS)}
    found["degraded requests"] = int(np.abs(degraded - ours.start_degraded).sum())
    found["cancelled"] = sum(abs(oracle.cancelled[i] - int(ours.inst_cancelled[:, i].sum())) for i in range(len(plan.instances)))
    return differences(plan) | {name: n for name, n in found.items() if n}


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system_with_every_edge_policy(seed: int) -> None:
    assert more_differences(random_edge_plan(seed)) == {}


def test_random_systems_use_every_edge_policy() -> None:
    reached: Counter[str] = Counter()
    for seed in range(60):
        series = run(random_edge_plan(seed))
        reached.update(dict(zip(EXTRAS, series.edge_extras.sum((0, 1)).tolist(), strict=True)))
        reached["cancelled"] += int(series.inst_cancelled.sum())
        reached["degraded requests"] += int(series.total_degraded.sum())
    del reached["lost_messages"]  # of a rough network, see test_network.py
    assert {name: n for name, n in reached.items() if n < 100} == {}


@pytest.mark.parametrize("policy", [{"pool_age_s": 1000.0}, {"idempotent": True, "attempts": 3}])
def test_the_policy_matters_to_the_random_systems(policy: dict[str, object]) -> None:
    """Otherwise agreement about it would prove nothing."""
    changed = 0
    for seed in range(40):
        plan = random_edge_plan(seed)

        def with_policy(p: CallPolicy, on: bool) -> CallPolicy:
            off = {"pool_age_s": None, "idempotent": False, "attempts": 3}
            return replace(p, **{name: value if on else off[name] for name, value in policy.items()})  # type: ignore[arg-type]

        stores = {e.id for e in plan.edges if e.callee in plan.stores()}
        ends = []
        for on in (True, False):
            edges = tuple(replace(e, policy=with_policy(e.policy, on)) if e.id in stores else e for e in plan.edges)
            ends.append(run(replace(plan, edges=edges)).edge_attempt_ends)
        changed += not np.array_equal(ends[0], ends[1])
    assert changed >= 3
