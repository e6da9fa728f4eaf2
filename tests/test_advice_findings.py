"""What single findings say: their sums, how bad they are, and the change they propose."""

from __future__ import annotations

from typing import Any

import pytest

from engine import simulate
from engine.advice import advise
from engine.document import load, parse
from tests.advice_documents import (
    SCENARIOS,
    TWO_AZS,
    TWO_REGIONS,
    adding,
    after,
    changing,
    found,
    quiet,
    remembering,
    retrying,
)
from tests.documents import shop, tiny


@pytest.mark.parametrize(
    ("preset", "variant", "rules"),
    [
        ("three-tier-shop", None, ["retries_without_budget", "static_stability"]),
        ("three-tier-shop", "one-az",
         ["rto_below_recovery", "single_point_of_failure", "tier_in_one_az", "retries_without_budget"]),
        ("three-tier-shop", "three-servers", ["static_stability", "retries_without_budget"]),
        ("three-tier-shop-az-loss", None, ["retries_without_budget", "static_stability"]),
        ("three-tier-shop-az-loss", "four-servers", ["static_stability", "retries_without_budget"]),
    ],
)  # fmt: skip
def test_what_the_three_tier_shop_is_told(preset, variant, rules):
    scenario = load(SCENARIOS / f"{preset}.yaml")
    assert [f.rule for f in advise(scenario.variant(variant) if variant else scenario)] == rules


def test_the_load_without_an_az_is_that_of_a_run():
    """600 requests/s hold a slot for 24 ms of work, 12 ms of the database and 1.3 ms of ways; 24 slots are left: 93 %."""
    finding = found(load(SCENARIOS / "three-tier-shop-az-loss.yaml"), "static_stability")[0]
    assert "3 of 6 instances of Web servers would be 93 % loaded: 600 requests/s × 37.3 ms on 24 slots" in finding.why
    assert (finding.severity, finding.change) == ("low", {"nodes": {"web": {"instances": 8}}})


def test_a_recovery_time_is_the_sum_of_its_clocks():
    """RDS: 3 probes 10 s apart, 5 s until the last has failed, 10 s to decide, 40 s to promote, 5 s of TTL. ALB: 2 × 30 + 5."""
    whys = {f.nodes: f.why for f in found({**quiet(), "objectives": {"rto_s": 60}}, "rto_below_recovery")}
    assert "takes up to 90 s: detection 3 × 10 s + 5 s + decision 10 s + promotion 40 s + TTL 5 s" in whys[("orders",)]
    assert "takes up to 65 s: detection 2 × 30 s + 5 s" in whys[("front",)]


def abroad(**fields: Any) -> dict[str, Any]:
    """Clients of a service in two Regions' reach whose database has a copy in the other Region."""
    nodes = [{"id": "users", "kind": "clients"}, {"id": "web", "kind": "function", "region": "eu-west-1"},
             {"id": "orders", "kind": "rds", "region": "us-east-1", "multi_az": True, "replica_azs": ["eu-west-1a"], **fields}]  # fmt: skip
    edges = [{"from": "users", "to": "web", "timeout_s": 2}, {"from": "web", "to": "orders", "timeout_s": 1}]
    return {"faultline": 1, "regions": TWO_REGIONS, "nodes": nodes, "edges": edges, "objectives": {"rto_s": 120, "rpo_s": 0}}


def test_a_person_who_gives_up_a_region_takes_long_and_loses_what_had_not_arrived():
    """6 probes 10 s apart, 5 s, 300 s to decide, 60 s to promote, 60 s of TTL: 485 s; behind by 0.5 s and half of the way, 33.5 ms."""
    with_clocks = abroad(region_failover={})
    rto = {f.nodes: f.why for f in found(with_clocks, "rto_below_recovery")}
    assert "us-east-1 is lost, orders takes up to 485 s: detection 6 × 10 s + 5 s + decision 300 s" in rto[("orders",)]
    assert "its lag is 534 ms at best" in found(with_clocks, "rpo_below_lag")[0].why
    assert not found(abroad(multi_az=False), "rpo_below_lag")  # nobody promotes it, so nothing is lost for good


def test_a_balancers_own_nodes_have_to_be_noticed_too():
    """A node of an NLB: 3 checks 10 s apart, 5 s, and 60 s until callers have forgotten it: 95 s."""
    data = {**changing("nodes", "web", azs=TWO_AZS), "objectives": {"rto_s": 90}}
    data["nodes"][1] = {"id": "front", "kind": "nlb", "azs": TWO_AZS}
    assert ["takes up to 95 s" in f.why for f in found(data, "rto_below_recovery")] == [True]


def test_sessions_are_counted_by_instance_and_by_zone():
    kept = found(remembering(), "sessions_on_instances")[0]
    assert (kept.severity, kept.nodes) == ("medium", ("front", "web"))
    assert "Of 600 sessions of web about 150 die with an instance and about 300 with us-east-1a" in kept.why
    assert kept.change == {"nodes": {"web": {"session_state": None}, "front": {"stickiness_s": None}}}
    loose = found(remembering(0), "sessions_on_instances")[0]
    assert loose.severity == "high" and "75 % of the requests find no session" in loose.why
    needless = found(remembering(session_state="outside"), "sessions_on_instances")[0]
    assert needless.severity == "low" and needless.change == {"nodes": {"front": {"stickiness_s": None}}}


def test_sessions_get_a_table_where_there_is_nothing_to_keep_them_in():
    data = remembering()
    data["nodes"], data["edges"] = data["nodes"][:3], data["edges"][:2]
    cure = found(data, "sessions_on_instances")[0].change
    assert cure["nodes"]["web-sessions"] == {"kind": "dynamodb", "region": "us-east-1"}
    assert cure["edges"] == {"web->web-sessions": {"timeout_s": 0.2}}
    mended = advise(after(data, cure))
    assert [f.rule for f in mended] == [f.rule for f in advise(parse(data)) if f.rule != "sessions_on_instances"]


def test_as_many_sessions_die_with_a_zone_in_a_run_as_the_advice_said():
    """300 of 600: `remembering` loses the AZ the advice names, after everybody has come by."""
    data = remembering() | {"duration_s": 60, "faults": [{"kind": "az_power_loss", "target": "us-east-1a", "at_s": 50}]}
    assert 280 <= simulate(parse(data)).summary["nodes"]["web"]["lost_sessions"] <= 320


def test_the_cure_of_an_sdks_retries_takes_its_mode_away():
    data = quiet()
    data["edges"][0]["retry_mode"] = data["edges"][2]["retry_mode"] = "legacy"
    finding = found(data, "retry_product")[0]
    assert finding.change == {"edges": {"web->orders": {"attempts": 1, "retry_mode": None, "backoff": None}}}
    assert not found(after(data, finding.change), "retry_product")
    data["edges"][0].pop("retry_mode")
    for finding in found(data, "timeout_longer_than_callers"):
        assert not found(after(data, finding.change), "timeout_longer_than_callers")


def test_retries_multiply_along_the_path():
    finding = found(retrying(4, 3), "retry_product")[0]
    assert "4 × 3 = 12 calls: 100 requests/s of users become 1,200 requests/s" in finding.why
    assert found(retrying(3, 3), "retry_product") == []  # 9 is not above 10


def test_consumers_get_the_share_of_a_topic_they_ask_for():
    classes = [{"name": "order", "share": 0.25}, {"name": "view", "share": 0.75}]
    ship: dict[str, Any] = {"id": "ship", "kind": "service", "instances": 2, "azs": TWO_AZS, "service": {"constant": 0.1}}
    subscribed = [{"id": "news", "kind": "topic"}, ship]
    calls: list[dict[str, Any]] = [{"from": "web", "to": "news", "timeout_s": 1}, {"from": "news", "to": "ship", "filter": ["order"]}]
    data = adding(subscribed, calls)
    data["nodes"][0]["classes"] = classes
    assert "25 requests/s × 100 ms keep 2 slots of ship busy and there are 2: 125 %" in found(data, "quota_below_rate")[0].why


def test_a_weighted_balancer_sends_by_weight():
    """100 requests/s at 9 to 1 on two services of one slot and 10 ms: the first has 90 to do."""
    services = [{"id": id, "kind": "service", "azs": TWO_AZS, "instances": 2, "service": {"constant": 0.03}} for id in ("much", "little")]
    nodes = [{"id": "users", "kind": "clients"}, {"id": "front", "kind": "balancer", "algorithm": "weighted"}, *services]
    ends = [{"from": "users", "to": "front", "timeout_s": 2}, {"from": "front", "to": "much", "weight": 9},
            {"from": "front", "to": "little", "weight": 1}]  # fmt: skip
    assert [f.nodes for f in found(shop(nodes=nodes, edges=ends), "quota_below_rate")] == [("much",)]


def test_a_loop_through_a_queue_is_walked_once():
    data = adding([{"id": "again", "kind": "queue"}, {"id": "worker", "kind": "service", "instances": 2, "azs": TWO_AZS}],
                  [{"from": "web", "to": "again", "timeout_s": 1}, {"from": "again", "to": "worker"},
                   {"from": "worker", "to": "again", "timeout_s": 1}])  # fmt: skip
    assert {f.rule for f in advise(parse(data))} == {"no_dead_letter_queue"}


def test_a_subscription_without_a_dead_letter_queue_drops_what_it_cannot_deliver():
    data = {
        "faultline": 1, "nodes": [{"id": "users", "kind": "clients", "rate_per_s": 5}, {"id": "news", "kind": "sns"},
                                  {"id": "mailer", "kind": "service"}, {"id": "box", "kind": "sqs"}],
        "edges": [{"from": "users", "to": "news"}, {"from": "news", "to": "mailer"}, {"from": "news", "to": "box"}],
    }  # fmt: skip
    (finding,) = [f for f in advise(parse(data)) if f.rule == "no_dead_letter_queue"]
    assert finding.edges == ("news->mailer",) and "in 4 attempts is dropped" in finding.why and finding.severity == "medium"
    assert finding.change["edges"] == {"news->mailer": {"dead_letter": "news-dead"}}


@pytest.mark.parametrize("gateway", [{}, {"cache_gb": 0.5}], ids=["plain", "with a cache"])
def test_a_gateway_whose_limit_is_published_has_a_timeout(gateway: dict[str, Any]) -> None:
    data = tiny("api_gateway", **gateway)
    del data["edges"][-1]["timeout_s"]
    assert "missing_timeout" not in {finding.rule for finding in advise(parse(data, "a gateway"))}


def test_a_provisioned_table_is_held_against_its_own_capacity():
    table = {"id": "t", "kind": "dynamodb", "mode": "provisioned", "capacity_per_s": 40}
    data = adding([table], [{"from": "web", "to": "t", "timeout_s": 0.5}])
    (finding,) = found(data, "quota_below_rate")
    assert finding.nodes == ("t",) and "it lets 40 through" in finding.why and finding.change["nodes"]["t"].keys() == {"capacity_per_s"}
    assert not found(after(data, finding.change), "quota_below_rate")


def test_a_fifo_queue_is_held_against_what_it_takes_a_second():
    data = adding([{"id": "jobs", "kind": "sqs", "fifo": True}], [{"from": "web", "to": "jobs", "timeout_s": 0.5}])
    assert not found(data, "quota_below_rate")
    data["nodes"][0]["rate_per_s"] = 400
    (finding,) = [f for f in found(data, "quota_below_rate") if f.nodes == ("jobs",)]
    assert "it lets 300 through" in finding.why and finding.change == {"nodes": {"jobs": {"high_throughput": True}}}
    assert not [f for f in found(after(data, finding.change), "quota_below_rate") if f.nodes == ("jobs",)]


def test_an_sdk_that_retries_without_jitter_is_told_of_the_mode_that_has_it():
    data = adding([{"id": "t", "kind": "dynamodb"}], [{"from": "web", "to": "t", "timeout_s": 0.02, "retry_mode": "legacy"}])
    (finding,) = found(data, "retries_without_jitter")
    assert finding.change == {"edges": {"web->t": {"retry_mode": "standard"}}}
    assert not found(after(data, finding.change), "retries_without_jitter")
