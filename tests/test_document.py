"""The document as a whole: reading, writing, defaults, variants."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.document import Problem, ScenarioError, dumps, load, loads, parse, problems, schema
from engine.document.migrations import current_version, migrate
from engine.document.network import measured_rtt_s
from tests.documents import SHOP, said, shop, with_node

EXAMPLE = """
faultline: 1
title: Three-tier shop in two AZs
story: One paragraph a reader needs before pressing play.
reading: [{title: ..., url: ...}]
seed: 7
duration_s: 600
warmup_s: 30
regions:
  - {id: us-east-1, azs: [us-east-1a, us-east-1b, us-east-1c]}
network:
  same_az_s: 0.0003
  cross_az_s: 0.001
  client_s: 0.040
  between_regions_s: {us-east-1/eu-west-1: 0.068}
nodes:
  - {id: shoppers, kind: clients, rate_per_s: 400}
  - {id: front, kind: alb, region: us-east-1, algorithm: round_robin}
  - {id: web, kind: ec2_asg, azs: [us-east-1a, us-east-1b], instances: 6, concurrency: 8,
     service: {exponential: 0.024}, queue_capacity: 100}
  - {id: orders, kind: rds, region: us-east-1, multi_az: true, primary_az: us-east-1a, concurrency: 16, service: {exponential: 0.012}}
edges:
  - {from: shoppers, to: front, timeout_s: 2, attempts: 3,
     backoff: {exponential: 0.1, cap_s: 2, jitter: full}}
  - {from: front, to: web}
  - {from: web, to: orders, timeout_s: 1,
     breaker: {failure_share: 0.5, window_s: 10, minimum_calls: 20, open_s: 5, probes: 3},
     bulkhead: 64, retry_budget: 0.1}
faults:
  - {kind: az_power_loss, target: us-east-1a, at_s: 120, for_s: 180}
objectives: {availability: 0.999, p99_s: 0.5, rto_s: 150, rpo_s: 0}
expect:
  - {metric: availability, at_least: 0.75,
     because: no writer for one to two minutes, and half of the instances until the health check notices}
  - {metric: error_ratio, node: shoppers, from_s: 400, to_s: 600, at_most: 0.001, because: everything has moved}
variants:
  - {id: one-az, title: Everything in one AZ, change: {nodes: {web: {azs: [us-east-1a]}, orders: {multi_az: false}}},
     expect: [{metric: availability, at_most: 0.7, because: nothing is left to shift to for three minutes}]}
layout: {front: [420, 80]}
"""


def test_the_example_of_the_format_is_read_whole():
    scenario = loads(EXAMPLE)
    assert [n.id for n in scenario.nodes] == ["shoppers", "front", "web", "orders"]
    assert (scenario.seed, scenario.duration_s, scenario.warmup_s) == (7, 600, 30)
    assert (scenario.expect[0].because or "").endswith("two minutes, and half of the instances until the health check notices")


def test_json_and_yaml_give_the_same_scenario():
    assert loads(json.dumps(SHOP)) == loads(yaml.safe_dump(SHOP)) == parse(SHOP)


def test_only_the_version_and_the_nodes_are_required():
    scenario = parse({"faultline": 1, "nodes": [{"id": "s", "kind": "service"}]})
    assert (scenario.seed, scenario.duration_s, scenario.warmup_s) == (1, 600, 0)
    assert scenario.geography.places() == ["region-1", "region-1a"]
    assert said({}) == [
        ("faultline", "is missing; write `faultline: 1` as the first line"),
        ("nodes", "is missing; write what there is, e.g. `nodes: [{id: web, kind: service}]`"),
    ]


def test_what_is_written_is_read_back_as_it_was():
    scenario = loads(EXAMPLE)
    assert loads(dumps(scenario)) == scenario
    assert parse(scenario.to_dict()) == scenario
    assert parse(json.loads(json.dumps(scenario.to_dict()))) == scenario


def test_defaults_are_not_written_out():
    assert parse(SHOP).to_dict() == SHOP


def test_whole_numbers_are_written_without_a_point():
    assert "400.0" not in dumps(loads(EXAMPLE))
    assert parse(with_node("users", rate_per_s=250.0)).to_dict()["nodes"][0]["rate_per_s"] == 250


def test_yaml_is_written_one_line_per_node_in_the_order_of_the_format():
    text = dumps(parse(shop(seed=3, title="A shop")))
    lines = text.splitlines()
    assert lines[:3] == ["faultline: 1", "title: A shop", "seed: 3"]
    assert "  - {id: web, kind: service, instances: 3}" in lines
    assert [line for line in lines if line.endswith(":")] == ["regions:", "nodes:", "edges:"]


def test_ids_and_order_survive():
    data = shop(nodes=list(reversed(SHOP["nodes"])), layout={"web": [1.5, -20]})
    assert [n["id"] for n in parse(data).to_dict()["nodes"]] == ["orders", "web", "front", "users"]
    assert parse(data).to_dict()["layout"] == {"web": [1.5, -20]}


def test_a_layout_may_place_regions_and_may_keep_points_of_what_is_gone():
    assert said(shop(layout={"us-east-1": [0, 0], "web": [10, 20], "gone": [1, 2]})) == []


def test_an_empty_list_of_regions_is_like_none():
    assert said({"faultline": 1, "regions": [], "nodes": [{"id": "s", "kind": "service"}]}) == []


def test_a_scenario_never_changes():
    with pytest.raises(ValueError, match="frozen"):
        parse(SHOP).seed = 4


def test_older_documents_are_migrated_one_version_at_a_time():
    steps = [lambda d: d | {"a": 1}, lambda d: d | {"b": d["a"] + 1}]
    assert migrate({"faultline": 1}, steps) == {"faultline": 3, "a": 1, "b": 2}
    assert migrate({"faultline": 2, "a": 5}, steps) == {"faultline": 3, "a": 5, "b": 6}
    assert migrate({"faultline": 9}, steps) == {"faultline": 9}
    assert current_version(steps) == 3


def test_the_schema_names_every_kind_and_its_units():
    text = json.dumps(schema())
    assert all(f'"{word}"' in text for word in ("clients", "alb", "rds", "az_power_loss", "decorrelated", "holds_slot", "unit"))


def test_measured_regions_are_symmetric_and_less_the_overhead():
    table = measured_rtt_s()
    assert len(table) == 105
    assert table[frozenset(("us-east-1", "us-east-2"))] == pytest.approx(((15 + 17) / 2 - 3) / 1000)


# Variants


def varied(change, **more):
    return parse(shop(faults=[{"id": "slow-web", "kind": "slow", "target": "web", "at_s": 5}],
                      variants=[{"id": "other", "change": change, **more}])).variant("other")  # fmt: skip


def test_a_variant_changes_fields_by_id_and_nothing_else():
    other = varied({"nodes": {"web": {"instances": 1}}, "edges": {"web->orders": {"timeout_s": 2}}, "faults": {"slow-web": {"factor": 3}}})
    assert (other.node("web").instances, other.edges[2].timeout_s, other.faults[0].factor) == (1, 2, 3)
    assert other.variants == [] and other.node("orders").multi_az


def test_null_removes_a_field_an_edge_a_fault_and_a_node_with_its_edges():
    assert varied({"nodes": {"web": {"instances": None}}}).node("web").instances == 1
    assert varied({"edges": {"web->orders": None}}).edges[-1].id == "front->web"
    assert varied({"faults": {"slow-web": None}}).faults == []
    assert [e.id for e in varied({"nodes": {"orders": None}}).edges] == ["users->front", "front->web"]


def test_a_variant_may_add_what_is_complete():
    other = varied({"nodes": {"cache": {"kind": "store"}}, "edges": {"web->cache": {"from": "web", "to": "cache"}},
                    "faults": {"late": {"kind": "slow", "target": "cache", "at_s": 1}}, "duration_s": 60})  # fmt: skip
    assert (other.node("cache").kind, other.edges[-1].id, other.faults[-1].id, other.duration_s) == ("store", "web->cache", "late", 60)


def test_a_variant_adds_an_edge_by_its_id():
    other = varied({"nodes": {"cache": {"kind": "service"}}, "edges": {"web->cache": {}, "cache->orders": {"timeout_s": 3}}})
    assert [e.id for e in other.edges[-2:]] == ["web->cache", "cache->orders"]
    assert other.edges[-1].timeout_s == 3
    assert varied({"nodes": {"orders": None}, "edges": {"web->orders": {"timeout_s": 3}}}).edges[-1].id == "front->web"


def test_a_variants_expectations_replace_the_bases():
    data = shop(expect=[{"metric": "availability", "at_least": 0.9}],
                variants=[{"id": "a", "expect": [{"metric": "p99_s", "at_most": 1}]}, {"id": "b"}])  # fmt: skip
    scenario = parse(data)
    assert [e.metric for e in scenario.variant("a").expect] == ["p99_s"]
    assert [e.metric for e in scenario.variant("b").expect] == ["availability"]


def test_an_unknown_variant_is_answered_with_the_known_ones():
    with pytest.raises(ScenarioError, match=r"there is no variant 'one'.*there are one-az"):
        loads(EXAMPLE).variant("one")


# Files


def test_a_file_that_is_not_there_is_a_problem_not_a_traceback(tmp_path: Path):
    with pytest.raises(ScenarioError, match="there is no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="this is a folder"):
        load(tmp_path)


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path):
    (tmp_path / "big.yaml").write_bytes(b"a" * 3_000_000)
    with pytest.raises(ScenarioError, match="at most 2,000,000"):
        load(tmp_path / "big.yaml")


def test_an_error_names_its_document_and_survives_pickling():
    import pickle

    error = pickle.loads(pickle.dumps(ScenarioError([Problem("nodes.web", "is odd"), Problem("", "is odd too")], "a.yaml")))
    assert str(error) == "a.yaml: nodes.web: is odd; is odd too"


# Anything at all

leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["web", "alb", "none", "1e3", "a->b"])
)
WORDS = """
faultline nodes edges faults id kind from to service variants expect change target between regions azs rate_per_s at_s layout network
"""
keys = st.text(max_size=5) | st.sampled_from(WORDS.split())
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=25)


@settings(max_examples=150, deadline=None)
@given(anything)
def test_no_data_ever_raises_anything_but_problems(data):
    assert all(isinstance(p, Problem) and p.message for p in problems(data))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60) | anything.map(lambda d: yaml.safe_dump(d, allow_unicode=True)))
def test_no_text_ever_raises_anything_but_problems(text):
    problems(text)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["nodes", "edges", "faults", "regions", "variants", "expect", "network", "layout", "objectives"]), anything)
def test_no_section_ever_raises_anything_but_problems(section, data):
    problems(shop(**{section: data}))
    problems(shop(**{section: [*SHOP.get(section, ()), data] if section in SHOP else [data]}))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([n["id"] for n in SHOP["nodes"]]), keys, anything)
def test_no_field_ever_raises_anything_but_problems(node, field, value):
    problems(with_node(node, **{field: value}))


titles = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
numbers = st.floats(0.001, 1000, allow_nan=False)


@pytest.mark.parametrize("text", ["\x85", "a\u2028b", "a\u2029", "two\nlines\x85", " \t", "\ufeff", "#: no"])
def test_text_with_unusual_line_ends_and_blanks_is_read_back_as_it_was(text):
    scenario = parse(shop(title=text, expect=[{"metric": "availability", "at_least": 0.5, "because": text}]))
    assert loads(dumps(scenario)) == scenario


@settings(max_examples=80, deadline=None)
@given(title=titles, story=titles, rate=numbers, instances=st.integers(1, 50), timeout=numbers, because=titles, x=st.floats(-1e5, 1e5))
def test_every_scenario_survives_yaml(title, story, rate, instances, timeout, because, x):
    data = shop(title=title, story=story, layout={"web": [x, 0]}, expect=[{"metric": "availability", "at_least": 0.5, "because": because}])
    data["nodes"][0]["rate_per_s"] = rate
    data["nodes"][2]["instances"] = instances
    data["edges"][2]["timeout_s"] = timeout
    scenario = parse(data)
    assert loads(dumps(scenario)) == scenario
