"""Questions about a design."""

import pytest

from engine.document import parse
from engine.document.edges import Edge
from engine.topology import Target, Topology, UnknownTarget
from tests.documents import SHOP, shop

SERVICES = {"faultline": 1, "regions": [{"id": "r", "azs": ["ra", "rb"]}]}


def topology(nodes, *edges):
    """Of services placed as ``{id: azs}`` and edges written "a>b"."""
    services = [{"id": id, "kind": "service", "azs": azs, "instances": 2} for id, azs in nodes.items()]
    calls = [dict(zip(("from", "to"), edge.split(">"), strict=True)) for edge in edges]
    return parse({**SERVICES, "nodes": [*services, {"id": "users", "kind": "clients"}], "edges": calls}).topology


BOTH = ["ra", "rb"]


def test_what_sits_in_a_place():
    t = parse(SHOP).topology
    assert t.inside("us-east-1a") == {"web": [0, 1, 2], "orders": [0]}
    assert t.inside("us-east-1") == {"front": [0], "web": [0, 1, 2], "orders": [0, 1]}
    assert t.inside("outside") == {"users": [0]}


def test_what_is_lost_with_a_place_and_what_is_cut_off_behind_it():
    t = topology({"a": ["ra"], "b": BOTH, "c": ["rb"]}, "users>a", "a>b", "b>c")
    assert (t.lost_with("ra"), t.cut_off_by("ra")) == (["a"], ["b", "c"])
    assert (t.lost_with("rb"), t.cut_off_by("rb")) == (["c"], [])


def test_nodes_in_one_az_and_with_one_instance_are_found():
    t = topology({"a": ["ra"], "b": BOTH}, "users>a")
    assert (t.single_az_nodes(), t.single_instance_nodes()) == (["a"], [])
    assert parse({"faultline": 1, "nodes": [{"id": "s", "kind": "service"}]}).topology.single_instance_nodes() == ["s"]


def test_what_requests_can_reach():
    t = topology({"a": BOTH, "b": BOTH, "lonely": BOTH}, "users>a", "a>b")
    assert t.reached() == {"users", "a", "b"}
    assert t.reached(without=["a"]) == {"users"}


def test_everything_needs_what_is_called_without_a_choice():
    data = shop(nodes=[*SHOP["nodes"], {"id": "api", "kind": "service"}], edges=[*SHOP["edges"], {"from": "front", "to": "api"}])
    assert parse(SHOP).topology.everything_needs() == ["front", "web", "orders"]
    assert parse(data).topology.everything_needs() == ["front"]


def test_targets_are_understood():
    t = parse(SHOP).topology
    assert [t.resolve(x) for x in ("us-east-1", "us-east-1b", "web", "web[2]", "web->orders", "web -> orders")] == [
        Target("region", "us-east-1"), Target("az", "us-east-1b"), Target("node", "web"), Target("instance", "web", 2),
        Target("edge", "web->orders"), Target("edge", "web->orders"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "target", ["", "[0]", "web[", "web[-1]", "web[1.5]", "web[99999999999]", "->", "web->", "orders->web", "web[0]->orders"]
)
def test_a_target_that_names_nothing_is_unknown(target):
    with pytest.raises(UnknownTarget, match="there is no|has no instance"):
        parse(SHOP).topology.resolve(target)


def test_every_knot_of_calls_gives_one_circle():
    sound = topology(dict.fromkeys("abcdef", BOTH), "users>a")
    calls = [Edge.model_validate({"from": a, "to": b}) for a, b in ("ab", "bc", "ca", "ad", "de", "ed")]
    assert sorted(Topology(sound.nodes.values(), calls, sound.geography).sync_cycles()) == [["a", "b", "c"], ["d", "e"]]
