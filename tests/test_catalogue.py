"""The catalogue: everything the canvas is generated from, derived from the classes."""

import json

import pytest

from engine.catalogue import catalogue, label_of
from engine.components import COMPONENTS
from engine.document import problems
from engine.faults import FAULTS
from tests.documents import node_for, said, shop, with_cache, with_names, with_topic

TYPES = {"list", "numbers", "words", "node"} | {"number", "integer", "boolean", "choice", "text", "azs", "any_azs",
         "region", "regions", "az", "oneof", "group", "pairs"}  # fmt: skip
KINDS = {entry["kind"]: entry for entry in catalogue()["kinds"]}


def every_field(fields):
    """All fields, also those inside groups and options."""
    for field in fields:
        yield field
        yield from every_field(field.get("fields", []))
        for option in field.get("options", []):
            yield from every_field(option.get("fields", [option["scalar"]] if "scalar" in option else []))


ALL_FIELDS = [
    f for e in [*catalogue()["kinds"], *catalogue()["faults"], {"fields": catalogue()["edge_fields"]}] for f in every_field(e["fields"])
]


def field(kind, name):
    """A kind's field by name."""
    return next(f for f in KINDS[kind]["fields"] if f["name"] == name)


def test_the_catalogue_is_plain_json():
    assert json.loads(json.dumps(catalogue(), allow_nan=False)) == catalogue()


def test_every_kind_and_every_fault_is_in_it():
    assert set(KINDS) == set(COMPONENTS)
    assert {entry["kind"] for entry in catalogue()["faults"]} == set(FAULTS)


def test_every_field_has_a_known_type_a_label_and_bounds_that_make_sense():
    for entry in ALL_FIELDS:
        assert entry["type"] in TYPES, entry
        assert entry["label"] and isinstance(entry["nullable"], bool)
        assert entry.get("min", 0) <= entry.get("max", float("inf"))


@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_freshly_created_node_of_every_kind_is_sound(kind):
    node = {"id": "new", "kind": kind, **KINDS[kind]["create"]}
    found = said(shop(nodes=[*shop()["nodes"], node]))
    assert [message for _, message in found if "add an edge" not in message] == []


@pytest.mark.parametrize("entry", [e for e in catalogue()["faults"] if not e["library"]], ids=lambda e: e["kind"])
def test_a_freshly_injected_fault_is_sound_on_each_of_its_targets(entry):
    node = node_for(entry["behaviours"])
    targets = {"region": "us-east-1", "az": "us-east-1a", "node": node, "instance": f"{node}[0]", "edge": "web->orders"}
    for target in entry["targets"]:
        params = {f["name"]: f["default"] for f in entry["fields"]}
        fault = {"kind": entry["kind"], "target": targets[target], "at_s": 1, "for_s": entry["default_for_s"], **params}
        data = with_names(with_cache(with_topic(faults=[fault])))
        data["nodes"].append({"id": "intake", "kind": "queue", "dead_letter": "jobs"})
        assert said(data) == []


@pytest.mark.parametrize("kind", COMPONENTS)
def test_every_default_is_what_the_document_may_say(kind):
    for entry in KINDS[kind]["fields"]:
        if entry.get("default") is not None:
            node = {"id": "new", "kind": kind, entry["name"]: entry["default"]}
            assert [p.message for p in problems(shop(nodes=[*shop()["nodes"], node])) if "add an edge" not in p.message] == []


def test_the_faults_a_kind_offers_are_those_that_can_happen_to_it():
    assert KINDS["clients"]["faults"] == ["hot_key", "surge"]
    assert KINDS["alb"]["faults"] == ["node_down", "latency"]
    assert "instance_crash" in KINDS["rds"]["faults"] and "az_power_loss" not in KINDS["rds"]["faults"]


def test_one_of_values_are_encoded_by_their_first_field_or_as_bare_words():
    rate = {o["key"]: o for o in field("clients", "rate_per_s")["options"]}
    assert list(rate) == ["number", "steady", "spike", "steps", "ramp", "sine", "trace", "users"]
    assert rate["number"]["scalar"]["type"] == "number"
    assert [f["name"] for f in rate["spike"]["fields"]] == ["spike", "to", "at_s", "for_s"]
    check = {o["key"]: o for o in field("balancer", "health_check")["options"]}
    assert list(check) == ["interval_s", "none"] and "fields" not in check["none"]
    assert field("alb", "health_check")["type"] == "group"


def test_bounds_units_and_sources_come_from_the_classes():
    interval = next(f for f in field("alb", "health_check")["fields"] if f["name"] == "interval_s")
    assert (interval["min"], interval["max"], interval["default"], interval["unit"]) == (5, 300, 30, "s")
    assert interval["confidence"] == "sourced" and "TargetGroup" in interval["source"]
    timeout = next(f for f in catalogue()["edge_fields"] if f["name"] == "timeout_s")
    assert (timeout["exclusive_min"], timeout["nullable"], timeout["max"]) == (True, True, 86_400)


def test_refusals_are_sentences_and_agree_with_the_checks():
    refuse = catalogue()["refuse"]
    assert all(reason.endswith(".") and reason[0].isupper() for row in refuse.values() for reason in row.values())
    assert refuse["alb"]["clients"] == "Clients only send requests, nothing calls them."
    assert "ec2_asg" not in refuse["alb"] and "rds" in refuse["alb"] and "rds" not in refuse["ec2_asg"]


def test_labels_drop_the_unit():
    assert [label_of(n) for n in ("queue_capacity", "timeout_s", "rate_per_s", "azs")] == ["Queue capacity", "Timeout", "Rate", "Azs"]


def test_lists_are_described_by_what_their_entries_hold():
    classes = field("clients", "classes")
    assert (classes["type"], [f["name"] for f in classes["fields"]], classes["most"]) == ("list", ["name", "share"], 20)
    assert classes["fields"][1]["sums_to"] == 1
    edge = {f["name"]: f for f in catalogue()["edge_fields"]}
    assert (edge["filter"]["type"], edge["filter"]["least"]) == ("words", 1)
    assert (edge["dead_letter"]["type"], edge["dead_letter"]["of"]) == ("node", "queue")
    ramp = next(o for o in field("clients", "rate_per_s")["options"] if o["key"] == "ramp")
    assert (ramp["fields"][0]["type"], ramp["fields"][0]["count"]) == ("numbers", 2)


def test_every_fault_of_ours_stands_under_a_heading():
    assert all(f["group"] != "Other" for f in catalogue()["faults"] if not f["library"])
