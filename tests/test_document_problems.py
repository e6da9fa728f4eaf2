"""Every way a document can be wrong: one sentence with its path, the value, and what would be right."""

import json
import re

import pytest
import yaml

from engine.components import COMPONENTS
from engine.document import parse, problems
from engine.fields import number_hint
from tests.documents import SHOP, said, shop, with_edge, with_fault, with_node, with_queue

NAN, INF = float("nan"), float("inf")


def one(data, path, *parts):
    """The document has exactly this problem, and its sentence contains these parts."""
    found = said(data)
    assert [p for p, _ in found] == [path], found
    for part in parts:
        assert part in found[0][1], found[0][1]


def test_the_shop_itself_is_sound():
    assert said(SHOP) == []


def test_all_problems_are_reported_at_once():
    data = with_node("web", instances=-1, colour="red")
    data["nodes"][3]["primary_az"] = "us-east-1z"
    data["edges"].append({"from": "web", "to": "cache"})
    data["faults"] = [
        {"kind": "slow", "target": "wep", "at_s": -1},
        {"id": "f", "kind": "az_power_loss", "target": "us-east-2a", "at_s": 0},
    ]
    data["warmup_s"] = 600
    assert {p for p, _ in said(data)} == {
        "nodes.web.instances", "nodes.web.colour", "nodes.orders.primary_az", "edges.web->cache.to", "faults[0].at_s", "faults[0].target",
        "faults.f.target", "warmup_s",
    }  # fmt: skip


# Kinds and fields


def test_an_unknown_kind_is_answered_with_the_known_ones():
    one(with_node("web", kind="servise"), "nodes.web", "'servise'", "did you mean 'service'?", f"the kinds are {', '.join(COMPONENTS)}")


def test_an_unknown_field_is_answered_with_a_close_one():
    one(with_node("web", instnaces=3), "nodes.web.instnaces", "'instnaces'", "did you mean 'instances'?", "concurrency")
    one(with_edge("web->orders", timeout=3), "edges.web->orders.timeout", "did you mean 'timeout_s'?")
    one(shop(noodles=[]), "noodles", "did you mean 'nodes'?")
    one(with_node("front", health_check={"intervall_s": 5}), "nodes.front.health_check.intervall_s", "did you mean 'interval_s'?")


@pytest.mark.parametrize(
    ("node", "field", "value", "part"),
    [
        ("web", "instances", -1, "must be at least 1, not -1"),
        ("web", "instances", 2.5, "must be a whole number, not 2.5"),
        ("web", "instances", True, "must be a whole number, not true"),
        ("web", "instances", "1e1", "not '1e1'; this is text; write it as the number 10"),
        ("web", "azs", "us-east-1a", "must be a list, not 'us-east-1a'"),
        ("web", "azs", [], "must have at least 1 entry, not 0"),
        ("web", "azs", ["us-east-1z"], "there is no AZ 'us-east-1z'"),
        ("web", "azs", ["us-east-1"], "'us-east-1' is a Region, not an AZ; its AZs are us-east-1a, us-east-1b"),
        ("web", "azs", ["us-east-1a", "us-east-1a"], "named more than once"),
        ("web", "calls", "paralel", "must be one of in_order, parallel, not 'paralel' (did you mean 'parallel'?)"),
        ("web", "discipline", "filo", "must be one of fifo, lifo, not 'filo'"),
        ("web", "shed_above", 0, "must be more than 0, not 0"),
        ("web", "queue_capacity", -1, "must be at least 0, not -1"),
        ("front", "region", "eu", "there is no Region 'eu'; the Regions are us-east-1"),
        ("front", "algorithm", "round-robin", "must be one of round_robin, least_outstanding, random, not 'round-robin' (did you mean"),
        ("front", "health_check", "none", "must be a mapping, not 'none'"),
        ("orders", "primary_az", "us-east-1c", "'us-east-1c' is not among the node's AZs; they are us-east-1a, us-east-1b"),
        ("orders", "standby_az", "us-east-1a", "is the primary's AZ"),
        ("users", "rate_per_s", -4, "must be at least 0, not -4"),
        ("users", "rate_per_s", "1e3", "write it as the number 1000"),
        ("users", "rate_per_s", "1e300", "write it as the number 1.0e+300"),
        ("users", "rate_per_s", 2e6, "must be at most 1,000,000, not 2000000"),
        ("users", "rate_per_s", {"diurnal": 4}, "rate 'diurnal' is not available in this version"),
        ("users", "arrivals", "posson", "must be `poisson` or `even` or {batch: …}, not 'posson'"),
        ("web", "service", 0.1, "must be {constant: …} or {exponential: …} or {lognormal: …, sigma: …} or {erlang: …, k: …}"),
        ("web", "service", {"constant": 1, "exponential": 2}, "says constant, exponential at once"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_would_be_right(node, field, value, part):
    one(with_node(node, **{field: value}), f"nodes.{node}.{field}", part)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e3", "1000"),
        ("5e-3", "0.005"),
        ("20ms", "0.02"),
        ("2 s", "2"),
        ("50%", "0.5"),
        ("-.5", "-0.5"),
        ("1_000.5", "1000.5"),
        ("1e-9", "0.000000001"),
        ("1e300", "1.0e+300"),
        ("-2.5E-200", "-2.5e-200"),
        ("12345678901234567890123", "1.2345678901234568e+22"),
    ],
)
def test_a_text_that_looks_like_a_number_gets_the_number(text, number):
    assert number_hint(text) == f"this is text; write it as the number {number}"


@pytest.mark.parametrize("text", ["", "fast", "1e999", "1 2", "0x10", "_", "--1", "9" * 40 + "x"])
def test_other_texts_get_no_such_hint(text):
    assert number_hint(text) == ""


def test_values_inside_values_have_their_own_path():
    one(with_node("front", health_check={"interval_s": 2}), "nodes.front.health_check.interval_s", "must be at least 5, not 2")
    one(with_node("front", health_check={"timeout_s": 40}), "nodes.front.health_check.timeout_s", "at most interval_s = 30, not 40")
    one(
        with_node("orders", failover={"monitor_timeout_s": 11}),
        "nodes.orders.failover.monitor_timeout_s",
        "at most monitor_interval_s = 10",
    )
    one(with_node("users", rate_per_s={"steps": [[0, 1], [9, 2], [3, 1]]}), "nodes.users.rate_per_s.steps", "3 s comes after 9 s")
    one(with_node("users", rate_per_s={"steps": [[0, -1]]}), "nodes.users.rate_per_s.steps[0][1]", "must be at least 0, not -1")
    one(with_node("users", arrivals={"batch": 0}), "nodes.users.arrivals.batch", "must be at least 1")


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_nothing_is_infinite_or_not_a_number(value):
    one(with_node("web", service={"constant": value}), "nodes.web.service.constant", "must be a finite number")
    one(shop(layout={"web": [0, value]}), "layout.web[1]", "must be a finite number")
    one(shop(duration_s=value), "duration_s", "must be a finite number")
    one(shop(variants=[{"id": "v", "change": {"nodes": {"web": {"instances": value}}}}]), "variants.v.change.nodes.web.instances", "finite")


# Names


@pytest.mark.parametrize("id", ["a->b", "web[1]", "two words", "", "-x", "a" * 81, "a/b", "a\n"])
def test_ids_keep_to_letters_digits_and_a_few_signs(id):
    data = {"faultline": 1, "nodes": [{"id": id, "kind": "service"}]}
    assert len(said(data)) == 1 and "must" in said(data)[0][1]


@pytest.mark.parametrize("id", ["web", "web-2", "web_2", "v1.2", "3scale", "straße", "订单"])
def test_ids_may_be_in_any_script(id):
    assert said({"faultline": 1, "nodes": [{"id": id, "kind": "service"}]}) == []


def test_an_id_that_yaml_reads_as_a_truth_value_gets_a_hint():
    one("{faultline: 1, nodes: [{id: no, kind: service}]}", "nodes[0].id", "must be text, not false", "put the word in quotes")


def test_ids_are_given_once():
    one(shop(nodes=[*SHOP["nodes"], {"id": "web", "kind": "service"}]), "nodes.web", "2 nodes have the id 'web'")
    one(shop(edges=[*SHOP["edges"], {"from": "web", "to": "orders"}]), "edges.web->orders", "there are 2 edges web->orders")
    fault = {"id": "f", "kind": "slow", "target": "web", "at_s": 0}
    one(shop(faults=[fault, fault]), "faults.f", "2 faults have the id 'f'")
    one(shop(variants=[{"id": "v"}, {"id": "v"}]), "variants.v", "2 variants have the id 'v'")
    one(shop(regions=[*SHOP["regions"], {"id": "eu", "azs": ["us-east-1a"]}]), "regions.us-east-1a", "2 Regions or AZs are named")
    one({"faultline": 1, "nodes": [{"id": "region-1", "kind": "service"}]}, "nodes.region-1", "also the name of a Region or AZ")
    one(
        {"faultline": 1, "regions": [{"id": "outside", "azs": ["a"]}], "nodes": [{"id": "s", "kind": "service"}]},
        "regions.outside",
        "clients",
    )


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


# Times, expectations, variants


def test_times_leave_something_to_measure():
    one(shop(warmup_s=600), "warmup_s", "must be shorter than the run, 600 s, not 600 s")
    one(shop(duration_s=86_401), "duration_s", "must be at most 86,400")
    one(shop(duration_s=0), "duration_s", "must be more than 0")
    one(shop(seed=-1), "seed", "must be at least 0")
    one(shop(seed=2**63), "seed", "must be at most 9,223,372,036,854,775,807, not 9223372036854775808")
    one(shop(faultline=2), "faultline", "must be 1, the version this program reads, not 2")


def test_a_run_that_would_not_fit_into_memory_says_how_long_it_may_be():
    nodes = [{"id": f"c{i}", "kind": "clients"} for i in range(20)] + [{"id": "s", "kind": "service"}]
    data = {"faultline": 1, "duration_s": 86_400, "nodes": nodes, "edges": [{"from": f"c{i}", "to": "s"} for i in range(20)]}
    one(data, "duration_s", "20 client nodes", "at most 65,000 s can be measured")


@pytest.mark.parametrize(
    ("expectation", "field", "part"),
    [
        ({"metric": "availabilty", "at_least": 0.9}, "metric", "there is no metric 'availabilty'"),
        ({"metric": "load", "node": "wep", "at_least": 0.9}, "node", "there is no node 'wep' (did you mean 'web'?)"),
        ({"metric": "calls", "edge": "web->x", "at_least": 1}, "edge", "there is no edge 'web->x'"),
        ({"metric": "rto_s", "fault": "f", "at_most": 1}, "fault", "there is no fault 'f'; the document has no faults"),
        ({"metric": "rto_s", "at_most": 1}, "fault", "rto_s belongs to a fault, and the document has none"),
        ({"metric": "availability", "at_least": 3e6, "at_most": 2_000_000.5}, "at_least", "3,000,000 is more than at_most 2,000,000.5"),
        ({"metric": "availability"}, "at_least", "is missing; say `at_least`, `at_most` or both"),
        ({"metric": "availability", "at_least": 0.9, "at_most": 0.5}, "at_least", "no value is both"),
        ({"metric": "availability", "at_least": 0.9, "from_s": 20, "to_s": 10}, "to_s", "must be later than from_s = 20"),
        ({"metric": "availability", "at_least": 0.9, "from_s": 600}, "from_s", "before the end of the run"),
    ],
)  # fmt: skip
def test_an_expectation_that_nobody_could_judge_is_a_problem(expectation, field, part):
    one(shop(expect=[expectation]), f"expect[0].{field}", part)


def test_variants_name_what_is_there():
    change = {"nodes": {"wep": {"instances": 1}}, "edges": {"web->order": None}, "faults": {"f": {"at_s": 1}}}
    assert [p for p, _ in said(shop(variants=[{"id": "v", "change": change}]))] == [
        "variants.v.change.nodes.wep", "variants.v.change.edges.web->order", "variants.v.change.faults.f",
    ]  # fmt: skip


def test_an_edge_a_variant_adds_ends_at_nodes_that_are_there():
    def change(**sections):
        return shop(variants=[{"id": "v", "change": sections}])

    one(change(edges={"web->order": {}}), "variants.v.edges.web->order.to", "there is no node 'order' (did you mean 'orders'?)")
    one(change(edges={"front->orders": {}}), "variants.v.edges.front->orders", "cannot call")
    one(change(edges={"web-orders": {}}), "variants.v.change.edges.web-orders", "the document has no edge 'web-orders'")
    one(change(nodes={"orders": None, "db": {"kind": "store"}}, edges={"web->db": {}, "users->orders": {}}),
        "variants.v.edges.users->orders.to", "there is no node 'orders'")  # fmt: skip


def test_every_variant_is_checked_like_a_document_and_its_problems_carry_its_name():
    one(shop(variants=[{"id": "v", "change": {"nodes": {"web": {"azs": ["nowhere"]}}}}]), "variants.v.nodes.web.azs", "no AZ 'nowhere'")
    one(shop(variants=[{"id": "v", "expect": [{"metric": "p99", "at_most": 1}]}]), "variants.v.expect[0].metric", "no metric 'p99'")
    one(shop(variants=[{"id": "v", "change": {"nodes": {"orders": None}}}], faults=[{"kind": "slow", "target": "orders", "at_s": 1}]),
        "variants.v.faults[0].target", "no Region, AZ or node 'orders'")  # fmt: skip


def test_what_is_wrong_in_the_base_is_not_repeated_by_its_variants():
    one(
        with_node("web", instances=-1) | {"variants": [{"id": "v", "change": {"nodes": {"front": {"algorithm": "random"}}}}]},
        "nodes.web.instances",
    )


def test_a_number_of_a_fault_without_saying_which_is_of_all_there_are():
    faults = [{"id": "a", "kind": "slow", "target": "web", "at_s": 1}, {"id": "b", "kind": "slow", "target": "web", "at_s": 90}]
    for count in (1, 2):
        assert said(shop(faults=faults[:count], expect=[{"metric": "rto_s", "at_most": 60}])) == []
    one(shop(faults=faults, expect=[{"metric": "rto_s", "fault": "c", "at_most": 60}]), "expect[0].fault", "there is no fault 'c'", "a, ")


def test_network_tables_name_pairs_of_regions():
    one(shop(network={"between_regions_s": {"us-east-1": 1}}), "network.between_regions_s.us-east-1", "two different Regions")
    one(shop(network={"between_regions_s": {"us-east-1/eu-west-1": 1, "eu-west-1/us-east-1": 2}}),
        "network.between_regions_s.eu-west-1/us-east-1", "the same both ways")  # fmt: skip
    assert said(shop(network={"between_regions_s": {"us-east-1/eu-west-1": 0.068, "eu-west-1/ap-south-1": 0.1}})) == []
    one(shop(network={"between_regions_s": {"us-east-1/eu-wets-1": 1}}), "network.between_regions_s.us-east-1/eu-wets-1",
        "there is no Region 'eu-wets-1' (did you mean 'eu-west-1'?); the Regions are us-east-1")  # fmt: skip
    regions = [{"id": "r", "azs": ["a"]}, {"id": "q", "azs": ["b"]}]
    own = {"faultline": 1, "regions": regions, "nodes": [{"id": "s", "kind": "service"}]}
    one(own | {"network": {"between_regions_s": {"r/q": 0.1, "r/zz": 0.1}}}, "network.between_regions_s.r/zz", "'zz'", "are r, q")
    one(shop(regions=[{"id": "us-east-1", "azs": []}], network={"between_regions_s": {"r/zz": 1}}), "regions.us-east-1.azs")
    one(shop(network={"client_s": -1}), "network.client_s", "must be at least 0")


# Text from strangers


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
