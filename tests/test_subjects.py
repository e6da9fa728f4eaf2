"""What requests are about: classes in their shares, keys by Zipf's law, one key that everybody wants."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numba
import numpy as np
import pytest

from engine import loads, simulate
from engine.behaviours import Keys
from engine.document import parse
from engine.kernel.jit import COMPILED
from engine.kernel.rng import stream_key
from engine.kernel.subjects import zipf_rank
from engine.lowering import lower
from engine.oracle.draws import Draws
from engine.validation.plans_stores import random_plan_of_subjects
from tests.documents import said, with_node
from tests.test_oracle import differences

CHI2_20 = 45.315  # 99.9 % of χ² with 20 degrees of freedom


def _ranks(first: Any, n: int, count: int, zipf: float) -> Any:
    out = np.zeros(n, np.int64)
    for k in range(n):
        out[k] = zipf_rank(first + np.uint64(k) * np.uint64(0x9E3779B97F4A7C15), count, zipf)
    return out


ranks = numba.njit(_ranks) if COMPILED else _ranks


@pytest.mark.parametrize("zipf", [0.0, 0.5, 0.99, 1.0, 1.3, 2.5])
@pytest.mark.parametrize("count", [21, 1_000, 1_000_000])
def test_keys_are_as_popular_as_zipf_says(zipf: float, count: int) -> None:
    # P(r) = (r + 1)^−z / Σ k^−z; χ² over the 20 most popular and all the others together
    n = 100_000
    weights = np.arange(1, count + 1, dtype=float) ** -zipf
    p = np.append(weights[:20], weights[20:].sum()) / weights.sum()
    found = ranks(stream_key(1, "test", count, zipf), n, count, zipf)
    assert found.min() >= 0 and found.max() < count
    observed = np.bincount(np.minimum(found, 20), minlength=21)
    enough = n * p >= 5
    assert ((observed - n * p) ** 2 / (n * p))[enough].sum() < CHI2_20


@pytest.mark.parametrize("zipf", [0.0, 0.7, 1.0, 1.6])
def test_the_oracle_draws_the_same_keys_by_other_formulas(zipf: float) -> None:
    first = int(stream_key(2, "test"))
    keys = [(first + k * 0x9E3779B97F4A7C15) & (2**64 - 1) for k in range(5_000)]
    assert ranks(np.uint64(first), 5_000, 10_000, zipf).tolist() == [Draws(1, True).rank(Keys(10_000, zipf), key) for key in keys]


SHOP = """
faultline: 1
duration_s: 60
nodes:
  - {id: users, kind: clients, rate_per_s: 1000, classes: [{name: read, share: 0.9}, {name: write, share: 0.1}], keys: {count: 100}}
  - {id: web, kind: service, concurrency: 1000}
edges: [{from: users, to: web}]
"""


def test_classes_come_in_their_shares_and_end_one_by_one() -> None:
    found = simulate(loads(SHOP)).summary["requests"]
    classes = found["by_class"]
    assert set(classes) == {"read", "write"}
    assert sum(c["started"] for c in classes.values()) == found["started"] and sum(c["ok"] for c in classes.values()) == found["ok"]
    assert abs(classes["write"]["started"] - 0.1 * found["started"]) < 3.29 * math.sqrt(found["started"] * 0.09)


def test_without_classes_there_is_nothing_to_tell_apart() -> None:
    plain = SHOP.replace("classes: [{name: read, share: 0.9}, {name: write, share: 0.1}], keys: {count: 100}", "arrivals: poisson")
    assert "by_class" not in simulate(loads(plain)).summary["requests"]


def test_what_requests_are_about_does_not_change_when_they_come() -> None:
    plain = SHOP.replace("classes: [{name: read, share: 0.9}, {name: write, share: 0.1}], keys: {count: 100}", "arrivals: poisson")
    a, b = simulate(loads(SHOP)).series, simulate(loads(plain)).series
    assert np.array_equal(a.start_begun, b.start_begun) and np.array_equal(a.start_hist, b.start_hist)


def test_a_document_says_what_is_wrong_with_its_classes_and_keys() -> None:
    half = [{"name": "read", "share": 0.5}]
    assert said(with_node("users", classes=half)) == [("nodes.users.classes", "the shares add up to 0.5; they must add up to 1")]
    twice = said(with_node("users", classes=half * 2))
    assert twice == [("nodes.users.classes", "'read' is named more than once; name each class once")]
    assert Counter(path for path, _ in said(with_node("users", keys={"count": 0, "zipf": -1}))) == {
        "nodes.users.keys.count": 1, "nodes.users.keys.zipf": 1,
    }  # fmt: skip


def test_a_hot_key_draws_its_share_of_the_requests_while_it_lasts() -> None:
    data = loads(SHOP).to_dict() | {"faults": [{"kind": "hot_key", "target": "users", "share": 0.5, "at_s": 20, "for_s": 20}]}
    plan = lower(parse(data))
    assert [plan.live(t).hot_share[0] for t in (0.0, 20.0, 40.0)] == [0.0, 0.5, 0.0]


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_requests_of_classes_about_keys(seed: int) -> None:
    assert differences(random_plan_of_subjects(seed)) == {}
