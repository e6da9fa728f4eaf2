"""DynamoDB global tables: written in several Regions at once, eventually or strongly consistent."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine import simulate
from engine.behaviours import CallPolicy, Distribution, Keys, Source, Station, Store
from engine.components import COMPONENTS
from engine.document import parse
from engine.geography import Geography, Region
from engine.lowering import lower
from engine.validation.measuring import play
from engine.validation.plans import make_plan
from engine.validation.plans_writers import random_plan_of_writers, random_writer_fault
from tests.documents import said
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences

US = [{"id": region, "azs": [f"{region}a"]} for region in ("us-east-1", "us-east-2", "us-west-2")]
AMERICA = Geography([Region.model_validate(region) for region in US])
TWO, THREE = {"replica_regions": ["us-west-2"]}, {"replica_regions": ["us-east-2", "us-west-2"], "consistency": "strong"}
VIRGINIA = {"kind": "region_outage", "target": "us-east-1", "at_s": 60, "for_s": 40}


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_tables_with_many_writers(seed: int) -> None:
    assert differences(random_plan_of_writers(seed)) == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_branch_of_a_run_with_many_writers_is_exact(seed: int) -> None:
    plan = random_plan_of_writers(seed)
    assert_branch_is_exact(plan, random_writer_fault(random.Random(seed), plan), 9)


def test_random_tables_conflict_lag_answer_old_values_and_lose_regions() -> None:
    """A fuzz in which nothing happens would prove nothing."""
    seen: Counter[str] = Counter()
    for seed in range(25):
        conductor = play(random_plan_of_writers(seed))
        series = conductor.series
        seen["stale"] += int(series.copy_stale.sum())
        seen["conflicts"] += int(series.copy_conflicts.sum())
        seen["stranded"] += sum(count for _, count, _, _ in series.lost_writes)
        seen["back"] += 10 * sum("is back with" in e.text for e in conductor.events)
        seen["alone"] += int(series.edge_attempt_ends[:, :, 10].sum())
    assert {what: n > 20 for what, n in seen.items()} == dict.fromkeys(seen, True)


def both(*faults, seconds=150, rate=50, keys=200, classes=None, edge=None, **fields):
    """A service in Virginia and one in Oregon, each with clients of its own, on one table."""
    said_classes = classes or [{"name": "write", "share": 0.5}, {"name": "read", "share": 0.5}]
    users = {"kind": "clients", "rate_per_s": rate, "classes": said_classes, "keys": {"count": keys, "zipf": 0}}
    data = {
        "faultline": 1, "seed": 5, "duration_s": seconds, "regions": US,
        "nodes": [
            {"id": "east", **users}, {"id": "west", **users},
            {"id": "web-east", "kind": "service", "azs": ["us-east-1a"], "concurrency": 400},
            {"id": "web-west", "kind": "service", "azs": ["us-west-2a"], "concurrency": 400},
            {"id": "carts", "kind": "dynamodb", **fields},
        ],
        "edges": [
            {"from": "east", "to": "web-east", "timeout_s": 3}, {"from": "west", "to": "web-west", "timeout_s": 3},
            {"from": "web-east", "to": "carts", "timeout_s": 1, **(edge or {})},
            {"from": "web-west", "to": "carts", "timeout_s": 1, **(edge or {})},
        ],
        "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data))


def p50(result, edge):
    return result.summary["edges"][edge].get("p50_s") or float(result.edges[result.edges["edge"] == edge]["p50_s"].median())


def test_every_region_writes_at_home():
    """Virginia and Oregon are some 60 ms apart; a write takes a few milliseconds in both."""
    result = both(**TWO)
    assert p50(result, "web-east->carts") < 0.010 and p50(result, "web-west->carts") < 0.010
    assert result.summary["availability"] == 1


def test_a_lost_region_takes_its_last_second_along_and_brings_it_back():
    result = both(VIRGINIA, **TWO)
    (fault,) = result.summary["faults"]
    assert 0.4 < fault["rpo_s"] < 1.5
    texts = result.events["text"].str
    assert texts.contains("have reached no other Region").any() and texts.contains("is back with").any()
    assert result.summary["nodes"]["carts"]["lost_writes"] == 0, "they were missing for a while, not lost"


def test_a_lost_region_does_not_touch_the_other():
    edges = both(VIRGINIA, **TWO).summary["edges"]
    assert sum(edges["west->web-west"]["failed"].values()) == 0 < sum(edges["east->web-east"]["failed"].values())


def test_conflicting_writes_are_as_many_as_meet_within_the_lag():
    """Each Region writes a key 25 / 200 times a second. A write conflicts when the latest write of its key is the other Region's and less
    than the lag L old: (1 − e^(−2 λ L)) / 2 of them."""
    result = both(**TWO, seconds=600, replica_lag_s=2.0)
    written = result.summary["nodes"]["carts"]["acknowledged_writes"]
    expected = written * (1 - 2.718281828 ** (-2 * 0.125 * 2.03)) / 2
    assert result.summary["nodes"]["carts"]["conflicting_writes"] == pytest.approx(expected, rel=0.06)


def test_stale_reads_follow_the_lag():
    near, far = (both(**TWO, replica_lag_s=lag).summary["nodes"]["carts"]["stale_reads"] for lag in (0.2, 2.0))
    assert far > 4 * near > 0


def test_pausing_replication_takes_five_minutes_to_bite_and_then_lets_the_regions_drift_apart():
    """Trap 16: what FIS does to a global table."""
    pause = {"kind": "aws:dynamodb:global-table-pause-replication", "target": "carts", "at_s": 60, "for_s": 400}
    carts = both(pause, **TWO, seconds=500).nodes.query("node == 'carts'").set_index("t_s")
    assert carts["replication_lag_s"].loc[100:350].max() < 2
    assert carts["replication_lag_s"].loc[455] > 90
    assert carts["replication_lag_s"].loc[470] < 2, "healed, it catches up"


def test_a_strong_table_has_no_stale_read_no_conflict_and_loses_nothing():
    carts = both(VIRGINIA, **THREE).summary
    assert carts["nodes"]["carts"]["stale_reads"] == carts["nodes"]["carts"]["conflicting_writes"] == 0
    assert carts["faults"][0]["rpo_s"] == 0


def test_a_strong_write_waits_for_the_nearest_other_region():
    """Ohio is 14 ms from Virginia and 50 from Oregon, so Virginia's writes wait 14 ms longer than those of an eventual table."""
    writes = [{"name": "write", "share": 1}]
    strong, eventual = (both(classes=writes, **fields) for fields in (THREE, TWO))
    extra = {edge: p50(strong, edge) - p50(eventual, edge) for edge in ("web-east->carts", "web-west->carts")}
    assert 0.008 < extra["web-east->carts"] < 0.025 and 0.04 < extra["web-west->carts"] < 0.08


def test_t15_an_isolated_region_of_a_strong_table_serves_eventual_reads_only():
    cut = [{"kind": "partition", "between": ["us-east-1", other], "at_s": 60} for other in ("us-east-2", "us-west-2")]
    strong = both(*cut, **THREE).summary["edges"]
    assert strong["web-west->carts"]["failed"].get("no_writer", 0) == 0
    assert strong["web-east->carts"]["failed"]["no_writer"] == pytest.approx(90 * 50, rel=0.05), "writes and strong reads"
    eventual = both(*cut, **THREE, edge={"consistency": "eventual"}).summary["edges"]
    assert eventual["web-east->carts"]["failed"]["no_writer"] == pytest.approx(90 * 25, rel=0.1), "writes only"


def test_a_witness_counts_for_the_quorum_and_answers_nobody():
    fields = {"replica_regions": ["us-west-2"], "witness_region": "us-east-2", "consistency": "strong"}
    carts = both(VIRGINIA, **fields)
    assert sum(carts.summary["edges"]["web-west->carts"]["failed"].values()) == 0, "Oregon and the witness are two of three"


def test_nobody_asks_a_witness_however_near_it_is():
    fields = {"region": "us-east-1", "replica_regions": ["us-west-2"], "witness_region": "us-east-2", "consistency": "strong"}
    data = {"faultline": 1, "regions": US, "nodes": [{"id": "w", "kind": "service", "azs": ["us-east-2a"]},
            {"id": "t", "kind": "dynamodb", **fields}], "edges": [{"from": "w", "to": "t"}]}  # fmt: skip
    assert lower(parse(data)).asked_first(1, 0) == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"replica_regions": ["us-west-2"], "witness_region": "us-east-2"}, "witness_region"),
        ({"replica_regions": ["us-west-2"], "witness_region": "us-west-2", "consistency": "strong"}, "witness_region"),
        ({"replica_regions": ["us-west-2"], "witness_region": "mars", "consistency": "strong"}, "witness_region"),
        ({"replica_regions": ["us-west-2"], "consistency": "strong"}, "consistency"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(fields, field):
    node = COMPONENTS["dynamodb"].model_validate({"id": "x", "kind": "dynamodb", **fields})
    assert [f for f, _ in node.check(AMERICA)] == [field]


def test_two_writers_of_one_key_conflict_exactly_when_neither_has_seen_the_other():
    """Both write the only key ten times a second, half a period apart; a write arrives after 20 ms, so nobody is ever surprised; after
    120 ms every write but the first is."""
    for lag_s, surprised in ((0.02, False), (0.12, True)):
        table = Store(("a", "b"), 100, None, Distribution("constant", 0.001), None, replicas=1, many_writers=True, replica_lag_s=lag_s)
        near = Station(("a",), 100, None, Distribution("constant", 0.001))
        far = Station(("b",), 100, None, Distribution("constant", 0.051))
        users = Source(((0.0, 10.0),), "even", keys=Keys(1))
        nodes = {"here": users, "there": users, "near": near, "far": far, "db": table}
        calls = [("here", "near"), ("there", "far"), ("near", "db"), ("far", "db")]
        series = play(make_plan(nodes, dict.fromkeys(calls, CallPolicy(1.0)), duration_s=30.0, cross_az_s=0.001)).series
        conflicts, writes = int(series.copy_conflicts.sum()), int(series.acked.sum())
        assert writes > 580 and (conflicts == writes - 1 if surprised else conflicts == 0)
