"""One wrong thing never hides another: everything is said in one go, and nothing twice."""

from __future__ import annotations

from typing import Any

from engine.document import problems
from tests.documents import SHOP, said, shop, with_edge, with_fault, with_node

NAN, INF = float("nan"), float("inf")


def paths(data: Any) -> list[str]:
    return sorted(path for path, _ in said(data))


def test_what_is_not_a_number_hides_nothing_else():
    data = shop(expect=[{"metric": "availability", "at_least": NAN}], objectives={"availability": 1.5},
                faults=[{"kind": "slwo", "target": "web", "at_s": 1}])  # fmt: skip
    assert paths(data) == ["expect[0].at_least", "faults[0]", "objectives.availability"]


def test_neither_does_anything_else_that_plain_data_cannot_have():
    data = with_node("web", instances=-1, queue_capacity=10**400, name="\ud800", concurrency=object())
    data["nodes"][1][5] = "five"
    data["seed"] = NAN
    assert paths(data) == [
        "nodes.front", "nodes.web.concurrency", "nodes.web.instances", "nodes.web.name", "nodes.web.queue_capacity", "seed",
    ]  # fmt: skip


def test_a_value_that_is_no_number_is_a_problem_once_also_where_variants_inherit_it():
    data = with_node("web", service={"constant": INF})
    data["variants"] = [{"id": "v", "change": {"nodes": {"front": {"algorithm": "random"}}}}]
    assert paths(data) == ["nodes.web.service.constant"]


def test_an_unknown_metric_is_found_beside_any_other_problem():
    data = with_edge("web->orders", to="cache") | {"expect": [{"metric": "nope", "at_least": 1}]}
    assert paths(data) == ["edges.web->cache.to", "expect[0].metric"]


def test_an_expectation_may_be_wrong_in_several_ways():
    expect = [
        {"metric": "nope", "at_least": NAN},
        {"metric": "colour", "node": "wep"},
        {"metric": "nope", "fault": "f", "at_most": "x"},
        {"metric": "nope", "edge": "web->x", "at_least": 1, "colour": "red"},
        7,
        {"metric": "load", "node": "web", "at_most": 1},
    ]
    assert paths(shop(expect=expect)) == [
        "expect[0].at_least", "expect[0].metric", "expect[1].at_least", "expect[1].metric", "expect[1].node", "expect[2].at_most",
        "expect[2].fault", "expect[2].metric", "expect[3].colour", "expect[3].edge", "expect[3].metric", "expect[4]",
    ]  # fmt: skip


def test_a_metric_of_a_node_whose_kind_is_unknown_is_given_the_benefit_of_the_doubt():
    expect = [{"metric": m, "node": "web", "at_least": 1} for m in ("started", "utilisation", "nope")]
    assert paths(with_node("web", kind="servise") | {"expect": expect}) == ["expect[2].metric", "nodes.web"]


def test_ids_given_twice_are_found_among_broken_items():
    fault = {"id": "f", "kind": "slow", "target": "web", "at_s": 1}
    data = shop(nodes=[*SHOP["nodes"], {"id": "web", "kind": "service", "instances": 0}, {"id": "front", "kind": "lambada"}],
                edges=[*SHOP["edges"], {"from": "web", "to": "orders", "attempts": 0}], faults=[fault, fault | {"at_s": -1}])  # fmt: skip
    assert paths(data) == ["edges.web->orders", "edges.web->orders.attempts", "faults.f", "faults.f.at_s", "nodes.front", "nodes.front",
                           "nodes.web", "nodes.web.instances"]  # fmt: skip


def test_a_node_that_calls_itself_does_not_hide_a_circle():
    data = shop(edges=[*SHOP["edges"], {"from": "web", "to": "web"}, {"from": "web", "to": "cart"}, {"from": "cart", "to": "web"}],
                nodes=[*SHOP["nodes"], {"id": "cart", "kind": "service"}])  # fmt: skip
    assert paths(data) == ["edges.web->cart", "edges.web->web"]


def test_hints_name_everything_once():
    data = shop(nodes=[*SHOP["nodes"], {"id": "web", "kind": "service", "azs": ["z3"]}], regions=[{"id": "r", "azs": ["z1", "z1"]}],
                edges=[{"from": "users", "to": "wep"}], expect=[{"metric": "utilisation", "at_most": 1}],
                faults=[{"kind": "az_power_loss", "target": "z9", "at_s": 1}])  # fmt: skip
    for _, message in said(data):
        words = message.rpartition("; ")[2].rpartition(" are ")[2].rpartition("which of ")[2].split(", ")
        assert len(set(words)) == len(words), message


def test_the_nodes_named_in_a_hint_include_the_broken_ones():
    data = with_node("web", instances=0)
    data["edges"] = [{"from": "users", "to": "cache"}]
    assert ("edges.users->cache.to", "there is no node 'cache'; the nodes are users, front, web, orders") in said(data)


def test_a_wrong_field_does_not_hide_what_else_is_wrong_with_its_item():
    assert paths(with_node("web", instances=0, azs=["nowhere"])) == ["nodes.web.azs", "nodes.web.instances"]
    front = with_node("front", algorithm="x", health_check={"timeout_s": 40})
    assert paths(front) == ["nodes.front.algorithm", "nodes.front.health_check.timeout_s"]
    assert paths(with_edge("web->orders", to="orderz", attempts=0)) == ["edges.web->orderz.attempts", "edges.web->orderz.to"]
    assert paths(with_fault(kind="slow", target="wep", factor=NAN, at_s=-1)) == ["faults[0].at_s", "faults[0].factor", "faults[0].target"]


def test_a_wrong_field_has_no_consequences_that_would_go_away_with_it():
    crash = {"kind": "instance_crash", "target": "web[3]", "at_s": 1}
    assert paths(with_node("web", instances="4") | {"faults": [crash]}) == ["nodes.web.instances"]
    assert paths(with_node("orders", azs="us-east-1b", primary_az="us-east-1c")) == ["nodes.orders.azs"]
    assert paths(with_node("orders", multi_az="yes", standby_az="us-east-1a")) == ["nodes.orders.multi_az"]
    assert paths(with_fault(kind="partition", between="us-east-1a")) == ["faults[0].between"]
    assert paths(shop(expect=[{"metric": "availability", "at_least": "0.9"}])) == ["expect[0].at_least"]


def test_wrong_regions_hide_only_what_depends_on_them():
    data = with_node("front", health_check={"timeout_s": 40}, azs=["us-east-1z"])
    data["regions"] = [{"id": "us-east-1", "azs": []}]
    data["faults"] = [{"kind": "slow", "target": "wep[0]", "at_s": 1}, {"kind": "az_power_loss", "target": "us-east-1a", "at_s": 1}]
    assert paths(data) == ["faults[0].target", "nodes.front.health_check.timeout_s", "regions.us-east-1.azs"]


def test_a_problem_of_the_base_is_not_repeated_by_a_variant_that_only_knows_more_names():
    data = with_fault(kind="slow", target="wep") | {"variants": [{"id": "v", "change": {"nodes": {"db": {"kind": "store"}}}}]}
    assert paths(data) == ["faults[0].target"]


def test_variants_of_a_base_whose_sections_are_no_lists_of_items_are_looked_at_all_the_same():
    change = {"nodes": {"web": None}, "edges": {"web->orders": {"timeout_s": 1}, "a->b": None}, "faults": {"f": None}}
    data = shop(edges=[{"from": [1], "to": {}}, 3], faults=5, variants=[{"id": "v", "change": change}])
    assert {"edges[0].from", "edges[0].to", "edges[1]", "faults", "variants.v.change.edges.a->b"} <= set(paths(data))
    assert "edges" in paths(shop(edges=5, variants=[{"id": "v", "change": change}]))
    assert "nodes[0].id" in paths(shop(nodes=[{"id": [1], "kind": "service"}], variants=[{"id": "v", "change": change}]))


def test_a_document_with_everything_wrong_is_answered_with_the_first_problems():
    nodes = [{"id": f"n{i}", "kind": "service", "instances": 0, "azs": ["z"]} for i in range(500)]
    edges = [{"from": f"n{i}", "to": f"m{i}", "timeout_s": NAN} for i in range(499)]
    expect = [{"metric": "nope", "node": "x", "at_least": NAN}] * 1000
    variants = [{"id": f"v{i}", "change": {"nodes": {f"n{i}": {"instances": -i}}}} for i in range(50)]
    found = problems({"faultline": 1, "nodes": nodes, "edges": edges, "expect": expect, "variants": variants})
    assert len(found) == 201
