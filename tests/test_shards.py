"""ElastiCache with replicas: who is promoted, which keys are still there, what is lost, and what a replica answers."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine import simulate
from engine.components import COMPONENTS
from engine.document import parse
from engine.validation.measuring import play
from engine.validation.plans_shards import random_plan_of_shards, random_shard_fault
from tests.documents import said
from tests.test_databases_aws import TWO
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences

REGIONS = [{"id": "r", "azs": ["ra", "rb", "rc"]}]
LOSS = {"kind": "az_power_loss", "target": "ra", "at_s": 60, "for_s": 200}
CLASSES = [{"name": "write", "share": 0.2}, {"name": "read", "share": 0.8}]


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_caches_with_replicas(seed: int) -> None:
    assert differences(random_plan_of_shards(seed)) == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_branch_of_a_run_with_shards_is_exact(seed: int) -> None:
    plan = random_plan_of_shards(seed)
    assert_branch_is_exact(plan, random_shard_fault(random.Random(seed), plan), 9)


def test_random_shards_are_promoted_lose_keys_and_answer_old_values() -> None:
    """A fuzz in which nothing happens would prove nothing."""
    seen: Counter[str] = Counter()
    for seed in range(30):
        conductor = play(random_plan_of_shards(seed))
        plan, series = conductor.plan, conductor.series
        cached = [n for n in plan.stores() if plan.nodes[n].behaviour.behaviour == "cache"]
        mine = [k for k, i in enumerate(plan.copies()) if plan.instances[i].node in cached]
        seen["promoted"] += sum("is the primary now" in e.text for e in conductor.events)
        seen["stale"] += int(series.copy_stale[:, mine].sum())
        seen["lacked by a new primary"] += int(sum(series.lost[list(plan.instances_of(n))].sum() for n in cached))
        seen["gone with a shard"] += int(series.cache_counts.sum((0, 1))[4])
    assert {what: n > 10 for what, n in seen.items()} == dict.fromkeys(seen, True) and len(seen) == 4


def shop(*faults, seconds=240, edge=None, users=100, **fields):
    """Summary and frames of a shop that asks a cache before it asks its database; the cache's first primary is in AZ a."""
    data = {
        "faultline": 1, "seed": 5, "duration_s": seconds, "regions": REGIONS,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": users, "classes": CLASSES[::-1], "keys": {"count": 2_000, "zipf": 0.5}},
            {"id": "web", "kind": "service", "azs": ["rc"], "concurrency": 400},
            {"id": "near", "kind": "elasticache", **fields},
            {"id": "db", "kind": "rds", "azs": ["rc"], "concurrency": 400},
        ],
        "edges": [
            {"from": "users", "to": "web", "timeout_s": 2}, {"from": "web", "to": "near", "timeout_s": 0.2, **(edge or {})},
            {"from": "web", "to": "db", "timeout_s": 1, "cache": "near"},
        ], "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data))


def sessions(*faults, seconds=240, **fields):
    """Summary of a service that keeps its sessions in the cache."""
    data = {
        "faultline": 1, "seed": 5, "duration_s": seconds, "regions": REGIONS,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": 100, "classes": CLASSES, "keys": {"count": 500, "zipf": 0}},
            {"id": "web", "kind": "service", "azs": ["rc"], "concurrency": 400},
            {"id": "sessions", "kind": "elasticache", "used_as": "store", **fields},
        ],
        "edges": [{"from": "users", "to": "web", "timeout_s": 2}, {"from": "web", "to": "sessions", "timeout_s": 0.2}],
        "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data)).summary


def hits(result, first_s, last_s):
    """Share of look-ups that found something, from one second to another."""
    frames = result.nodes[(result.nodes["node"] == "near") & result.nodes["t_s"].between(first_s, last_s - 1)]
    return float(frames["hit_ratio"].mean())


def test_a_promoted_replica_is_warm_and_a_shard_without_one_starts_from_nothing():
    power = LOSS | {"for_s": 40}
    warm, cold = shop(power, replicas=1, multi_az=True), shop(power, azs=["ra"])
    assert hits(warm, 55, 60) > 0.6 and hits(warm, 110, 115) > hits(warm, 55, 60) - 0.05
    assert hits(cold, 100, 105) < 0.35


def test_an_unplanned_failover_takes_fifteen_to_sixty_seconds_and_says_its_phases():
    fault = sessions(LOSS, replicas=1, multi_az=True)["faults"][0]
    assert 15 <= fault["rto_s"] <= 60
    assert list(fault["phases"])[:4] == ["detect", "decide", "promote", "propagate"]


def test_replicas_without_multi_az_wait_for_their_primary():
    assert sessions(LOSS | {"for_s": 100}, replicas=1, seconds=300)["faults"][0]["rto_s"] > 99


def test_several_shards_fail_over_without_being_asked_to():
    assert sessions(LOSS, replicas=1, instances=3)["faults"][0]["rto_s"] < 60


def test_a_lost_shard_of_sessions_counts_every_session_as_lost():
    """500 keys, 1,200 writes in the first minute: 500 · (1 − e^(−1200 / 500)) of them are there, 454.6 ± 6.1."""
    summary = sessions(LOSS | {"for_s": 20}, azs=["ra"])
    assert 434 <= summary["nodes"]["sessions"]["lost_writes"] <= 475
    assert 50 < summary["faults"][0]["rpo_s"] <= 60


def test_one_of_two_shards_takes_only_its_own_sessions_with_it():
    summary = sessions(LOSS | {"for_s": 20}, azs=["ra", "rb"], instances=2)
    assert 180 < summary["nodes"]["sessions"]["lost_writes"] < 275


def test_a_session_that_expired_is_not_lost():
    summary = sessions(LOSS | {"for_s": 20}, azs=["ra"], ttl_s=1.0)
    assert 5 < summary["nodes"]["sessions"]["lost_writes"] < 35  # about twenty are written in a second


def test_what_a_promoted_replica_lacks_is_lost_with_its_age():
    lagging = sessions(LOSS, replicas=1, multi_az=True, replica_lag_s=1.0)
    lost = lagging["nodes"]["sessions"]["lost_writes"]
    assert 8 < lost < 40 and 0.3 < lagging["faults"][0]["rpo_s"] < 1.5


def test_what_a_cache_in_front_of_a_store_forgets_is_no_lost_write():
    summary = shop(LOSS, replicas=1, multi_az=True, replica_lag_s=1.0).summary
    assert summary["faults"][0]["rpo_s"] == 0 and summary["nodes"]["near"]["lost_writes"] == 0


def test_the_reader_endpoint_answers_what_it_has_and_counts_what_is_old():
    fresh, behind = (shop(replicas=1, reads="replicas", replica_lag_s=lag).summary["nodes"]["near"] for lag in (0.0, 2.0))
    assert behind["stale_reads"] > 50 > fresh["stale_reads"]


def test_fis_az_power_on_a_replication_group_promotes_and_brings_nothing_back_meanwhile():
    action = {"kind": "aws:elasticache:replicationgroup-interrupt-az-power", "target": "ra", "at_s": 60, "for_s": 150}
    result = shop(action, replicas=1, multi_az=True)
    assert result.summary["faults"][0]["phases"].keys() >= {"detect", "decide", "promote", "propagate"}
    back = result.events[result.events["text"].str.contains("is back and copies what it missed")]
    assert len(back) == 1 and back["t_s"].iloc[0] > 210


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"engine": "memcached", "replicas": 1}, "replicas"), ({"multi_az": True}, "multi_az"), ({"reads": "replicas"}, "reads"),
        ({"replicas": 1, "hit_ratio": 0.5}, "replicas"), ({"used_as": "store", "hit_ratio": 0.5}, "used_as"),
        ({"replicas": 1, "multi_az": True, "azs": ["ra"]}, "multi_az"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field(fields, field):
    node = COMPONENTS["elasticache"].model_validate({"id": "x", "kind": "elasticache", **fields})
    assert [f for f, _ in node.check(TWO)] == [field]


def test_a_cache_used_as_a_store_is_called_and_not_asked_first():
    data = parse_shop(used_as="store")
    assert said(data)[0][0] == "edges.web->db.cache" and "used as a store" in said(data)[0][1]


def parse_shop(**fields):
    """The document of `shop` with fields that do not fit."""
    return {
        "faultline": 1, "duration_s": 60, "regions": REGIONS,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": 5}, {"id": "web", "kind": "service"},
            {"id": "near", "kind": "elasticache", **fields}, {"id": "db", "kind": "rds"},
        ],
        "edges": [{"from": "users", "to": "web"}, {"from": "web", "to": "near"}, {"from": "web", "to": "db", "cache": "near"}],
    }  # fmt: skip


def test_primaries_are_spread_and_replicas_lie_elsewhere():
    node = COMPONENTS["elasticache"].model_validate({"id": "x", "kind": "elasticache", "instances": 3, "replicas": 1})
    assert node.sits(TWO) == ("ra", "rb", "rb", "rc", "rc", "ra")
