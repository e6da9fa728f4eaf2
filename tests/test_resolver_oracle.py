"""Resolvers: the compiled kernel against the plain SimPy oracle."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.outcomes import OUTCOMES
from engine.validation.plans_resolver import random_many_plan, random_resolver_plan
from tests.test_oracle import differences, run


@pytest.mark.parametrize("seed", range(50))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system_with_resolvers(seed: int) -> None:
    assert differences(random_resolver_plan(seed)) == {}


@pytest.mark.parametrize("seed", range(20))
def test_kernel_and_oracle_agree_where_an_answer_does_not_hold_every_record(seed: int) -> None:
    assert differences(random_many_plan(seed)) == {}


def test_random_systems_with_resolvers_reach_every_outcome_of_this_vocabulary() -> None:
    reached: Counter[str] = Counter()
    for seed in range(50):
        ends = run(random_resolver_plan(seed)).edge_attempt_ends.sum((0, 1))
        reached.update({o: int(n) for o, n in zip(OUTCOMES, ends, strict=True)})
    wanted = ["ok", "timeout", "refused", "error", "unresolved", "queue_full", "breaker_open", "bulkhead_full"]
    assert {o: reached[o] for o in wanted if reached[o] < 20} == {}
