"""Every way a document can be wrong: one sentence with its path, the value, and what would be right."""


import pytest

from engine.components import COMPONENTS
from engine.fields import number_hint
from tests.documents import SHOP, one, said, shop, with_edge, with_node

NAN, INF = float("nan"), float("inf")


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
