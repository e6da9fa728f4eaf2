"""Advice from the drawing: each rule on a document that trips it, and on the smallest change that silences it."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import pytest
import yaml

from engine.advice import RULES, SEVERITIES, advise
from engine.components import COMPONENTS
from engine.document import load, parse
from tests.advice_documents import (
    SCENARIOS,
    TWO_AZS,
    adding,
    after,
    cached,
    changing,
    crossed,
    found,
    jobs,
    quiet,
    remembering,
    replicated,
    retrying,
    two_regions,
    zonal,
)
from tests.documents import said, shop, tiny, with_edge, with_node

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
