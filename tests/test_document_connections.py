"""Edges, message queues, faults and call policies that are wrong: one sentence each, with what would be right."""

from __future__ import annotations

import pytest

from engine.components import COMPONENTS
from engine.document import parse
from tests.documents import SHOP, one, said, shop, with_edge, with_fault, with_node, with_queue

NAN, INF = float("nan"), float("inf")


# Edges


def test_a_dangling_edge_is_answered_with_the_nodes():
    one(with_edge("web->orders", to="order"), "edges.web->order.to", "'order'", "did you mean 'orders'?", "users, front, web, orders")


def test_nothing_calls_itself():
    one(with_edge("web->orders", to="web"), "edges.web->web", "'web' calls itself")


def test_a_circle_of_calls_is_shown_as_a_path():
    data = shop(nodes=[*SHOP["nodes"], {"id": "cart", "kind": "service"}],
                edges=[*SHOP["edges"], {"from": "web", "to": "cart"}, {"from": "cart", "to": "front"}])  # fmt: skip
    one(data, "edges.web->cart", "cart → front → web → cart", "a request would never end")


def test_connections_that_make_no_sense_say_why_not():
    one(shop(edges=[*SHOP["edges"], {"from": "web", "to": "users"}]), "edges.web->users", "clients only send requests")
    one(shop(edges=[*SHOP["edges"], {"from": "front", "to": "orders"}]), "edges.front->orders", "let a service call it")
    one(shop(edges=[*SHOP["edges"], {"from": "orders", "to": "web"}]), "edges.orders->web", "it calls nothing")


def test_clients_and_balancers_need_somebody_to_call():
    assert said(shop(edges=[])) == [
        ("nodes.users", "calls nothing; add an edge from it to what it uses"),
        ("nodes.front", "has no targets; add an edge from it to a service"),
    ]


def test_timeouts_and_policies_stay_in_their_bounds():
    one(with_edge("web->orders", timeout_s=86_401), "edges.web->orders.timeout_s", "must be at most 86,400")
    one(with_edge("web->orders", timeout_s=0), "edges.web->orders.timeout_s", "must be more than 0")
    one(with_edge("web->orders", attempts=0), "edges.web->orders.attempts", "must be at least 1")
    one(with_edge("web->orders", backoff={"exponential": 1, "jitter": "ful"}), "edges.web->orders.backoff.jitter", "did you mean 'full'?")
    one(with_edge("web->orders", backoff={"exponential": 1, "cap_s": 0.5}), "edges.web->orders.backoff.cap_s", "at least the base")
    one(with_edge("web->orders", breaker={"failure_share": 2}), "edges.web->orders.breaker.failure_share", "must be at most 1")
    one(with_edge("web->orders", kind="replicate"), "edges.web->orders.kind", "'replicate' is not available in this version")
    one(with_edge("web->orders", kind="consume"), "edges.web->orders.kind", "must be call, which its two ends imply, not 'consume'")


# Message queues


def queued(**fields):
    """The shop with a message queue whose fields are these."""
    data = with_queue()
    data["nodes"][-2].update(fields)
    return data


def test_a_queue_between_two_services_is_sound_and_its_edges_say_what_they_are():
    data = with_queue()
    data["edges"][-2]["kind"], data["edges"][-1]["kind"] = "publish", "consume"
    assert said(data) == []


def test_a_consume_edge_has_no_call_policy():
    data = with_queue()
    data["edges"][-1] |= {"timeout_s": 1, "attempts": 3}
    assert [(p, m.split(":")[0]) for p, m in said(data)] == [
        ("edges.jobs->workers.attempts", "a consume edge has no attempts"),
        ("edges.jobs->workers.timeout_s", "a consume edge has no timeout_s"),
    ]


def test_a_dead_letter_queue_is_another_queue():
    one(queued(dead_letter="jobs"), "nodes.jobs.dead_letter", "names itself")
    one(queued(dead_letter="web"), "nodes.jobs.dead_letter", "'web' is no queue")
    one(queued(dead_letter="dead"), "nodes.jobs.dead_letter", "there is no node 'dead'")
    data = queued(dead_letter="dead")
    data["nodes"].append({"id": "dead", "kind": "queue"})
    assert said(data) == []


def test_who_may_publish_and_consume():
    reasons = {("front", "jobs"): "let a service publish", ("jobs", "orders"): "let a service consume", ("jobs", "front"): "the service"}
    for (a, b), reason in reasons.items():
        data = with_queue()
        data["edges"].append({"from": a, "to": b})
        one(data, f"edges.{a}->{b}", reason)


def test_messages_may_go_in_circles_calls_may_not():
    data = with_queue()
    data["edges"].append({"from": "workers", "to": "web"})
    assert said(data) == []
    data["edges"].append({"from": "web", "to": "workers"})
    one(data, "edges.workers->web", "the calls run in a circle: web → workers → web")


def test_a_wrong_node_is_not_reported_again_by_those_who_name_it():
    data = with_node("web", instances=-1)
    data |= {"faults": [{"kind": "slow", "target": "web", "at_s": 1}], "expect": [{"metric": "load", "node": "web", "at_most": 1}]}
    one(data, "nodes.web.instances")


# Faults


@pytest.mark.parametrize(
    ("fault", "field", "part"),
    [
        ({"kind": "slow", "target": "wep"}, "target", "there is no Region, AZ or node 'wep' (did you mean 'web'?)"),
        ({"kind": "instance_crash", "target": "web[3]"}, "target", "'web' has no instance [3]; it has web[0] to web[2]"),
        ({"kind": "instance_crash", "target": "web[x]"}, "target", "'web' has no instance [x]"),
        ({"kind": "instance_crash", "target": "wep[0]"}, "target", "there is no node 'wep'"),
        ({"kind": "az_power_loss", "target": "web"}, "target", "'web' is a node; az_power_loss happens to an AZ"),
        ({"kind": "az_power_loss", "target": "us-east-1"}, "target", "'us-east-1' is a Region; az_power_loss happens to an AZ"),
        ({"kind": "region_outage", "target": "us-east-1a"}, "target", "'us-east-1a' is an AZ; region_outage happens to a Region"),
        ({"kind": "node_down", "target": "web[0]"}, "target", "'web[0]' is an instance; node_down happens to a node"),
        ({"kind": "slow", "target": "users"}, "target",
         "slow cannot happen to 'users' (Clients): clients only send requests, they serve none; it could happen to web, orders"),
        ({"kind": "slow", "target": "front"}, "target",
         "slow cannot happen to 'front' (Application Load Balancer): a balancer passes requests on and spends no time on them; it could"),
        ({"kind": "errors", "target": "front"}, "target",
         "errors cannot happen to 'front' (Application Load Balancer): a balancer answers with what the instances behind it say; it could"),
        ({"kind": "latency", "target": "web->order"}, "target", "there is no edge 'web->order' (did you mean 'web->orders'?)"),
        ({"kind": "partition", "target": "web"}, "target", "'web' is a node; partition happens to an edge"),
        ({"kind": "partition"}, "target", "here it has neither"),
        ({"kind": "partition", "target": "web->orders", "between": ["us-east-1a", "us-east-1b"]}, "target", "here it has both"),
        ({"kind": "partition", "between": ["us-east-1a", "us-east-1"]}, "between", "are not apart"),
        ({"kind": "partition", "between": ["us-east-1a", "us-east-1c"]}, "between", "there is no place 'us-east-1c' (did you mean"),
        ({"kind": "partition", "between": ["us-east-1a"]}, "between", "must have at least 2 entries"),
        ({"kind": "slow", "target": "web", "factor": 0.5}, "factor", "must be at least 1, not 0.5"),
        ({"kind": "errors", "target": "web", "share": 1.5}, "share", "must be at most 1, not 1.5"),
        ({"kind": "slow", "target": "web", "for_s": 0}, "for_s", "must be more than 0"),
        ({"kind": "slow", "target": "web", "share": 0.5}, "share", "there is no field 'share'"),
        ({"kind": "instance_crash", "target": "web", "mode": "blackhole"}, "mode", "did you mean 'black_hole'?"),
        ({"kind": "slow"}, "target", "is missing"),
    ],
)  # fmt: skip
def test_a_fault_is_answered_with_what_it_could_happen_to(fault, field, part):
    one(with_fault(**fault), f"faults[0].{field}", part)


def test_an_unknown_fault_is_answered_with_the_known_ones():
    one(with_fault(kind="slwo", target="web"), "faults[0]", "there is no kind 'slwo'", "did you mean 'slow'?", "partition")


def test_faults_may_outlast_the_run_or_never_come():
    assert said(with_fault(kind="slow", target="web", for_s=80_000)) == []
    assert said(shop(faults=[{"kind": "slow", "target": "web", "at_s": 7000}])) == []


# What an edge can say about its calls


@pytest.mark.parametrize(
    ("edge", "fields", "field", "part"),
    [
        ("users->front", {"hedge_s": 3, "timeout_s": 2}, "hedge_s", "must be less than the timeout, 2 s, not 3"),
        ("front->web", {"hedge_s": 1}, "hedge_s", "put hedge_s on the edge into it"),
        ("users->front", {"connection_pool": {}}, "connection_pool", "matters only for stores"),
        ("users->front", {"fallback": 1.5}, "fallback", "at most 1"),
        ("users->front", {"fallback": "yes"}, "fallback", "a number"),
    ],
)
def test_what_an_edge_cannot_mean(edge, fields, field, part):
    one(with_edge(edge, **fields), f"edges.{edge}.{field}", part)


def test_a_fallback_is_a_share_or_yes_or_no():
    shares = [parse(with_edge("web->orders", fallback=value), "test").edges[2].fallback for value in (True, False, 0.25)]
    assert shares == [1.0, 0.0, 0.25]


@pytest.mark.parametrize("kind", [kind for kind, cls in COMPONENTS.items() if cls.unplaced != "outside"])
@pytest.mark.parametrize("place", [{"region": "nowhere"}, {"azs": ["nowhere"]}, {"azs": ["us-east-1a", "nowhere"]}], ids=str)
def test_a_place_that_is_not_there_is_a_problem_of_every_kind_and_breaks_nothing(kind, place):
    node = {"id": "it", "kind": kind, **COMPONENTS[kind].create, **place}
    found = said(shop(nodes=[{"id": "users", "kind": "clients"}, node], edges=[]))
    assert any("nowhere" in message for _, message in found), found


@pytest.mark.parametrize("kind", ["redrive", "replay"])
def test_an_operator_is_told_that_what_he_names_is_not_there(kind):
    found = said(with_fault(kind=kind, target="nowhere"))
    assert any("nowhere" in message for _, message in found), found
