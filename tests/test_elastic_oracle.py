"""Shapes, users, distributions, disciplines, shedding, parallel calls and limiters: the compiled kernel against the plain SimPy oracle."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.outcomes import OUTCOMES
from engine.validation.plans_elastic import random_elastic_plan
from tests.test_oracle import differences, run


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_elastic_system(seed: int) -> None:
    assert differences(random_elastic_plan(seed)) == {}


def test_random_elastic_systems_reach_every_outcome_of_this_vocabulary() -> None:
    reached: Counter[str] = Counter()
    for seed in range(60):
        ends = run(random_elastic_plan(seed)).edge_attempt_ends.sum((0, 1))
        reached.update({o: int(n) for o, n in zip(OUTCOMES, ends, strict=True)})
    wanted = ["ok", "timeout", "refused", "error", "throttled", "shed", "queue_full", "breaker_open", "bulkhead_full", "no_writer"]
    assert {o: reached[o] for o in wanted if reached[o] < 20} == {}
