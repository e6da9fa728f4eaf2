"""The cache of an API Gateway: a token bucket in front of it, an integration behind it."""

from __future__ import annotations

import math

import pytest

from engine import simulate
from engine.behaviours import Cache, CallPolicy, Distribution, Keys, Limiter, Source, Station
from engine.components import COMPONENTS
from engine.document import parse
from engine.faults.cache_flush import CacheFlush
from engine.plan import Plan
from engine.validation.measuring import estimate as measure
from engine.validation.plans import make_plan
from tests.documents import said
from tests.test_oracle import differences

READS = [{"name": "read", "share": 0.9}, {"name": "write", "share": 0.1}]


def api(*faults, users=None, **fields):
    nodes = [
        {"id": "users", "kind": "clients", "rate_per_s": 200, "classes": READS, "keys": {"count": 200, "zipf": 1.0}, **(users or {})},
        {"id": "api", "kind": "api_gateway", **fields},
        {"id": "work", "kind": "service", "concurrency": 50, "service": {"exponential": 0.05}},
    ]
    edges = [{"from": "users", "to": "api", "timeout_s": 5}, {"from": "api", "to": "work"}]
    data = {"faultline": 1, "seed": 4, "duration_s": 120, "nodes": nodes, "edges": edges, "faults": [*faults]}
    assert said(data) == []
    return parse(data)


def test_a_cache_answers_reads_and_lets_writes_pass() -> None:
    bare, cached = simulate(api()).summary, simulate(api(cache_gb=0.5)).summary
    assert bare["nodes"]["work"]["arrived"] == pytest.approx(bare["requests"]["started"], abs=20)  # but for those on their way
    assert cached["nodes"]["api"]["hit_ratio"] > 0.8
    writes = cached["requests"]["by_class"]["write"]["started"]
    assert writes < cached["nodes"]["work"]["arrived"] < 0.35 * cached["requests"]["started"]
    assert cached["latency_s"]["p50"] < bare["latency_s"]["p50"]


def test_its_hit_ratio_is_that_of_a_cache_with_a_time_to_live() -> None:
    """Each of n keys asked for λ times a second and kept for T: λT / (1 + λT)."""
    nodes = {"users": Source(((0.0, 50.0),), classes=(("read", 1.0),), keys=Keys(100, 0.0)),
             "api": Cache(("a",), 1000, None, Distribution("constant", 0.0), ttl_s=4.0, writes="around", rate_per_s=1e4, burst=1e4),
             "work": Station(("a",), 100, None, Distribution("constant", 0.0001))}  # fmt: skip
    plan: Plan = make_plan(nodes, {("users", "api"): CallPolicy(5.0), ("api", "work"): CallPolicy(5.0)}, duration_s=200.0)

    def ratio(c) -> float:
        hits, misses = c.series.cache_hits[20:].sum(), c.series.cache_misses[20:].sum()
        return float(hits / (hits + misses))

    (mean, half), = measure(plan, 12, ratio)
    assert abs(mean - 2 / 3) <= half < 0.01


def test_the_bucket_counts_what_the_cache_answers_too() -> None:
    summary = simulate(api(cache_gb=0.5, rate_per_s=100, burst=1, users={"arrivals": "even"})).summary
    assert summary["requests"]["ok"] == pytest.approx(0.5 * summary["requests"]["started"], rel=0.01)
    assert summary["requests"]["failed"]["throttled"] > 11_000


def test_a_flush_sends_every_read_to_the_integration_until_it_is_warm_again() -> None:
    flush = {"kind": "cache_flush", "target": "api", "at_s": 60}
    nodes = simulate(api(flush, cache_gb=0.5)).nodes
    hits = nodes[nodes["node"] == "api"].set_index("t_s")["hit_ratio"]
    assert hits.loc[50:59].mean() > 0.85 > 0.6 > hits.loc[60] and hits.loc[110:].mean() > 0.85


def test_a_cache_that_is_small_keeps_few_answers() -> None:
    def hits(entry_kb: float) -> float:
        return simulate(api(cache_gb=0.5, cache_entry_kb=entry_kb, users={"keys": {"count": 20_000}})).summary["nodes"]["api"]["hit_ratio"]

    lowered = api(cache_gb=0.5, cache_entry_kb=1_000).node("api").lower(api().geography)
    assert isinstance(lowered, Cache) and lowered.capacity == 500
    assert hits(1_000) < hits(10) - 0.1


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"cache_gb": 1}, "cache_gb", "the sizes are 0.5, 1.6"),
        ({"cache_gb": 0.5, "api": "http"}, "cache_gb", "an HTTP API has no cache"),
        ({"cache_hit_ratio": 0.5}, "cache_hit_ratio", "there is no cache"),
        ({"cache_gb": 0.5, "cache_ttl_s": 3_601}, "cache_ttl_s", "3,600"),
    ],
)  # fmt: skip
def test_what_the_real_one_does_not_have_is_said(fields, path, words) -> None:
    nodes = [{"id": "u", "kind": "clients"}, {"id": "a", "kind": "api_gateway", **fields}, {"id": "s", "kind": "service"}]
    problems = said({"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "a"}, {"from": "a", "to": "s"}]})
    assert [p for p, _ in problems] == [f"nodes.a.{path}"] and words in problems[0][1]


def test_without_a_size_or_without_a_time_it_is_a_bucket_alone() -> None:
    for fields in ({}, {"cache_gb": 0.5, "cache_ttl_s": 0}):
        assert isinstance(api(**fields).node("api").lower(api().geography), Limiter)


def test_a_fixed_hit_ratio_needs_no_keys() -> None:
    summary = simulate(api(cache_gb=0.5, cache_hit_ratio=0.6, users={"keys": None, "classes": [{"name": "read", "share": 1}]})).summary
    started, misses = summary["requests"]["started"], summary["nodes"]["work"]["arrived"]
    assert abs(misses / started - 0.4) < 4 * math.sqrt(0.24 / started)


def test_every_kind_that_remembers_can_be_flushed() -> None:
    caches = {kind for kind, cls in COMPONENTS.items() if cls.behaviour == "cache"}
    assert caches <= set(CacheFlush.kinds)


@pytest.mark.parametrize("seed", range(8))
def test_kernel_and_oracle_agree_on_a_cache_behind_a_bucket(seed: int) -> None:
    cache = Cache(("a", "b")[: 1 + seed % 2], 1000, None, Distribution("constant", 0.0), capacity=20, ttl_s=2.0003, writes="around",
                  rate_per_s=(31.7, 63.3, 90.1)[seed % 3], burst=(1.0, 20.0)[seed % 2], hit_ratio=None if seed < 6 else 0.4)  # fmt: skip
    nodes = {"users": Source(((0.0, 97.3),), classes=(("read", 0.7), ("write", 0.3)), keys=Keys(50, 1.0)), "api": cache,
             "work": Station(("a", "b"), 4, 20, Distribution("exponential", 0.03))}  # fmt: skip
    edges = {("users", "api"): CallPolicy(0.5, 2), ("api", "work"): CallPolicy(0.2003)}
    assert differences(make_plan(nodes, edges, seed=seed, duration_s=30.0, client_s=0.0203, cross_az_s=0.0011)) == {}
