"""Cost: the worked examples, every kind's price, and that drawing and run agree where nothing happens."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest

from engine import load, simulate
from engine.components import COMPONENTS
from engine.components.api_gateway import SIZES_GB
from engine.components.ec2_asg import InstanceType
from engine.cost import PRICES, api_gateway, aurora, elasticache, instances, of_drawing, rds, transfer
from engine.cost.base import HOURS, MONTH_S, Use
from engine.document import parse
from tests.documents import said, shop

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
PLAIN = {"resolver", "balancer", "service", "function", "limiter", "cache", "store", "queue", "topic", "external"}  # nobody sells these


def bill(kind: str, fields: dict[str, Any] | None = None, **use: Any) -> float:
    """What a node of this kind costs in a month of such use."""
    component = COMPONENTS[kind].model_validate({"id": "it", "kind": kind, **(fields or {})}, strict=False)
    return sum(line.usd for line in PRICES[kind].lines(Use(component, **use)))


def test_an_alb_with_one_capacity_unit_is_22_27():
    assert round(bill("alb", gb_in=0.5 * HOURS, gb_out=0.5 * HOURS), 2) == 22.27 == round(16.43 + 5.84, 2)


def test_two_t3_medium_are_60_74():
    assert round(bill("ec2_asg", {"instance_type": "t3.medium"}, instances=2), 2) == 60.74


def test_a_db_m5_large_multi_az_without_storage_is_249_66():
    assert round(bill("rds", {"instance_class": "db.m5.large", "storage_gb": 0, "multi_az": True}, instances=2), 2) == 249.66
    assert round(bill("rds", {"instance_class": "db.t3.large", "storage_gb": 0}, instances=1), 2) == 99.28


def test_a_hundred_million_lambda_requests_of_120_ms_at_512_mb_are_120():
    assert round(bill("lambda", {"memory_mb": 512}, requests=100e6, busy_s=100e6 * 0.12), 2) == 120.00


def test_a_terabyte_between_azs_in_both_directions_is_20_48():
    assert [round(line.usd, 2) for line in transfer.lines(1024, {}, 0)] == [20.48]


def test_the_internet_gets_cheaper_by_tiers_and_the_near_region_is_half_as_dear():
    """10 TB at 9 cents, 40 TB at 8.5, the rest at 7; 100 GB to us-east-2 cost 1, to eu-west-1 2 dollars."""
    tiers = [round(line.usd, 2) for line in transfer.lines(0, {}, 60 * 1024)]
    assert tiers == [round(10_240 * 0.09, 2), round(40_960 * 0.085, 2), round(10_240 * 0.07, 2)]
    pairs = {frozenset(("us-east-1", "us-east-2")): 100.0, frozenset(("us-east-1", "eu-west-1")): 100.0}
    assert sorted(line.usd for line in transfer.lines(0, pairs, 0)) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("kind", "fields", "use", "usd"),
    [
        ("nat_gateway", {}, {}, 32.85),
        ("nat_gateway", {}, {"gb_in": 60, "gb_out": 40}, 37.35),
        ("ecs", {"vcpu": 1, "memory_gb": 1}, {"instances": 1}, 29.55 + 3.245),
        ("eks", {"vcpu": 1, "memory_gb": 1}, {"instances": 1}, 73 + 29.55 + 3.245),
        ("sqs", {}, {"requests": 1e6, "deliveries": 1e5}, 0.40 * 1.2),
        ("sqs", {"fifo": True}, {"requests": 1e6, "deliveries": 1e6}, 0.50 * 3),
        ("sns", {}, {"requests": 2e6}, 1.00),
        ("eventbridge", {}, {"requests": 2e6}, 2.00),
        ("step_functions", {}, {"requests": 1000, "deliveries": 2000}, 0.10),
        ("api_gateway", {"api": "rest"}, {"requests": 1e6}, 3.50),
        ("api_gateway", {"api": "http"}, {"requests": 1e6}, 1.00),
        ("api_gateway", {"cache_gb": 0.5}, {"requests": 1e6}, 3.50 + 14.60),
        ("cloudfront", {}, {"requests": 1e6, "gb_out": 100}, 9.50),
        ("global_accelerator", {}, {"gb_out": 100}, 18.25 + 1.50),
        ("route53", {"resolvers": 0}, {"targets": 2}, 1.50),
        ("route53", {"health_check": "none", "resolvers": 0}, {"targets": 2}, 0.50),
        ("route53", {"health_check": {"interval_s": 10}, "resolvers": 0}, {"targets": 2}, 3.50),
        ("route53", {"health_check": "none", "resolvers": 1000, "ttl_s": 60, "policy": "latency"}, {}, 0.50 + 43.8 * 0.60),
        ("ec2_asg", {"instance_type": "t3.medium", "volume_gb": 100}, {"instances": 2}, 60.736 + 16),
        ("aurora", {"instance_class": "db.t3.medium", "storage_gb": 0}, {"instances": 2}, 2 * 59.86),
        ("elasticache", {"replicas": 1}, {"instances": 2}, 2 * 108.77),
        ("elasticache", {"node_type": "cache.m5.large"}, {"instances": 2}, 227.76),
        ("s3", {"storage_gb": 100}, {"requests": 11_000, "writes": 1_000}, 2.30 + 0.005 + 0.004),
        ("efs", {"storage_gb": 10}, {}, 3.00),
        ("dynamodb", {"storage_gb": 0}, {"requests": 3e6, "writes": 1e6, "answer_kb": 4}, 0.625 + 0.25),
        ("dynamodb", {"storage_gb": 0}, {"requests": 1e6, "writes": 0, "answer_kb": 5}, 0.25),
        ("dynamodb", {"storage_gb": 0, "mode": "provisioned", "capacity_per_s": 20}, {"requests": 1, "writes": 1}, 9.49),
        ("dynamodb", {"storage_gb": 10, "replica_regions": ["eu-west-1"]}, {"requests": 1e6, "writes": 1e6}, 2 * 0.625 + 2 * 2.5),
        ("kinesis", {"shards": 2}, {"requests": 1e6, "gb_in": 1e6 * 30 / 1e6}, 21.90 + 0.028),
        ("kinesis", {"shards": 1}, {"requests": 1e6, "gb_in": 0.1}, 10.95 + 0.014),
        ("rds", {"storage_gb": 100}, {"instances": 2}, 249.66 + 23.0),
        ("lambda", {"provisioned_concurrency": 1, "memory_mb": 1024}, {}, 0.0000041667 * MONTH_S),
    ],
)  # fmt: skip
def test_prices_of_single_kinds(kind, fields, use, usd):
    assert bill(kind, fields, **use) == pytest.approx(usd, abs=0.006)


def test_every_size_that_can_be_chosen_has_a_price():
    assert set(get_args(InstanceType)) == set(instances.PER_HOUR)
    for kind, field, table in (("rds", "instance_class", rds.PER_HOUR), ("elasticache", "node_type", elasticache.PER_HOUR)):
        assert set(get_args(COMPONENTS[kind].model_fields[field].annotation)) == set(table)
    assert set(SIZES_GB) == set(api_gateway.CACHE_PER_HOUR)
    assert aurora.USUAL in aurora.PER_HOUR and instances.USUAL in instances.PER_HOUR


def test_plain_kinds_have_no_price_and_say_so():
    assert not PLAIN & set(PRICES)
    data = shop()
    data["nodes"][2]["kind"] = "service"
    estimate = of_drawing(parse(data))
    assert estimate.not_priced == ["web"] and {n.id: n.usd for n in estimate.nodes}["web"] is None


@pytest.mark.parametrize("kind", sorted(PRICES))
def test_every_line_says_where_its_price_was_read_or_that_it_is_assumed(kind):
    known = kind in COMPONENTS  # some kinds have a price before they can be drawn
    component = COMPONENTS[kind].model_validate({"id": "it", "kind": kind}) if known else SimpleNamespace()
    use = Use(component, instances=2, requests=1e6, deliveries=1e6, writes=1e5, busy_s=1e4, gb_in=10, gb_out=20, answer_kb=1, targets=2)
    lines = list(PRICES[kind].lines(use))
    assert lines and all(line.usd > 0 for line in lines)
    for line in lines:
        assert not line.rate.read or datetime.date.fromisoformat(line.rate.read).year in (2024, 2025, 2026)
        assert line.rate.read or "memory" in line.rate.source
        assert line.usd == pytest.approx(line.quantity * line.rate.usd / line.rate.per)


def test_drawing_and_run_agree_where_nothing_happens():
    """600 requests/s for 730 hours: the run's counters are random, within 4 standard deviations of 60,000 requests' noise, 1.6 %."""
    scenario = load(SCENARIOS / "three-tier-shop.yaml")
    run = simulate(scenario, duration_s=130).cost
    drawn = of_drawing(scenario)
    assert run is not None and run.usd == pytest.approx(drawn.usd, rel=0.016)
    assert [n.usd for n in run.nodes][1:] == [n.usd for n in drawn.nodes][1:]  # what is paid by the hour does not depend on luck
    assert {line.what for line in run.lines} == {line.what for line in drawn.lines}


def test_the_bill_of_the_shop_by_hand():
    """6 m6i.large, one ALB, db.m5.large twice with 100 GB; 600 requests/s with 1 kB there and 10 kB back, half of web's calls cross AZs."""
    bill_ = of_drawing(load(SCENARIOS / "three-tier-shop.yaml"))
    gb = 600 * MONTH_S * 11 / 1e6
    usd = {node.id: node.usd for node in bill_.nodes}
    assert usd == pytest.approx({"web": 6 * 0.096 * 730, "front": 16.425 + 0.008 * gb, "orders": 2 * 0.171 * 730 + 23})
    assert bill_.transfer[0].usd == pytest.approx(0.02 * gb / 2) and bill_.transfer[0].what == "Between AZs, out and in"
    assert sum(line.usd for line in bill_.transfer[1:]) == pytest.approx(10_240 * 0.09 + (gb * 10 / 11 - 10_240) * 0.085)


def test_the_summary_and_the_table_of_a_run_have_the_cost(capsys):
    from engine.cli.tables import show_run

    result = simulate(parse(shop()), duration_s=5)
    assert result.cost is not None
    assert result.summary["cost"] == result.cost.as_dict()
    assert (result.summary["cost"]["region"], result.summary["cost"]["not_priced"]) == ("us-east-1", ["web"])
    assert result.summary["cost"]["prices_read"] == "2024-07-01 to 2026-05-03"
    show_run(result.summary)
    assert f"about ${result.cost.usd:,.2f} a month at this rate (prices of 2024-07-01 to 2026-05-03, us-east-1, without web)" in " ".join(
        capsys.readouterr().out.split()
    )


def test_a_run_that_has_not_left_its_warm_up_has_no_cost():
    assert simulate(parse(shop(warmup_s=1.5)), duration_s=1.9).summary["cost"] is None


def test_nothing_is_billed_within_an_az_nor_twice_at_the_edge():
    one_az = parse(shop(nodes=[
        {"id": "users", "kind": "clients"}, {"id": "web", "kind": "service", "azs": ["us-east-1a"]},
        {"id": "data", "kind": "store", "azs": ["us-east-1a"]},
    ], edges=[{"from": "users", "to": "web"}, {"from": "web", "to": "data"}]))  # fmt: skip
    assert [line.what for line in of_drawing(one_az).transfer] == ["To the internet"]
    behind = parse(shop(nodes=[
        {"id": "users", "kind": "clients"}, {"id": "cdn", "kind": "cloudfront", "hit_ratio": 0.9}, {"id": "front", "kind": "alb"},
        {"id": "web", "kind": "service", "azs": ["us-east-1a"]},
    ], edges=[{"from": "users", "to": "cdn"}, {"from": "cdn", "to": "front"}, {"from": "front", "to": "web"}]))  # fmt: skip
    found = of_drawing(behind)
    assert found.transfer == () and found.nodes[0].usd == pytest.approx(100 * MONTH_S * (10 / 1e6 * 0.085 + 1e-6))


def test_two_regions_pay_for_what_passes_between_them():
    regions = [{"id": "us-east-1", "azs": ["us-east-1a"]}, {"id": "eu-west-1", "azs": ["eu-west-1a"]}]
    nodes = [{"id": "users", "kind": "clients"}, {"id": "here", "kind": "service", "azs": ["us-east-1a"]},
             {"id": "there", "kind": "service", "azs": ["eu-west-1a"]}]  # fmt: skip
    data = shop(regions=regions, nodes=nodes, edges=[{"from": "users", "to": "here"}, {"from": "here", "to": "there"}])
    lines = {line.what: line.usd for line in of_drawing(parse(data)).transfer}
    assert lines["Between eu-west-1 and us-east-1"] == pytest.approx(100 * MONTH_S * 11 / 1e6 * 0.02)


def test_a_wave_costs_what_its_mean_costs():
    steady, wave = (parse(shop(nodes=[{**shop()["nodes"][0], "rate_per_s": rate}, *shop()["nodes"][1:]])) for rate in (
        100, {"sine": 100, "amplitude": 80, "period_s": 60}))  # fmt: skip
    assert of_drawing(wave).usd == pytest.approx(of_drawing(steady).usd)


@pytest.mark.parametrize("kind", sorted(COMPONENTS))
def test_every_drawing_has_an_estimate(kind):
    data = shop(nodes=[*shop()["nodes"], {"id": "new", "kind": kind, **COMPONENTS[kind].create}])
    if not said(data):
        assert of_drawing(parse(data)).usd > 0


def test_the_reference_page_has_every_price_in_its_own_words():
    page = (SCENARIOS.parent / "docs" / "cost.md").read_text(encoding="utf-8")
    rows = [f"| `{kind}` | {' '.join((type(PRICES[kind]).__doc__ or '').split())} |" for kind in PRICES]
    assert [row for row in rows if row not in page] == []
