"""Where common knowledge about AWS is out of date or wrong: each statement as it is, checked on the catalogue or on a run.

The numbers in the names are those of our list of such traps.

| held by | |
|---|---|
| here, on a run | 1, 2, 3, 5, 7, 8, 9, 11, 12, 14, 15, 16, 18, 19 |
| here, on the catalogue | 4 (refused by the document), 6, 13, 17, 20 (prices), 21, 22 |
| in `test_cost` | 10: `test_prices_of_single_kinds` |
"""

from __future__ import annotations

import pytest

from engine import simulate
from engine.advice import RULES
from engine.behaviours import Backoff
from engine.components import COMPONENTS
from engine.cost import of_drawing
from engine.document import parse
from engine.document.network import Network
from engine.faults import FAULTS
from engine.geography import Geography, Region
from engine.lowering import lower
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


@pytest.mark.parametrize("fifo", [True, False])
def test_t3_a_fifo_queue_has_as_many_in_flight_as_a_standard_one_far_more_than_20_000(fifo):
    """Consumers with room for all of it work on each message longer than the run lasts."""
    takers = {"id": "work", "kind": "ec2_asg", "instances": 2, "concurrency": 100_000, "service": {"constant": 900}}
    rate = {"rate_per_s": 2_900 if fifo else 20_000, "arrivals": "even", "keys": {"count": 1_000_000, "zipf": 0}}
    queue = {"id": "q", "kind": "sqs", "visibility_timeout_s": 1_000} | ({"fifo": True, "batched_sends": True} if fifo else {})
    series = ran([users(**rate), queue, takers], [("users", "q", None), ("q", "work", None)], duration_s=10).nodes
    most = series[series["node"] == "q"]["in_flight"].max()
    assert 25_000 < most < 29_000 if fifo else most == 120_000


def test_t4_a_message_may_have_a_mebibyte():
    def problems(kb):
        edges = [{"from": "users", "to": "q", "request_kb": kb}]
        return said({"faultline": 1, "nodes": [users(), {"id": "q", "kind": "sqs"}], "edges": edges})

    assert problems(1_048) == [] and "at most" in problems(1_100)[0][1]


def test_t5_an_albs_probe_has_five_seconds_and_says_that_the_api_has_six():
    """Targets that take 5.5 s are out of the rotation with 5 s, and in it with 6 s."""
    check = make("alb").health_check
    assert check.timeout_s == 5
    assert "6 s" in type(check).model_fields["timeout_s"].json_schema_extra["source"]

    def ejected(**fields):
        nodes = [users(), {"id": "lb", "kind": "alb", "health_check": fields}, {"id": "web", "kind": "ec2_asg", "concurrency": 500}]
        slow = {"kind": "latency", "target": "lb->web", "add_s": 5.5, "at_s": 10}
        events = ran(nodes, [("users", "lb", {"timeout_s": 20}), ("lb", "web", None)], slow, duration_s=200).events
        return int((events["kind"] == "unhealthy").sum())

    assert ejected() == 2 and ejected(timeout_s=6) == 0


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


def test_t11_boto3s_legacy_mode_tries_five_times_and_dynamodb_ten():
    """A dependency that fails every time, and one that fails half of the time."""

    def attempts(to, mode):
        nodes = [users(rate_per_s=20), {"id": "f", "kind": "service", "concurrency": 5_000}, {"id": "t", **to}]
        edges = [("users", "f", {"timeout_s": 300}), ("f", "t", {"retry_mode": mode} if mode else None)]
        fails = {"kind": "errors", "target": "t", "share": 1, "at_s": 0}
        summary = ran(nodes, edges, fails, duration_s=400).summary
        return summary["edges"]["f->t"]["amplification"]

    service, table = {"kind": "service", "concurrency": 5_000}, {"kind": "dynamodb"}
    assert attempts(service, None) == 1
    assert attempts(service, "legacy") == pytest.approx(5, rel=0.02)
    assert attempts(service, "standard") == pytest.approx(3, rel=0.02)
    assert attempts(table, "legacy") == pytest.approx(10, rel=0.05) and attempts(table, "standard") == pytest.approx(3, rel=0.02)


def test_t11_a_mode_takes_the_place_of_attempts_and_backoff():
    data = {"faultline": 1, "nodes": [users(), {"id": "f", "kind": "lambda"}],
            "edges": [{"from": "users", "to": "f", "retry_mode": "legacy", "attempts": 2}]}  # fmt: skip
    assert [path for path, _ in said(data)] == ["edges.users->f.attempts"]


def test_t12_a_multi_az_standby_serves_no_reads_and_a_clusters_two_do():
    assert [field for field, _ in make("rds", multi_az=True, reads="replicas").check(HERE)] == ["reads"]
    assert behaviour("rds", cluster=True, reads="replicas").replicas == 2


def test_t13_99_99_is_what_s3_is_designed_for_and_no_promise_of_ours():
    """No component promises an availability: what a run has is what its faults leave."""
    assert not any("sla" in name or "availability" in name for cls in COMPONENTS.values() for name in cls.model_fields)


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


def test_t16_replication_goes_on_for_minutes_after_it_was_told_to_stop():
    def delay_s(kind):
        return FAULTS[kind].model_validate({"kind": kind, "target": "t", "at_s": 10}).model_dump()["delay_s"]

    assert delay_s("aws:dynamodb:global-table-pause-replication") == 300
    assert delay_s("aws:s3:bucket-pause-replication") == 3_600


def test_t17_an_event_is_tried_185_times_in_a_day_on_a_classic_bus_and_five_times_on_a_custom_one():
    for bus, attempts in (("classic", 185), ("custom", 5)):
        data = {"faultline": 1, "nodes": [users(), {"id": "bus", "kind": "eventbridge", "bus": bus}, {"id": "f", "kind": "lambda"}],
                "edges": [{"from": "users", "to": "bus"}, {"from": "bus", "to": "f"}]}  # fmt: skip
        assert lower(parse(data)).edges[1].policy.attempts == attempts


def test_t18_a_group_has_no_grace_unless_it_is_given_one():
    """An instance that dies young is replaced after two status checks, a minute apart, with the API's default; with the console's 300 s not
    before it is five minutes old."""
    assert make("ec2_asg", autoscaling={}, instances=2).autoscaling.grace_s == 0

    def replaced_at_s(**fields):
        group = {"id": "web", "kind": "ec2_asg", "azs": AZS[:1], "instances": 2, "concurrency": 50,
                 "autoscaling": {"min": 2, "max": 2, "launch_s": 30, **fields}}  # fmt: skip
        dead = {"kind": "instance_crash", "target": "web[0]", "mode": "black_hole", "at_s": 10}
        nodes = [users(), {"id": "lb", "kind": "alb"}, group]
        events = ran(nodes, [("users", "lb", {"timeout_s": 2}), ("lb", "web", None)], dead, duration_s=420).events
        return float(events[events["text"].str.contains("is replaced because")]["t_s"].min())

    assert 70 <= replaced_at_s() <= 130 and 300 <= replaced_at_s(grace_s=300) <= 360


def test_t19_a_zonal_nat_gateway_takes_other_azs_way_out_with_it_and_a_regional_one_does_not():
    def rest(mode):
        nodes = [users(), {"id": "web", "kind": "ec2_asg", "azs": AZS[1:], "instances": 2, "concurrency": 200},
                 {"id": "nat", "kind": "nat_gateway", "mode": mode, **({"azs": AZS[:1]} if mode == "zonal" else {})},
                 {"id": "bank", "kind": "external"}]  # fmt: skip
        edges = [("users", "web", {"timeout_s": 5}), ("web", "nat", {"timeout_s": 2}), ("nat", "bank", None)]
        return ran(nodes, edges, {"kind": "az_power_loss", "target": AZS[0], "at_s": 60}).summary["availability"]

    assert rest("regional") == 1 and rest("zonal") < 0.6


def test_t20_crossing_zones_costs_both_ways_unless_an_alb_does_it():
    def crossing(kind):
        nodes = [users(), {"id": "lb", "kind": kind, "cross_zone": True}, {"id": "web", "kind": "ec2_asg", "azs": AZS, "instances": 3}]
        edges = [{"from": "users", "to": "lb"}, {"from": "lb", "to": "web"}]
        data = {"faultline": 1, "nodes": nodes, "edges": edges, "regions": [{"id": "us-east-1", "azs": AZS}]}
        return [line.usd / line.quantity for line in of_drawing(parse(data)).lines if "AZ" in line.what]

    assert crossing("alb") == [] and crossing("nlb") == [0.01]


def test_t21_a_round_trip_within_a_zone_is_far_below_what_pings_of_apis_show():
    assert Network().same_az_s < 0.001 and Network().cross_az_s < 0.003


def test_t22_advice_is_sorted_as_the_newer_resilience_hub_does():
    wanted = {"SINGLE_POINT_OF_FAILURE", "EXCESSIVE_LOAD", "EXCESSIVE_LATENCY", "MISCONFIGURATION_AND_BUGS", "SHARED_FATE"}
    assert {rule.category for rule in RULES.values()} == wanted


def test_t11_waits_of_boto3_are_a_random_part_but_for_dynamodb_in_legacy_mode():
    """botocore, _retry.json: the base of the wait is `rand`, a number from 0 to 1, and 0.05 for DynamoDB."""
    data = {"faultline": 1, "nodes": [users(), {"id": "f", "kind": "service"}, {"id": "t", "kind": "dynamodb"}, {"id": "q", "kind": "sqs"}],
            "edges": [{"from": "users", "to": "f"}, {"from": "f", "to": "t", "retry_mode": "legacy"},
                      {"from": "f", "to": "q", "retry_mode": "legacy"}]}  # fmt: skip
    table, queue = (lower(parse(data)).edges[k].policy for k in (1, 2))
    assert (table.attempts, table.backoff) == (10, Backoff("exponential", 0.05))
    assert (queue.attempts, queue.backoff) == (5, Backoff("exponential", 1.0, jitter="full"))


def test_t11_a_mode_is_kept_on_an_edge_of_a_state_machine():
    data = {"faultline": 1, "nodes": [users(), {"id": "s", "kind": "step_functions"}, {"id": "f", "kind": "lambda"}],
            "edges": [{"from": "users", "to": "s"}, {"from": "s", "to": "f", "retry_mode": "legacy"}]}  # fmt: skip
    assert lower(parse(data)).edges[1].policy.attempts == 5
