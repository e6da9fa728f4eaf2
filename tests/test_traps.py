"""Where common knowledge about AWS is out of date or wrong: each statement as it is, checked on the catalogue or on a run.

The numbers in the names are those of our list of such traps. Left out are those about prices (10, 20), about the wording of service level
agreements (13), about a fault of another name (16), about sources of latencies (21) and about other products (22).
"""

from __future__ import annotations

import pytest

from engine import simulate
from engine.components import COMPONENTS
from engine.document import parse
from engine.geography import Geography, Region
from tests.documents import said

AZS = ["us-east-1a", "us-east-1b", "us-east-1c"]
HERE = Geography([Region(id="us-east-1", azs=AZS)])


def make(kind, **fields):
    return COMPONENTS[kind].model_validate({"id": "x", "kind": kind, **fields})


def behaviour(kind, **fields):
    return make(kind, **fields).lower(HERE)


def ran(nodes, edges, *faults, duration_s=120, regions=None):
    regions = regions or [{"id": "us-east-1", "azs": AZS}]
    wired = [{"from": a, "to": b, **(policy or {})} for a, b, policy in edges]
    data = {"faultline": 1, "seed": 11, "nodes": nodes, "edges": wired, "faults": [*faults]}
    data |= {"duration_s": duration_s, "regions": regions}
    assert said(data) == []
    return simulate(parse(data))


def users(**fields):
    return {"id": "users", "kind": "clients", "rate_per_s": 40, **fields}


def test_t1_a_function_grows_by_a_thousand_environments_every_ten_seconds_and_not_by_five_hundred_a_minute():
    fast = {"id": "f", "kind": "lambda", "concurrency_quota": 5_000, "service": {"constant": 30}, "cold_start_s": {"constant": 0}}
    accounts = [{"id": "us-east-1", "azs": AZS, "account_concurrency": 5_000}]
    wanted = users(rate_per_s=400)
    summary = ran([wanted, fast], [("users", "f", {"timeout_s": 60})], duration_s=20, regions=accounts).summary
    granted = summary["nodes"]["f"]["arrived"] - summary["nodes"]["f"]["rejected"]
    assert 2_800 <= granted <= 3_050  # 1,000 at once and 100 a second for 20 s
    assert summary["requests"]["failed"]["throttled"] > 4_000


def test_t2_an_event_source_begins_with_five_batches_and_adds_three_hundred_a_minute():
    nodes = [users(rate_per_s=400), {"id": "q", "kind": "sqs"}, {"id": "f", "kind": "lambda", "service": {"constant": 1}, "runtime": "go"}]
    series = ran(nodes, [("users", "q", None), ("q", "f", None)], duration_s=60).nodes
    done = series[series["node"] == "f"].set_index("t_s")["completed_per_s"]
    assert done.loc[1:3].max() <= 25 and 60 <= done.loc[20] <= 130 and 220 <= done.loc[55] <= 310


def test_t3_and_t4_fifo_has_the_same_limits_in_flight_as_standard_and_a_message_may_have_a_mebibyte():
    limits = " ".join(limit.what for limit in COMPONENTS["sqs"].limits)
    assert "120,000 messages in flight, standard and FIFO" in limits and "1 MiB a message" in limits


def test_t5_an_albs_probe_has_five_seconds_and_says_that_the_api_has_six():
    check = make("alb").health_check
    assert check.timeout_s == 5
    assert "6 s" in type(check).model_fields["timeout_s"].json_schema_extra["source"]


def test_t6_cross_zone_is_on_for_an_alb_off_for_an_nlb_and_can_be_switched_for_both():
    assert behaviour("alb").cross_zone and not behaviour("nlb").cross_zone
    assert not behaviour("alb", cross_zone=False).cross_zone and behaviour("nlb", cross_zone=True).cross_zone


@pytest.mark.parametrize("cross_zone", [True, False])
def test_t7_a_zonal_shift_needs_no_cross_zone_off(cross_zone):
    nodes = [users(), {"id": "lb", "kind": "alb", "per_az": True, "cross_zone": cross_zone},
             *({"id": f"web-{az[-1]}", "kind": "ec2_asg", "azs": [az], "concurrency": 20} for az in AZS)]  # fmt: skip
    shift = {"kind": "zonal_shift", "target": "us-east-1a", "at_s": 20}
    edges = [("users", "lb", None), *(("lb", f"web-{az[-1]}", None) for az in AZS)]
    series = ran(nodes, edges, shift, duration_s=200).nodes.query("t_s > 120")
    arrived = series.groupby("node")["arrived_per_s"].sum()
    assert arrived["web-a"] == 0 and arrived["web-b"] > 1_000


def test_t8_an_origin_that_failed_is_tried_again_by_every_miss():
    readers = users(classes=[{"name": "read", "share": 1}])
    nodes = [readers, {"id": "cdn", "kind": "cloudfront", "hit_ratio": 0.5}, {"id": "web", "kind": "service", "concurrency": 50}]
    down = {"kind": "az_power_loss", "target": AZS[0], "at_s": 20}
    summary = ran(nodes, [("users", "cdn", {"timeout_s": 60}), ("cdn", "web", None)], down, duration_s=100).summary
    misses = summary["edges"]["cdn->web"]["calls"]
    assert 0.4 < misses / summary["requests"]["started"] < 0.6  # as many as before it was lost: nothing is remembered
    assert summary["requests"]["failed"]["timeout"] > 1_000


def test_t9_an_api_waits_29_seconds_or_30_and_a_rest_api_may_be_told_more():
    assert (make("api_gateway").call_timeout_s, make("api_gateway", api="http").call_timeout_s) == (29, 30)
    assert make("api_gateway", integration_timeout_s=120).call_timeout_s == 120
    slow = {"id": "work", "kind": "service", "concurrency": 2_000, "service": {"constant": 29.5}}
    edges = [("users", "api", {"timeout_s": 60}), ("api", "work", None)]
    rest, http = (ran([users(), {"id": "api", "kind": "api_gateway", "api": api}, slow], edges).summary for api in ("rest", "http"))
    assert rest["requests"]["ok"] == 0 and http["availability"] == 1


def test_t11_a_call_is_made_once_unless_its_edge_says_more():
    """The SDKs' own retries differ by version and mode, so they are written down where they are used."""
    data = {"faultline": 1, "nodes": [users(), {"id": "f", "kind": "lambda"}, {"id": "t", "kind": "dynamodb"}],
            "edges": [{"from": "users", "to": "f"}, {"from": "f", "to": "t"}]}  # fmt: skip
    assert {edge.attempts for edge in parse(data).edges} == {1}


def test_t12_a_multi_az_standby_serves_no_reads_and_a_clusters_two_do():
    assert [field for field, _ in make("rds", multi_az=True, reads="replicas").check(HERE)] == ["reads"]
    assert behaviour("rds", cluster=True, reads="replicas").replicas == 2


def test_t14_health_checks_fail_over_without_the_control_plane():
    regions = [{"id": "us-east-1", "azs": AZS}, {"id": "us-west-2", "azs": ["us-west-2a"]}]
    nodes = [users(), {"id": "names", "kind": "route53", "policy": "failover", "health_check": {"interval_s": 10}, "sticky_share": 0},
             {"id": "here", "kind": "ec2_asg", "azs": AZS}, {"id": "there", "kind": "ec2_asg", "azs": ["us-west-2a"]}]  # fmt: skip
    lost = [{"kind": "control_plane_down", "target": "us-east-1", "at_s": 20}, {"kind": "node_down", "target": "here", "at_s": 30}]
    edges = [("users", "names", {"timeout_s": 2}), ("names", "here", None), ("names", "there", None)]
    recovered = ran(nodes, edges, *lost, duration_s=300, regions=regions).summary["faults"][1]
    assert 30 <= recovered["rto_s"] <= 110  # three checks, then a TTL of 60 s


def test_t15_a_strong_replica_cut_off_from_the_two_others_takes_no_writes():
    regions = [{"id": region, "azs": [f"{region}a"]} for region in ("us-east-1", "us-east-2", "us-west-2")]
    nodes = [users(keys={"count": 50}), {"id": "web", "kind": "service", "azs": ["us-east-1a"], "concurrency": 500},
             {"id": "t", "kind": "dynamodb", "replica_regions": ["us-east-2", "us-west-2"], "consistency": "strong"}]  # fmt: skip
    cut = [{"kind": "partition", "between": ["us-east-1", other], "at_s": 20} for other in ("us-east-2", "us-west-2")]
    result = ran(nodes, [("users", "web", {"timeout_s": 2}), ("web", "t", {"timeout_s": 1})], *cut, duration_s=80, regions=regions)
    requests = result.summary["requests"]
    assert requests["failed"]["no_writer"] > 2_000 and result.summary["nodes"]["t"]["lost_writes"] == 0


def test_t17_an_event_is_tried_185_times_in_a_day_on_a_classic_bus_and_five_times_on_a_custom_one():
    for bus, attempts in (("classic", 185), ("custom", 5)):
        data = {"faultline": 1, "nodes": [users(), {"id": "bus", "kind": "eventbridge", "bus": bus}, {"id": "f", "kind": "lambda"}],
                "edges": [{"from": "users", "to": "bus"}, {"from": "bus", "to": "f"}]}  # fmt: skip
        from engine.lowering import lower

        assert lower(parse(data)).edges[1].policy.attempts == attempts


def test_t18_a_new_instance_has_no_grace_unless_it_is_given_one():
    assert make("ec2_asg", autoscaling={}, instances=2).autoscaling.grace_s == 0


def test_t19_a_zonal_nat_gateway_takes_other_azs_way_out_with_it_and_a_regional_one_does_not():
    def rest(mode):
        nodes = [users(), {"id": "web", "kind": "ec2_asg", "azs": AZS[1:], "instances": 2, "concurrency": 200},
                 {"id": "nat", "kind": "nat_gateway", "mode": mode, **({"azs": AZS[:1]} if mode == "zonal" else {})},
                 {"id": "bank", "kind": "external"}]  # fmt: skip
        edges = [("users", "web", {"timeout_s": 5}), ("web", "nat", {"timeout_s": 2}), ("nat", "bank", None)]
        return ran(nodes, edges, {"kind": "az_power_loss", "target": AZS[0], "at_s": 60}).summary["availability"]

    assert rest("regional") == 1 and rest("zonal") < 0.6
