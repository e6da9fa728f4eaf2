"""Every kind of fault: what it does to the live configuration, and how several compose."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.document import parse
from engine.faults import FAULTS
from engine.faults.base import Fault, clock
from engine.live import BLACK_HOLE, REFUSED, UP
from engine.lowering import lower
from tests.documents import node_for, shop, with_cache, with_names, with_topic

# Instances of the shop, in order: users, front, web[0..2], orders primary (us-east-1a) and standby (us-east-1b).
TARGETS = {"region": "us-east-1", "az": "us-east-1a", "node": "web", "instance": "web[1]", "edge": "web->orders"}


def live(*faults, at_s=0, more=False):
    """The live configuration of the shop under these faults; instances of web sit in a, b, a."""
    begun = [{"at_s": 0, **fault} for fault in faults]
    if more:
        return plan_of(begun).live(at_s)
    data = shop(faults=begun)
    data["nodes"][2]["azs"] = ["us-east-1a", "us-east-1b"]
    return lower(parse(data)).live(at_s)


def plan_of(faults):
    """The plan of a shop that has one of everything."""
    data = with_names(with_cache(with_topic(faults=faults)))
    data["nodes"].append({"id": "intake", "kind": "queue", "dead_letter": "jobs"})
    return lower(parse(data))


def acts(fault):
    """Whether an operator does something instead."""
    return FAULTS[fault["kind"]].action is not Fault.action and plan_of([{"at_s": 0, **fault}]).faults[0].action is not None


def same(a, b):
    """Whether two live configurations are equal, whatever the instant."""
    return all(np.array_equal(value, getattr(b, name)) for name, value in vars(a).items() if name != "at_s")


@pytest.mark.parametrize("kind", [kind for kind, cls in FAULTS.items() if not cls.library])
def test_every_fault_says_itself_and_changes_something_on_each_of_its_targets(kind):
    cls = FAULTS[kind]
    assert cls.label and cls.summary.endswith(".") and cls.__doc__
    for target in cls.targets:
        node = node_for(cls.behaviours)
        id = {"node": node, "instance": f"{node}[0]"}.get(target, TARGETS[target])
        fault = {"kind": kind, "target": id, "for_s": 60}
        sentence = cls.model_validate({"at_s": 5, **fault}).sentence()
        assert id in sentence and sentence.endswith("from 0:05 until 1:05.")
        assert acts(fault) or not same(live(fault, more=True), live(more=True))


def test_two_slow_downs_multiply():
    slow = {"kind": "slow", "target": "web", "factor": 2}
    assert live(slow, slow).slow.tolist() == [1, 1, 4, 4, 4, 1, 1]


def test_shares_of_errors_are_independent():
    errors = {"kind": "errors", "target": "web[0]", "share": 0.5}
    assert live(errors, errors).error_share.tolist() == [0, 0, 0.75, 0, 0, 0, 0]


def test_added_latency_adds_up_and_a_node_means_every_edge_into_it():
    edge, node = {"kind": "latency", "target": "web->orders", "add_s": 0.1}, {"kind": "latency", "target": "orders", "add_s": 0.2}
    assert live(edge, node).edge_add_s.tolist() == pytest.approx([0, 0, 0.3])


def test_a_black_hole_outweighs_a_refusal_in_any_order():
    refused, silent = ({"kind": "instance_crash", "target": "web[0]", "mode": mode} for mode in ("refused", "black_hole"))
    assert live(refused).down[2] == REFUSED
    assert live(refused, silent).down[2] == live(silent, refused).down[2] == BLACK_HOLE


def test_a_node_down_is_down_in_every_az_and_refuses():
    assert live({"kind": "node_down", "target": "web"}).down.tolist() == [UP, UP, REFUSED, REFUSED, REFUSED, UP, UP]
    assert live({"kind": "node_down", "target": "front", "mode": "black_hole"}).down.tolist() == [UP, BLACK_HOLE, *[UP] * 5]


def test_an_az_takes_its_instances_and_a_region_everything_but_clients():
    dead = BLACK_HOLE
    assert live({"kind": "az_power_loss", "target": "us-east-1a"}).down.tolist() == [UP, UP, dead, UP, dead, dead, UP]
    assert live({"kind": "region_outage", "target": "us-east-1"}).down.tolist() == [UP, *[dead] * 6]


def test_a_partition_of_an_edge_cuts_both_ways_unless_told_otherwise():
    cut = {"kind": "partition", "target": "web->orders"}
    assert live(cut).edge_cut.tolist() == [[False, False], [False, False], [True, True]]
    assert live(cut | {"one_way": True}).edge_cut[2].tolist() == [True, False]


def test_a_partition_between_places_cuts_every_path_between_them():
    between = {"kind": "partition", "between": ["us-east-1a", "us-east-1b"]}
    cut = {(int(a), int(b)) for a, b in np.argwhere(live(between).path_cut)}
    assert cut == {(2, 3), (3, 2)}  # places: outside, us-east-1, us-east-1a, us-east-1b
    assert np.argwhere(live(between | {"one_way": True}).path_cut).tolist() == [[2, 3]]


def test_a_region_cut_off_from_its_clients_loses_all_of_its_places():
    cut = live({"kind": "partition", "between": ["outside", "us-east-1"]}).path_cut
    assert {(int(a), int(b)) for a, b in np.argwhere(cut)} == {(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)}


def test_faults_hold_from_their_start_to_just_before_their_end():
    fault = {"kind": "slow", "target": "web", "at_s": 10, "for_s": 5}
    assert [live(fault, at_s=t).slow[2] for t in (9.9, 10, 14.9, 15)] == [1, 5, 5, 1]


ONE_OF_EACH = [
    {"kind": "slow", "target": "web", "factor": 2}, {"kind": "slow", "target": "web[1]", "factor": 4},
    {"kind": "errors", "target": "web[0]", "share": 0.5}, {"kind": "latency", "target": "web->orders", "add_s": 0.25},
    {"kind": "instance_crash", "target": "web[2]"}, {"kind": "az_power_loss", "target": "us-east-1b"},
    {"kind": "partition", "target": "front->web"}, {"kind": "node_down", "target": "orders"},
    {"kind": "instance_hang", "target": "web[1]"}, {"kind": "cpu_stress", "target": "web", "share": 0.5},
    {"kind": "bad_deployment", "target": "web", "error_share": 0.5, "over_s": 4, "out_s": 1},
    {"kind": "control_plane_down", "target": "orders"},
    {"kind": "retry_misconfiguration", "target": "web->orders", "timeout_s": 0.5},
    {"kind": "retry_misconfiguration", "target": "web->orders", "attempts": 9, "backoff": "designed"},
    {"kind": "insufficient_capacity", "target": "us-east-1a"},
]  # fmt: skip


@given(st.permutations(ONE_OF_EACH))
def test_the_order_of_overlapping_faults_does_not_matter(faults):
    assert same(live(*faults), live(*ONE_OF_EACH))


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(range(len(ONE_OF_EACH)), 2)))
def test_when_one_of_two_heals_the_other_stands_as_if_alone(a, b):
    first, second = ONE_OF_EACH[a] | {"for_s": 5}, ONE_OF_EACH[b] | {"for_s": 9}
    assert same(live(first, second, at_s=7), live(second, at_s=7))
    assert same(live(first, second, at_s=9), live())


def test_ids_are_given_to_faults_that_have_none():
    faults = [{"kind": "slow", "target": "web", "at_s": 1}, {"kind": "slow", "target": "web", "at_s": 1, "id": "mine"}]
    assert parse(shop(faults=faults)).fault_ids() == ["slow-1", "mine"]
    clash = [{"kind": "slow", "target": "web", "at_s": 1}, {"kind": "slow", "target": "web", "at_s": 1, "id": "slow-1"}]
    assert parse(shop(faults=clash)).fault_ids() == ["slow-1-x", "slow-1"]


@pytest.mark.parametrize(("t_s", "text"), [(0, "0:00"), (65, "1:05"), (3600, "1:00:00"), (0.5, "0:00.5"), (125.25, "2:05.25")])
def test_times_are_shown_as_on_a_clock(t_s, text):
    assert clock(t_s) == text
