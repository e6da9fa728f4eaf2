"""Text from strangers: whatever it is, it is answered in a sentence, at once, and breaks nothing."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from engine.document import parse, problems
from tests.documents import one, said, shop, with_node

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"", "the document is empty"),
        (b" \n\n", "the document is empty"),
        (b"# nothing but a comment", "it is nothing"),
        (b"- a list", "it is a list"),
        (b"just words", "it is text"),
        (b"42", "it is a number"),
        (b"\x89PNG\r\n\x1a\n", "it is a PNG image"),
        (b"PK\x03\x04rest", "it is a ZIP archive"),
        (b"fault\0line", "byte 5 is zero"),
        ("faultline: 1".encode("utf-16"), "UTF-16"),
        ("faultline: 1\ntitle: café".encode("latin-1"), "byte 23 (0xe9, in line 2) is not UTF-8"),
        (b"faultline: 1\n\ttitle: x", "line 2, column 1: this is not valid YAML: found a tab character"),
        (b"faultline: 1\ntitle: a: b", "line 2, column 9: this is not valid YAML: mapping values are not allowed"),
        (b"faultline: 1\nnodes: [{id: a,", "perhaps a bracket"),
        (b'{"faultline": 1, "nodes": [}', "line 1, column 28: this is not valid JSON"),
        (b"faultline: 1\nseed: 1\nseed: 2", "line 3: 'seed' is given twice in one place, first in line 2"),
        (b'{"faultline": 1, "seed": 1, "seed": 2}', "'seed' is given twice"),
        (b"faultline: 1\n---\nfaultline: 1", "line 2"),
        (b"a: &x [1]\nb: *x", "line 2: YAML aliases (*x) are not read"),
        (b"a: !!python/object:os.system {}", "the YAML tag tag:yaml.org,2002:python/object:os.system is not read"),
        (b"1: one", "line 1: names must be text; put 1 in quotes"),
        (b"seed: " + b"9" * 5000, "a number has far too many digits"),
        (b"title: a\x07b", "(U+0007) cannot be in a document"),
        (b"[" * 5000, "nested more than 40 levels"),
        (b'{"a":' * 5000, "nested more than 40 levels"),
    ],
)  # fmt: skip
def test_text_that_is_no_document_is_answered_in_one_sentence(text, part):
    one(text, "", part)


def test_an_empty_section_is_like_none():
    assert said("faultline: 1\nfaults:\nedges:\nnodes: [{id: s, kind: service}]") == []


def test_a_byte_order_mark_does_no_harm():
    assert said(b"\xef\xbb\xbf{faultline: 1, nodes: [{id: s, kind: service}]}") == []


def test_a_sentence_between_braces_may_have_commas():
    data = "{faultline: 1, title: first this, then that, nodes: [{id: s, kind: service}]}"
    assert said(data) == []


TORN = "{metric: availability, at_least: 0.75, because: no writer, and half of the instances, until it is noticed, at_most: 1}"


@pytest.mark.parametrize("via", [lambda data: data, yaml.safe_dump, json.dumps, lambda data: yaml.safe_dump(data, sort_keys=False)])
def test_a_reason_torn_by_another_reader_at_its_commas_is_put_together_again(via):
    torn = yaml.safe_load(TORN)
    assert torn["and half of the instances"] is None
    data = shop(expect=[torn], variants=[{"id": "v", "expect": [dict(torn)]}])
    scenario = parse(via(data))
    whole = "no writer, and half of the instances, until it is noticed"
    assert [scenario.expect[0].because, scenario.variant("v").expect[0].because] == [whole, whole]
    assert parse(scenario.to_dict()) == scenario


def test_a_word_alone_or_one_with_a_value_is_no_part_of_a_reason():
    item = {"metric": "availability", "at_least": 0.5, "because": "so"}
    one(shop(expect=[item | {"att_most": None}]), "expect[0].att_most", "did you mean 'at_most'?")
    one(shop(expect=[item | {"and then": 1}]), "expect[0].and then", "there is no field")
    one(shop(expect=[{"metric": "availability", "at_least": 0.5, "and then some": None}]), "expect[0].and then some", "there is no field")


@pytest.mark.parametrize(
    ("section", "items", "part"),
    [
        ("nodes", [{"id": f"n{i}", "kind": "service"} for i in range(10_000)], "there are 10,000 nodes; at most 500 fit"),
        ("edges", [{"from": "web", "to": "orders"}] * 2_001, "there are 2,001 edges; at most 2,000 fit"),
        ("faults", [{"kind": "slow", "target": "web", "at_s": 1}] * 1_001, "there are 1,001 faults; at most 1,000 fit"),
    ],
)  # fmt: skip
def test_too_much_of_a_thing_is_one_problem(section, items, part):
    one(shop(**{section: items}), section, part)


def test_too_many_instances_are_one_problem():
    one(with_node("web", instances=1_999), "nodes", "there are 2,003 instances in all; at most 2,000 fit")


def test_a_document_wrong_all_over_is_answered_with_the_first_problems():
    nodes = [{"id": f"n{i}", "kind": "service", "instances": 0} for i in range(500)]
    found = said({"faultline": 1, "nodes": nodes})
    assert (len(found), found[-1]) == (201, ("", "there are more problems; these are the first 200"))


def test_no_sentence_shows_the_insides_of_the_program():
    data = with_node("web", service={"constant": []}, azs=[None], instances={}, queue_capacity="x")
    data["edges"] = [{"from": 1, "to": None, "backoff": 3, "breaker": [], "bulkhead": {}}]
    inside = re.compile(r"pydantic|Traceback|_tag|NoneType|<class|~|Input should|union")
    assert [p.message for p in problems(data) if inside.search(str(p))] == []
