"""Requests that do not say what they are: caches look them up, stores write them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from engine import simulate
from engine.behaviours import Source
from engine.components import COMPONENTS
from engine.document import parse
from engine.plan import Plan
from engine.validation.plans_caches import random_plan_of_caches, random_plan_of_herds
from engine.validation.plans_shards import random_plan_of_origins, random_plan_of_shards
from tests.documents import said
from tests.test_oracle import differences


def shop(cache: dict[str, Any], edges: list[dict[str, Any]], **users: Any) -> dict[str, Any]:
    nodes = [{"id": "users", "kind": "clients", "rate_per_s": 200, **users}, cache,
             {"id": "web", "kind": "service", "concurrency": 200}, {"id": "db", "kind": "store", "concurrency": 100}]  # fmt: skip
    data = {"faultline": 1, "seed": 5, "duration_s": 60, "nodes": nodes, "edges": edges}
    assert said(data) == []
    summary: dict[str, Any] = simulate(parse(data)).summary
    return summary


EDGE: list[dict[str, Any]] = [{"from": "users", "to": "edge", "timeout_s": 5}, {"from": "edge", "to": "web"},
                              {"from": "web", "to": "db", "timeout_s": 1}]  # fmt: skip
ASIDE: list[dict[str, Any]] = [{"from": "users", "to": "web", "timeout_s": 5}, {"from": "web", "to": "near", "timeout_s": 1},
                               {"from": "web", "to": "db", "timeout_s": 1, "cache": "near"}]  # fmt: skip


@pytest.mark.parametrize("kind", ["cloudfront", "cache"])
def test_a_fixed_hit_ratio_serves_requests_that_have_no_class(kind: str) -> None:
    summary = shop({"id": "edge", "kind": kind, "hit_ratio": 0.8}, EDGE)
    started, came = summary["requests"]["started"], summary["nodes"]["web"]["arrived"]
    assert abs(came / started - 0.2) < 4 * math.sqrt(0.16 / started)


def test_a_service_that_asks_a_cache_first_asks_it_about_them_too() -> None:
    summary = shop({"id": "near", "kind": "cache", "hit_ratio": 0.5}, ASIDE)
    assert summary["nodes"]["db"]["arrived"] / summary["requests"]["started"] == pytest.approx(0.5, abs=0.03)


def test_with_keys_they_are_kept_and_found() -> None:
    summary = shop({"id": "edge", "kind": "cache", "ttl_s": 600}, EDGE, keys={"count": 50, "zipf": 0})
    assert summary["nodes"]["edge"]["misses"] < 60 and summary["nodes"]["web"]["arrived"] < 60


def test_what_a_cache_does_not_answer_is_a_write_in_the_store() -> None:
    summary = shop({"id": "edge", "kind": "cache", "hit_ratio": 0.8}, EDGE)
    assert summary["nodes"]["db"]["acknowledged_writes"] == summary["nodes"]["db"]["completed"] > 2_000


def test_what_says_that_it_is_a_write_passes() -> None:
    summary = shop({"id": "edge", "kind": "cache", "hit_ratio": 1}, EDGE, classes=[{"name": "write", "share": 1}])
    assert summary["nodes"]["edge"]["hits"] == summary["nodes"]["edge"]["misses"] == 0
    assert summary["nodes"]["web"]["arrived"] == pytest.approx(summary["requests"]["started"], abs=10)


def test_clients_and_cloudfront_from_the_canvas_work_together_at_once() -> None:
    made = {kind: COMPONENTS[kind].create for kind in ("clients", "cloudfront")}
    summary = shop({"id": "edge", "kind": "cloudfront", **made["cloudfront"]}, EDGE, **made["clients"])
    assert summary["nodes"]["web"]["arrived"] / summary["requests"]["started"] == pytest.approx(0.1 + 0.9 * 0.2, abs=0.03)


def without_classes(plan: Plan) -> Plan:
    def bare(behaviour: Any) -> Any:
        return dataclasses.replace(behaviour, classes=()) if isinstance(behaviour, Source) else behaviour

    return dataclasses.replace(plan, nodes=tuple(dataclasses.replace(n, behaviour=bare(n.behaviour)) for n in plan.nodes))


SYSTEMS = [random_plan_of_caches, random_plan_of_herds, random_plan_of_shards, random_plan_of_origins]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda f: f.__name__)
def test_kernel_and_oracle_agree_where_nobody_says_what_he_wants(system: Any, seed: int) -> None:
    assert differences(without_classes(system(seed))) == {}
