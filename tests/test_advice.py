"""Advice from the drawing: each rule on a document that trips it, and on the smallest change that silences it."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import simulate
from engine.advice import RULES, SEVERITIES, Finding, advise
from engine.components import COMPONENTS
from engine.document import Scenario, load, parse
from engine.document.scenario import Change, Variant
from engine.document.variants import changed
from tests.documents import said, shop, tiny, with_edge, with_node

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
TWO_AZS = ["us-east-1a", "us-east-1b"]
TWO_REGIONS = [{"id": "us-east-1", "azs": TWO_AZS}, {"id": "eu-west-1", "azs": ["eu-west-1a", "eu-west-1b"]}]
PATIENT = {"timeout_s": 2}


def quiet(**sections: Any) -> dict[str, Any]:
    """A shop that no rule has a word about: 100 requests/s, two AZs, room to spare, timeouts that nest."""
    data = shop(**sections)
    if "nodes" not in sections:
        data["nodes"][2] = {"id": "web", "kind": "service", "instances": 4, "concurrency": 4, "azs": TWO_AZS}
    if "edges" not in sections:
        data["edges"] = [
            {"from": "users", "to": "front", "timeout_s": 2},
            {"from": "front", "to": "web"},
            {"from": "web", "to": "orders", "timeout_s": 1},
        ]
    return data


def changing(section: str, id: str, **fields: Any) -> dict[str, Any]:
    """The quiet shop with fields of one node or edge changed."""
    data = quiet()
    name = (lambda e: e["id"]) if section == "nodes" else (lambda e: f"{e['from']}->{e['to']}")
    next(item for item in data[section] if name(item) == id).update(fields)
    return data


def adding(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **sections: Any) -> dict[str, Any]:
    """The quiet shop with more in it."""
    data = quiet()
    return {**data, "nodes": data["nodes"] + nodes, "edges": data["edges"] + edges, **sections}


def jobs(queue: dict[str, Any] | None = None, edge: dict[str, Any] | None = None, **workers: Any) -> dict[str, Any]:
    """The quiet shop with a queue that is above reproach, as far as it is not told otherwise."""
    queue = {"dead_letter": "lost", "max_receives": 5, "retention_s": 3_600, **(queue or {})}
    edge = {"timeout_s": 1, "idempotent": True, **(edge or {})}
    nodes = [
        {"id": "jobs", "kind": "queue", **{k: v for k, v in queue.items() if v is not None}},
        {"id": "lost", "kind": "queue"},
        {"id": "workers", "kind": "service", "instances": 4, "azs": TWO_AZS, **workers},
    ]
    ends: list[dict[str, Any]] = [
        {"from": "web", "to": "jobs", "timeout_s": 1}, {"from": "jobs", "to": "workers"}, {"from": "workers", "to": "orders", **edge},
    ]  # fmt: skip
    return adding(nodes, ends)


def two_regions(**resolver: Any) -> dict[str, Any]:
    """Clients who ask a resolver for one of two Regions that each serve by themselves."""
    nodes: list[dict[str, Any]] = [{"id": "users", "kind": "clients"}, {"id": "dns", "kind": "resolver", **resolver}]
    edges: list[dict[str, Any]] = [{"from": "users", "to": "dns", "timeout_s": 2}]
    for region in TWO_REGIONS:
        at = str(region["id"])
        nodes += [{"id": f"front-{at}", "kind": "alb", "region": at},
                  {"id": f"web-{at}", "kind": "service", "instances": 4, "azs": region["azs"]}]  # fmt: skip
        edges += [{"from": "dns", "to": f"front-{at}"}, {"from": f"front-{at}", "to": f"web-{at}"}]
    return {"faultline": 1, "regions": TWO_REGIONS, "nodes": nodes, "edges": edges}


def crossed() -> dict[str, Any]:
    """Two pairs of a service and its store, each service in another AZ than its store: either AZ takes both pairs down."""
    store = {"kind": "store", "service": {"constant": 0.001}}
    nodes: list[dict[str, Any]] = [
        {"id": "users", "kind": "clients"}, {"id": "front", "kind": "alb"},
        {"id": "left", "kind": "service", "azs": ["us-east-1a"]}, {"id": "right", "kind": "service", "azs": ["us-east-1b"]},
        {"id": "left-data", "azs": ["us-east-1b"], **store}, {"id": "right-data", "azs": ["us-east-1a"], **store},
    ]  # fmt: skip
    ends = [("users", "front", 2), ("front", "left", None), ("front", "right", None), ("left", "left-data", 1), ("right", "right-data", 1)]
    edges = [{"from": a, "to": b} | ({"timeout_s": t} if t else {}) for a, b, t in ends]
    return shop(nodes=nodes, edges=edges)


def replicated(**store: Any) -> dict[str, Any]:
    """A store in one AZ that a replica in the other follows, and a promise to lose nothing."""
    data = changing("nodes", "web")
    data["nodes"][3] = {"id": "orders", "kind": "store", "azs": ["us-east-1a"], "replica_azs": ["us-east-1b"], **store}
    return {**data, "objectives": {"rpo_s": 0}}


def zonal(instances: int) -> dict[str, Any]:
    """So many targets in two AZs behind a balancer whose nodes keep to their own AZ."""
    data = changing("nodes", "web", instances=instances)
    data["nodes"][1] = {"id": "front", "kind": "nlb", "azs": TWO_AZS}
    return data


def retrying(attempts: int, inner: int) -> dict[str, Any]:
    """Clients and servers who both retry, with all the manners there are."""
    manners = {"backoff": {"exponential": 0.01, "cap_s": 0.05, "jitter": "full"}, "retry_budget": 0.1}
    data = changing("edges", "web->orders", attempts=inner, **manners, timeout_s=0.1)
    data["edges"][0].update(attempts=attempts, **manners)
    return data


def cached(**near: Any) -> dict[str, Any]:
    """The quiet shop, whose servers ask a cache before the database."""
    near = {"id": "near", "kind": "cache", "instances": 2, "azs": TWO_AZS, "ttl_s": 60, **near}
    data = adding([{k: v for k, v in near.items() if v is not None}], [{"from": "web", "to": "near", "timeout_s": 0.5}])
    data["edges"][2]["cache"] = "near"
    return data


def remembering(stickiness_s: float = 3_600, **web: Any) -> dict[str, Any]:
    """The quiet shop, to which 600 users come back."""
    data = changing("nodes", "web", **{"session_state": "instance", **web})
    data["nodes"][0]["sessions"] = {"count": 600}
    data["nodes"][1]["stickiness_s"] = stickiness_s
    return data


# rule → a document that trips it; the finding's own `change` must silence it.
TRIPS: dict[str, dict[str, Any]] = {
    "single_point_of_failure": changing("nodes", "orders", multi_az=False),
    "tier_in_one_az": changing("nodes", "web", azs=["us-east-1a"]),
    "az_takes_all": crossed(),
    "static_stability": changing("nodes", "web", service={"constant": 0.1}),
    "control_plane_recovery": two_regions(health_check="none"),
    "quota_below_rate": changing("nodes", "web", service={"constant": 0.5}),
    "retry_product": retrying(4, 3),
    "retries_without_jitter": changing("edges", "users->front", attempts=2, retry_budget=0.1, backoff={"exponential": 0.1}),
    "retries_without_budget": changing("edges", "users->front", attempts=2, backoff={"exponential": 0.1, "jitter": "full"}),
    "missing_timeout": changing("edges", "web->orders", timeout_s=None),
    "timeout_longer_than_callers": changing("edges", "web->orders", timeout_s=5),
    "consumer_not_idempotent": jobs(edge={"idempotent": False}),
    "no_dead_letter_queue": jobs({"dead_letter": None}),
    "visibility_below_work": jobs({"visibility_timeout_s": 2}, service={"exponential": 0.5}),
    "no_health_check": with_node("front", kind="balancer", health_check="none"),
    "rto_below_recovery": {**quiet(), "objectives": {"rto_s": 60}},
    "rpo_below_lag": replicated(),
    "cross_zone_imbalance": zonal(5),
    "sessions_on_instances": remembering(),
    "cache_finds_nothing": cached(),
    "way_out_in_one_az": adding([{"id": "nat", "kind": "nat_gateway"}, {"id": "bank", "kind": "external"}],
                                [{"from": "web", "to": "nat", "timeout_s": 1}, {"from": "nat", "to": "bank", "timeout_s": 0.8}]),
}
# (rule, document, change): where the finding has no change of its own, or to trip another part of a rule.
MORE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("single_point_of_failure", changing("nodes", "web", instances=1), {"nodes": {"web": {"instances": 2}}}),
    ("single_point_of_failure", changing("nodes", "front", azs=["us-east-1b"]), {"nodes": {"front": {"azs": None}}}),
    ("single_point_of_failure", {**replicated(failover="none"), "objectives": {}}, {"nodes": {"orders": {"failover": None}}}),
    ("single_point_of_failure", jobs(instances=1, azs=["us-east-1a"]), {"nodes": {"workers": {"instances": 2, "azs": TWO_AZS}}}),
    ("control_plane_recovery", two_regions(policy="simple"), {"nodes": {"dns": {"policy": "weighted"}}}),
    ("quota_below_rate", with_node("users", rate_per_s=500), {"nodes": {"users": {"rate_per_s": 50}}}),
    ("quota_below_rate", adding([{"id": "gate", "kind": "limiter", "rate_per_s": 99}],
                                [{"from": "web", "to": "gate", "timeout_s": 1}, {"from": "gate", "to": "orders"}]),
     {"nodes": {"gate": {"rate_per_s": 100}}}),
    ("quota_below_rate", adding([{"id": "thumbs", "kind": "function", "reserved_concurrency": 4}],
                                [{"from": "web", "to": "thumbs", "timeout_s": 1}]), {"nodes": {"thumbs": {"reserved_concurrency": 6}}}),
    ("control_plane_recovery", changing("nodes", "web", service={"constant": 0.1}, autoscaling={"min": 4, "max": 10}),
     {"nodes": {"web": {"instances": 8}}}),
    ("no_dead_letter_queue", jobs({"max_receives": None}), {"nodes": {"jobs": {"max_receives": 3}}}),
    ("no_dead_letter_queue", jobs({"retention_s": 345_600}), {"nodes": {"jobs": {"retention_s": 3_600}}}),
    ("cross_zone_imbalance", zonal(3), {"nodes": {"web": {"instances": 4}}}),
    ("single_point_of_failure", adding([{"id": "nat", "kind": "nat_gateway"}, {"id": "bank", "kind": "external"}],
                                       [{"from": "web", "to": "nat", "timeout_s": 1}, {"from": "nat", "to": "bank", "timeout_s": 0.8}]),
     {"nodes": {"nat": {"mode": "regional"}}}),
    ("sessions_on_instances", remembering(session_state="outside"), {"nodes": {"front": {"stickiness_s": 0}}}),
    ("cache_finds_nothing", cached(), {"nodes": {"near": {"ttl_s": None, "hit_ratio": 0.8}}}),
    ("sessions_on_instances", remembering(0), {"nodes": {"web": {"session_state": "outside"}}}),
    ("retries_without_budget", changing("edges", "users->front", attempts=2), {"edges": {"users->front": {"breaker": {"window_s": 10}}}}),
    ("rto_below_recovery", {**changing("nodes", "orders", multi_az=False), "objectives": {"rto_s": 600}},
     {"nodes": {"orders": {"multi_az": True}}}),
    ("rto_below_recovery", {**two_regions(ttl_s=300), "objectives": {"rto_s": 120}}, {"nodes": {"dns": {"ttl_s": 20}}}),
    ("rpo_below_lag", {**replicated(apply_per_s=90), "objectives": {"rpo_s": 3_600}}, {"nodes": {"orders": {"apply_per_s": 110}}}),
    ("timeout_longer_than_callers", changing("edges", "web->orders", attempts=3, retry_budget=0.1,
                                             backoff={"exponential": 0.1, "cap_s": 1, "jitter": "full"}),
     {"edges": {"users->front": {"timeout_s": 4}}}),
]  # fmt: skip


def found(data: dict[str, Any] | Scenario, rule: str) -> list[Finding]:
    scenario = data if isinstance(data, Scenario) else parse(data)
    return [f for f in advise(scenario) if f.rule == rule]


def after(data: dict[str, Any], change: dict[str, Any]) -> Scenario:
    """The document with a finding's change applied, which must be one."""
    scenario = parse(data)
    return parse(changed(scenario.to_dict(), Variant(id="mended", change=Change(**change))))


def test_every_rule_has_a_document_that_trips_it():
    assert set(TRIPS) == set(RULES)


@pytest.mark.parametrize("rule", TRIPS)
def test_a_document_trips_the_rule_and_its_own_change_silences_it(rule):
    findings = found(TRIPS[rule], rule)
    assert findings, rule
    for finding in findings[:1] if rule in ("az_takes_all", "rto_below_recovery") else findings:
        assert finding.nodes and finding.why.endswith(".") and finding.advice.endswith(".")
        if finding.change:
            assert finding not in found(after(TRIPS[rule], finding.change), rule)


@pytest.mark.parametrize("rule", sorted(set(TRIPS) - {"rto_below_recovery"}))
def test_all_changes_of_a_rule_together_leave_nothing_of_it(rule):
    data = TRIPS[rule]
    for finding in found(data, rule):
        data = after(data, finding.change).to_dict()
    assert found(data, rule) == []


@pytest.mark.parametrize(("rule", "data", "change"), MORE, ids=lambda v: v if isinstance(v, str) else "")
def test_the_smallest_change_makes_the_difference(rule, data, change):
    assert found(data, rule) and not found(after(data, change), rule)


def test_a_sound_design_gets_no_advice():
    assert [(f.rule, f.why) for f in advise(parse(quiet()))] == []
    assert [(f.rule, f.why) for f in advise(parse(jobs()))] == []
    assert [(f.rule, f.why) for f in advise(parse({**two_regions(), "objectives": {"rto_s": 600}}))] == []


@pytest.mark.parametrize("rule", TRIPS)
def test_the_order_of_the_nodes_has_no_say(rule):
    data = TRIPS[rule]
    wanted = [f.as_dict() for f in advise(parse(data))]
    for seed in range(3):
        nodes = list(data["nodes"])
        random.Random(seed).shuffle(nodes)
        assert [f.as_dict() for f in advise(parse({**data, "nodes": nodes}))] == wanted


def test_every_rule_says_where_it_is_from():
    categories = {"SINGLE_POINT_OF_FAILURE", "EXCESSIVE_LOAD", "EXCESSIVE_LATENCY", "MISCONFIGURATION_AND_BUGS", "SHARED_FATE"}
    for rule in RULES.values():
        assert rule.practice.startswith("REL") and "-BP" in rule.practice and rule.category in categories and rule.title


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_names_a_preset_in_which_it_finds_something(rule):
    """The link beside a finding opens it; whoever follows it must find the same weak point there."""
    assert rule.preset, "no preset shows it"
    preset = load(SCENARIOS / f"{rule.preset}.yaml")
    assert rule.id in {f.rule for f in advise(preset.variant(rule.variant) if rule.variant else preset)}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_same_preset_also_shows_the_cure(rule):
    """Some document of the preset, the base or a variant, does not have the weak point: the pair to compare."""
    preset = load(SCENARIOS / f"{rule.preset}.yaml")
    others = [preset, *(preset.variant(v.id) for v in preset.variants)]
    assert any(rule.id not in {f.rule for f in advise(other)} for other in others)


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


def test_the_worst_come_first():
    everything = {**changing("nodes", "orders", multi_az=False), "edges": with_edge("users->front", attempts=2)["edges"]}
    severities = [SEVERITIES.index(f.severity) for f in advise(parse(everything))]
    assert severities == sorted(severities) and len(set(severities)) == 3


def test_advice_needs_no_run_and_stops_no_document():
    """Every document that can run can be advised, whatever is in it: one node of each kind after another, then loops and long chains."""
    for kind, cls in COMPONENTS.items():
        data = shop(nodes=[*shop()["nodes"], {"id": "new", "kind": kind, **cls.create}])
        if not said(data):
            advise(parse(data))
    chain = [{"id": f"s{n}", "kind": "limiter" if n % 2 else "service"} for n in range(499)]
    calls = [{"from": a["id"], "to": b["id"]} for a, b in itertools.pairwise([{"id": "users"}, *chain])]
    advise(parse({"faultline": 1, "nodes": [{"id": "users", "kind": "clients"}, *chain], "edges": calls}))


@pytest.mark.parametrize("kind", COMPONENTS)
def test_the_cure_of_a_finding_is_a_sound_document_whatever_the_kind(kind):
    data = tiny(kind)
    for finding in advise(parse(data)):
        if finding.change:
            cured = after(data, finding.change)
            assert finding not in advise(cured), finding


def test_a_loop_through_a_queue_is_walked_once():
    data = adding([{"id": "again", "kind": "queue"}, {"id": "worker", "kind": "service", "instances": 2, "azs": TWO_AZS}],
                  [{"from": "web", "to": "again", "timeout_s": 1}, {"from": "again", "to": "worker"},
                   {"from": "worker", "to": "again", "timeout_s": 1}])  # fmt: skip
    assert {f.rule for f in advise(parse(data))} == {"no_dead_letter_queue"}


def test_findings_are_plain_data():
    plain = advise(parse(TRIPS["tier_in_one_az"]))[0].as_dict()
    assert yaml.safe_load(yaml.safe_dump(plain)) == plain
    assert plain["practice"] == "REL10-BP01" and plain["change"] == {"nodes": {"web": {"instances": 4, "azs": TWO_AZS}}}


def test_the_command_prints_findings_and_fails_only_for_a_bad_document(tmp_path, capsys):
    from engine.cli import main

    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(yaml.safe_dump(TRIPS["tier_in_one_az"]))
    bad.write_text("faultline: 1\n")
    assert main(["advise", str(good)]) == 0
    assert "A whole tier in one AZ: web (high, REL10-BP01)" in capsys.readouterr().out
    assert main(["advise", str(good), str(bad), "--json"]) == 2
    printed = capsys.readouterr()
    assert [entry["findings"][0]["rule"] for entry in json.loads(printed.out)] == ["tier_in_one_az"]
    assert "nodes" in printed.err


def test_the_reference_page_has_every_rule_in_its_own_words():
    page = (SCENARIOS.parent / "docs" / "advice.md").read_text(encoding="utf-8")
    rows = [f"| `{r.id}` | {' '.join((type(r).__doc__ or '').split())} | {r.practice} | {r.category} |" for r in RULES.values()]
    assert [row for row in rows if row not in page] == []
    assert page.count("| `") == len(rows)


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
