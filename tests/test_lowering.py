"""Lowering: names become indices, defaults are filled in, places get their distances."""

import math
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.behaviours import Balancer, HealthCheck, Source, Station
from engine.components import COMPONENTS
from engine.document import ScenarioError, parse, problems
from engine.faults import FAULTS
from engine.live import BLACK_HOLE, REFUSED
from engine.lowering import lower
from engine.plan import UNLIMITED

SHOP = """
faultline: 1
regions: [{id: us-east-1, azs: [us-east-1a, us-east-1b, us-east-1c]}, {id: eu-west-1, azs: [eu-west-1a]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 100}
  - {id: front, kind: alb}
  - {id: web, kind: ec2_asg, azs: [us-east-1a, us-east-1b], instances: 3, queue_capacity: 10}
  - {id: orders, kind: rds, multi_az: true}
edges:
  - {from: users, to: front, timeout_s: 2, attempts: 3, backoff: {exponential: 0.1, jitter: full}}
  - {from: front, to: web}
  - {from: web, to: orders, timeout_s: 1}
"""


def shop(**more):
    """The shop with further top-level fields."""
    import yaml

    return lower(parse(yaml.safe_load(SHOP) | more))


def test_places_are_outside_then_regions_then_azs():
    assert [p.id for p in shop().places] == ["outside", "us-east-1", "eu-west-1", "us-east-1a", "us-east-1b", "us-east-1c", "eu-west-1a"]


def test_one_way_is_half_the_round_trip_and_the_same_in_both_directions():
    plan = shop(network={"same_az_s": 0.0002, "cross_az_s": 0.002, "client_s": 0.04, "between_regions_s": {"eu-west-1/us-east-1": 0.06}})
    at = {p.id: i for i, p in enumerate(plan.places)}
    between = {
        ("outside", "us-east-1"): 0.02, ("outside", "us-east-1b"): 0.02, ("us-east-1a", "us-east-1a"): 0.0001,
        ("us-east-1a", "us-east-1b"): 0.001, ("us-east-1", "us-east-1c"): 0.001, ("us-east-1", "us-east-1"): 0.001,
        ("us-east-1a", "eu-west-1a"): 0.03, ("us-east-1", "eu-west-1a"): 0.03,
    }  # fmt: skip
    found = {(a, b): plan.one_way_s[at[a], at[b]] for a, b in between}
    assert found == pytest.approx(between)
    assert (plan.one_way_s == plan.one_way_s.T).all()


def test_regions_without_a_value_are_as_far_apart_as_measured():
    plan = shop()
    assert plan.one_way_s[1, 2] == pytest.approx(((70 + 70) / 2 - 3) / 1000 / 2)


def test_regions_nobody_measured_are_100_ms_apart():
    plan = lower(parse({"faultline": 1, "regions": [{"id": "mars", "azs": ["mars-a"]}, {"id": "venus", "azs": ["venus-a"]}],
                        "nodes": [{"id": "s", "kind": "service"}]}))  # fmt: skip
    assert plan.one_way_s[1, 2] == 0.05


def test_instances_are_spread_round_robin_over_the_azs_of_their_node():
    plan = shop()
    assert [plan.places[plan.instances[i].place].id for i in plan.instances_of(2)] == ["us-east-1a", "us-east-1b", "us-east-1a"]


def test_clients_and_balancers_have_one_instance_without_limits():
    plan = shop()
    assert [(i.slots, i.queue_capacity) for i in plan.instances[:2]] == [(UNLIMITED, UNLIMITED)] * 2


def test_behaviours_carry_the_defaults_of_their_components():
    users, front, web, orders = (n.behaviour for n in shop().nodes)
    assert users == Source(((0.0, 100.0),))
    assert front == Balancer("round_robin", HealthCheck(30, 5, 2, 5))
    assert isinstance(web, Station) and (web.concurrency, web.queue_capacity, web.holds_slot) == (8, 10, True)
    assert orders.azs == ("us-east-1a", "us-east-1b")


def test_edges_carry_their_policy_and_the_default_timeout_of_their_caller():
    users, front, web = (e.policy for e in shop().edges)
    assert (users.timeout_s, users.attempts, users.backoff.jitter, users.backoff.cap_s) == (2, 3, "full", math.inf)
    assert (front.timeout_s, front.attempts, front.backoff) == (60, 1, None)
    assert web.timeout_s == 1


def test_calls_keep_the_order_of_the_edges():
    data = {
        "faultline": 1,
        "nodes": [{"id": i, "kind": "service"} for i in "abc"],
        "edges": [{"from": "a", "to": "c"}, {"from": "a", "to": "b"}],
    }
    plan = lower(parse(data))
    assert [plan.edges[e].id for e in plan.nodes[0].calls] == ["a->c", "a->b"]


def test_a_document_without_regions_gets_one_with_one_az():
    plan = lower(parse({"faultline": 1, "nodes": [{"id": "s", "kind": "service"}]}))
    assert [p.kind for p in plan.places] == ["outside", "region", "az"]
    assert plan.instances[0].place == 2


def test_a_fault_without_an_end_lasts_for_ever():
    plan = shop(faults=[{"kind": "slow", "target": "web", "at_s": 5}])
    assert (plan.faults[0].id, plan.faults[0].start_s, plan.faults[0].end_s) == ("slow-1", 5, math.inf)


def test_an_az_without_power_is_a_black_hole_for_exactly_the_instances_in_it():
    plan = shop(faults=[{"kind": "az_power_loss", "target": "us-east-1a", "at_s": 10, "for_s": 5}])
    assert [i.node for i, down in zip(plan.instances, plan.live(10).down, strict=True) if down == BLACK_HOLE] == [2, 2, 3]
    assert not plan.live(15).down.any()


def test_a_region_outage_takes_regional_services_along_but_not_clients():
    plan = shop(faults=[{"kind": "region_outage", "target": "us-east-1", "at_s": 0}])
    assert plan.live(0).down.tolist() == [0] + [BLACK_HOLE] * 6


def test_a_crash_takes_one_instance_and_refuses_unless_told_otherwise():
    plan = shop(faults=[{"kind": "instance_crash", "target": "web[1]", "at_s": 0}])
    assert plan.live(0).down.tolist() == [0, 0, 0, REFUSED, 0, 0, 0]


def test_seed_and_duration_can_be_replaced_within_reason():
    scenario = parse(SHOP)
    plan = lower(scenario, seed=3, duration_s=60)
    assert (plan.seed, plan.duration_s) == (3, 60)
    with pytest.raises(ScenarioError, match="duration_s: must be more than 0"):
        lower(scenario, duration_s=-1)
    with pytest.raises(ScenarioError, match="seed"):
        lower(scenario, seed=-1)


# Whatever passes the checks can be lowered

PLACES = ["r", "ra", "rb", "q", "qa", "nowhere"]
IDS = ["a", "b", "c", "d", "e"]
placed = {"azs": st.lists(st.sampled_from(PLACES[1:]), min_size=1, max_size=3), "region": st.sampled_from(PLACES[::3])}
extras = {"instances": st.integers(1, 5), "multi_az": st.booleans(), "primary_az": st.sampled_from(PLACES), "failover": st.just("none"),
          "health_check": st.just("none"), "queue_capacity": st.integers(0, 3), "rate_per_s": st.floats(0, 10), **placed}  # fmt: skip


@st.composite
def nodes(draw):
    """A node of any kind with some of the fields its kind has."""
    kind = draw(st.sampled_from(list(COMPONENTS)))
    fields = draw(st.fixed_dictionaries({}, optional={k: v for k, v in extras.items() if k in COMPONENTS[kind].model_fields}))
    return {"id": draw(st.sampled_from(IDS)), "kind": kind, **fields}


edges = st.fixed_dictionaries({"from": st.sampled_from(IDS), "to": st.sampled_from(IDS)})
targets = st.sampled_from([*PLACES, *IDS]) | st.builds("{}[{}]".format, st.sampled_from(IDS), st.integers(0, 3)) | st.builds(
    "{}->{}".format, st.sampled_from(IDS), st.sampled_from(IDS))  # fmt: skip
faults = st.fixed_dictionaries({"kind": st.sampled_from(list(FAULTS)), "target": targets, "at_s": st.integers(0, 5)},
                               optional={"for_s": st.integers(1, 5)})  # fmt: skip
cuts = st.fixed_dictionaries({"kind": st.just("partition"), "at_s": st.just(0), "between": st.lists(st.sampled_from([*PLACES, "outside"]),
                                                                                                  min_size=2, max_size=2)})  # fmt: skip


def without(data, found):
    """The document without the items that have problems, and without edges whose ends are gone or that are there twice."""
    wrong = {head[0] for p in found if (head := re.match(r"\w+(\.[^.]+|\[\d+\])", p.path))}
    kept = {n["id"]: n for n in data["nodes"] if f"nodes.{n['id']}" not in wrong}
    calls = {f"{e['from']}->{e['to']}": e for e in data["edges"] if {e["from"], e["to"]} <= kept.keys()}
    return data | {
        "nodes": list(kept.values()),
        "edges": [e for id, e in calls.items() if f"edges.{id}" not in wrong],
        "faults": [f for i, f in enumerate(data["faults"]) if f"faults[{i}]" not in wrong],
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(nodes(), min_size=1, max_size=5), st.lists(edges, max_size=6), st.lists(faults | cuts, max_size=4))
def test_every_document_without_problems_can_be_lowered_and_struck_by_its_faults(some_nodes, some_edges, some_faults):
    data = {"faultline": 1, "regions": [{"id": "r", "azs": ["ra", "rb"]}, {"id": "q", "azs": ["qa"]}], "nodes": some_nodes,
            "edges": some_edges, "faults": some_faults}  # fmt: skip
    for _ in range(8):  # leaving out what is wrong can make something else wrong
        if not (found := problems(data)):
            break
        data = without(data, found)
    assume(not found)
    plan = lower(parse(data))
    assert [n.id for n in plan.nodes] == [n["id"] for n in data["nodes"]]
    assert sum(n.count for n in plan.nodes) == len(plan.instances)
    assert plan.one_way_s.shape == (len(plan.places), len(plan.places)) and (plan.one_way_s >= 0).all()
    assert all(plan.instances[i].node == number for number in range(len(plan.nodes)) for i in plan.instances_of(number))
    for fault in plan.faults:
        assert plan.live(fault.start_s).down.max(initial=0) <= BLACK_HOLE
        assert fault.sentence.endswith(".")
