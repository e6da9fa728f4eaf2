"""RDS and Aurora in their deployments: who is promoted, how long it takes, what may be read and what is lost."""

from __future__ import annotations

import dataclasses

import pytest

from engine import simulate
from engine.components import COMPONENTS
from engine.document import parse
from engine.geography import Geography, Region
from tests.documents import said

TWO = Geography([Region(id="r", azs=["ra", "rb", "rc"]), Region(id="q", azs=["qa"])])
REGIONS = [{"id": "r", "azs": ["ra", "rb", "rc"]}, {"id": "q", "azs": ["qa"]}]


def make(kind, **fields):
    return COMPONENTS[kind].model_validate({"id": "x", "kind": kind, **fields})


def wrong(kind, **fields):
    return [field for field, _ in make(kind, **fields).check(TWO)]


def shop(kind, *faults, duration_s=240, consistency=None, **fields):
    """Summary of a shop whose web tier in AZ c writes, and reads, a database."""
    classes = [{"name": "write", "share": 0.5}, {"name": "read", "share": 0.5}]
    edge = {"from": "web", "to": "db", "timeout_s": 1, **({"consistency": consistency} if consistency else {})}
    data = {
        "faultline": 1, "seed": 5, "duration_s": duration_s, "regions": REGIONS,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": 50, "classes": classes, "keys": {"count": 200}},
            {"id": "web", "kind": "service", "azs": ["rc"], "concurrency": 200},
            {"id": "db", "kind": kind, **fields},
        ],
        "edges": [{"from": "users", "to": "web", "timeout_s": 2}, edge], "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data)).summary


LOSS = {"kind": "az_power_loss", "target": "ra", "at_s": 30}
REGION = {"kind": "region_outage", "target": "r", "at_s": 30}


@pytest.mark.parametrize(
    ("kind", "fields", "least_s", "most_s"),
    [
        ("rds", {"multi_az": True}, 60, 120),
        ("rds", {"cluster": True}, 20, 35),
        ("aurora", {"readers": 1}, 20, 30),
    ],
    ids=["RDS Multi-AZ", "RDS cluster", "Aurora"],
)
def test_a_failover_takes_as_long_as_aws_states_and_loses_nothing(kind, fields, least_s, most_s):
    fault = shop(kind, LOSS, **fields)["faults"][0]
    assert least_s <= fault["rto_s"] <= most_s + 5  # the last callers' timeouts and the seconds they are counted in
    assert fault["rpo_s"] == 0


def test_a_single_instance_waits_for_its_az():
    assert shop("rds", LOSS | {"for_s": 150})["faults"][0]["rto_s"] > 149


def test_a_proxy_spares_callers_the_old_address():
    clocks = [make("rds", multi_az=True, proxy=proxy).lower(TWO).failover for proxy in (False, True)]
    assert clocks[0].propagate_ttl_s == 5 and clocks[1] == dataclasses.replace(clocks[0], propagate_ttl_s=0)


def test_a_multi_az_standby_answers_no_reads_and_a_cluster_has_two_that_do():
    assert wrong("rds", multi_az=True, reads="replicas") == ["reads"]
    assert wrong("rds", cluster=True, reads="replicas") == []
    cluster = make("rds", cluster=True, primary_az="rb").lower(TWO)
    assert (cluster.azs, cluster.replicas, cluster.write_quorum) == (("rb", "rc", "ra"), 2, 2)


def test_a_cluster_needs_three_azs_and_is_no_multi_az_instance():
    assert wrong("rds", cluster=True, region="q") == ["cluster"]
    assert wrong("rds", cluster=True, multi_az=True) == ["cluster"]
    assert wrong("rds", cluster=True, replica_azs=["qa"]) == ["replica_azs"]


def test_a_read_replica_may_be_stale_and_is_never_promoted_by_itself():
    lagging = shop("rds", consistency="eventual", duration_s=60, replica_azs=["rb"], replica_lag_s=5)
    fresh = shop("rds", consistency="strong", duration_s=60, replica_azs=["rb"], replica_lag_s=5)
    assert lagging["nodes"]["db"]["stale_reads"] > 50 and fresh["nodes"]["db"].get("stale_reads", 0) == 0
    assert make("rds", replica_azs=["rb"]).lower(TWO).failover is None


def test_another_region_is_promoted_by_a_person_and_lacks_the_last_moment():
    fields = {"readers": 1, "replica_azs": ["qa"], "region_failover": {"decide_s": 30, "misses": 2}, "global_lag_s": 1}
    events = shop("aurora", {"kind": "node_down", "target": "db", "at_s": 30, "for_s": 1}, **fields)["faults"][0]
    assert events["rpo_s"] == 0  # a moment's silence promotes nobody
    assert wrong("aurora", region_failover={}) == ["region_failover"]
    assert wrong("aurora", replica_azs=["rb"]) == ["replica_azs"]
    aurora = make("aurora", **fields).lower(TWO)
    assert aurora.azs == ("ra", "rb", "qa") and aurora.replicas == 1 and not aurora.shared and aurora.abroad is not None


def test_readers_share_the_writers_storage():
    aurora = make("aurora", readers=3).lower(TWO)
    assert (aurora.azs, aurora.replicas, aurora.shared) == (("ra", "rb", "rc", "ra"), 3, True)
    assert make("aurora", readers=0).lower(TWO).failover is None


US = [{"id": region, "azs": [f"{region}a"]} for region in ("us-east-1", "us-east-2", "us-west-2", "eu-west-1")]
AMERICA = Geography([Region.model_validate(region) for region in US])


def table(*faults, **fields):
    """Summary of two minutes of a service in Oregon that writes a table whose home is Virginia."""
    data = {
        "faultline": 1, "seed": 5, "duration_s": 120, "regions": US,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": 50, "keys": {"count": 200}},
            {"id": "web", "kind": "service", "azs": ["us-west-2a"], "concurrency": 400},
            {"id": "carts", "kind": "dynamodb", **fields},
        ],
        "edges": [{"from": "users", "to": "web", "timeout_s": 3}, {"from": "web", "to": "carts", "timeout_s": 1}], "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data)).summary


VIRGINIA = {"kind": "region_outage", "target": "us-east-1", "at_s": 30}


def test_a_strong_global_table_loses_nothing_with_a_region_and_pays_with_slower_writes():
    everywhere = {"replica_regions": ["us-east-2", "us-west-2"]}
    lost = table(VIRGINIA, **everywhere, consistency="strong")
    assert lost["faults"][0]["rpo_s"] == 0 and lost["faults"][0]["rto_s"] == 0
    assert table(**everywhere, consistency="strong")["latency_s"]["p50"] > table(**everywhere)["latency_s"]["p50"] + 0.01


def test_a_global_table_goes_on_in_its_other_region_and_a_single_one_waits():
    (eventual,) = table(VIRGINIA, replica_regions=["us-west-2"])["faults"]
    assert eventual["rto_s"] == 0
    assert table(VIRGINIA)["faults"][0]["rto_s"] is None


def test_strong_regions_are_three_of_one_set():
    def wrong_field(**fields):
        return [field for field, _ in make("dynamodb", **fields).check(AMERICA)]

    assert wrong_field(consistency="strong", replica_regions=["us-east-2", "us-west-2"]) == []
    assert wrong_field(consistency="strong", replica_regions=["us-east-2"]) == ["consistency"]
    assert wrong_field(consistency="strong", replica_regions=["us-east-2", "eu-west-1"]) == ["replica_regions"]
    assert wrong_field(replica_regions=["us-east-1"]) == ["replica_regions"]
    assert wrong_field(mode="provisioned") == wrong_field(capacity_per_s=5) == ["capacity_per_s"]


def bucket(*faults, **fields):
    """Summary of five minutes of a service in Oregon that writes a bucket in Virginia."""
    data = {
        "faultline": 1, "seed": 5, "duration_s": 300, "regions": US,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": 20, "keys": {"count": 200}},
            {"id": "web", "kind": "service", "azs": ["us-west-2a"], "concurrency": 400},
            {"id": "files", "kind": "s3", **fields},
        ],
        "edges": [{"from": "users", "to": "web", "timeout_s": 4}, {"from": "web", "to": "files", "timeout_s": 2}], "faults": list(faults),
    }  # fmt: skip
    assert said(data) == []
    return simulate(parse(data)).summary


def test_a_bucket_is_turned_to_in_another_region_by_a_person_and_lacks_what_was_not_copied_yet():
    switch = {"decide_s": 20, "misses": 2, "promote_s": 0, "propagate_ttl_s": 5}
    (copied,) = bucket(VIRGINIA | {"at_s": 90}, replica_regions=["us-west-2"], replica_lag_s=30, region_failover=switch)["faults"]
    assert 28 < copied["rpo_s"] < 32 and 30 < copied["rto_s"] < 80
    assert bucket(VIRGINIA | {"at_s": 90}, replica_regions=["us-west-2"])["faults"][0]["rto_s"] is None  # nobody decides
    checks = {field for field, _ in make("s3", region_failover={}, reads="replicas").check(AMERICA)}
    assert checks == {"region_failover", "reads"}
