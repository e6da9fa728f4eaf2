"""Every kind of node: its defaults with their sources, where it sits, what it lowers to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.behaviours import Balancer, Distribution, HealthCheck, Source, Station, Store
from engine.components import COMPONENTS, NOT_YET, TIERS
from engine.components.connections import why_not
from engine.components.values import FailoverFields
from engine.document.edges import Edge
from engine.faults import FAULTS
from engine.geography import DEFAULT_REGION, OUTSIDE, Geography, Region

TWO = Geography([Region(id="r", azs=["ra", "rb", "rc"]), Region(id="q", azs=["qa"])])
PLAIN = Geography([DEFAULT_REGION])


def make(kind, **fields):
    """A node named x."""
    return COMPONENTS[kind].model_validate({"id": "x", "kind": kind, **fields})


@pytest.mark.parametrize("kind", COMPONENTS)
def test_every_kind_says_what_the_palette_needs(kind):
    cls = COMPONENTS[kind]
    assert all([cls.label, cls.category, cls.glyph, cls.summary.endswith(".")])
    assert cls.tier in TIERS and cls.placement in ("outside", "region", "azs", "az")
    assert cls.__doc__ and "Component" not in cls.__doc__


@pytest.mark.parametrize("kind", COMPONENTS)
def test_every_kind_lowers_as_it_is_created_and_as_it_is_by_default(kind):
    for fields in ({}, COMPONENTS[kind].create):
        node = make(kind, **fields)
        assert list(node.check(TWO)) == []
        behaviour = node.lower(TWO)
        assert behaviour.behaviour == node.behaviour if hasattr(behaviour, "behaviour") else True
        assert len(node.sits(TWO)) >= 1


@pytest.mark.parametrize("model", [*COMPONENTS.values(), *FAULTS.values(), Edge, FailoverFields], ids=lambda m: m.__name__)
def test_every_default_number_has_a_source_or_is_called_an_assumption(model):
    for name, info in model.model_fields.items():
        default = info.default
        is_number = isinstance(default, int | float) and not isinstance(default, bool)
        if is_number and name not in ("warmup_s", "seed"):
            assert (info.json_schema_extra or {}).get("source"), f"{model.__name__}.{name} = {default}"


@pytest.mark.parametrize("model", [*COMPONENTS.values(), *FAULTS.values(), Edge], ids=lambda m: m.__name__)
def test_every_field_says_what_it_means(model):
    silent = [name for name, info in model.model_fields.items() if name != "kind" and not (info.description or "").endswith(".")]
    assert silent == []


def test_no_kind_is_both_available_and_not():
    assert not set(NOT_YET) & set(COMPONENTS)


def test_placement_without_a_word_is_the_one_of_the_format():
    assert make("clients").sits(TWO) == (OUTSIDE,)
    assert make("balancer").sits(TWO) == make("alb").sits(TWO) == ("r",)
    assert make("service", instances=2).sits(TWO) == ("ra", "ra")
    assert make("store").sits(TWO) == make("rds").sits(TWO) == ("ra",)
    assert make("ec2_asg", instances=4).sits(TWO) == ("ra", "rb", "rc", "ra")
    assert make("service").sits(PLAIN) == ("region-1a",)


@pytest.mark.parametrize("kind", COMPONENTS)
def test_what_a_kind_says_of_its_place_is_where_it_sits(kind):
    places = {"outside": {OUTSIDE}, "region": {"r"}, "azs": {"ra", "rb", "rc"}, "az": {"ra"}}
    instances = {"instances": 3} if "instances" in COMPONENTS[kind].model_fields else {}
    if kind not in ("rds", "aurora"):  # its endpoint is regional, its instances sit in AZs
        assert set(make(kind, **instances).sits(TWO)) == places[COMPONENTS[kind].unplaced]


@given(st.integers(1, 40), st.integers(1, 3))
def test_instances_are_spread_evenly(instances, azs):
    sits = make("ec2_asg", instances=instances, azs=["ra", "rb", "rc"][:azs]).sits(TWO)
    counts = [sits.count(az) for az in ["ra", "rb", "rc"][:azs]]
    assert sum(counts) == instances and max(counts) - min(counts) <= 1


def test_a_region_alone_places_any_kind_in_the_region_as_a_whole():
    assert make("service", region="q", instances=2).sits(TWO) == ("q", "q")
    assert make("store", region="q").sits(TWO) == make("alb", region="q").sits(TWO) == ("q",)
    assert make("ec2_asg", region="r", instances=3).sits(TWO) == ("ra", "rb", "rc")


def test_a_balancer_in_one_az_goes_with_it_and_in_several_it_does_not():
    assert make("balancer", azs=["rb"]).sits(TWO) == ("rb",)
    assert make("alb", azs=["rb", "rc"]).sits(TWO) == ("r",)


def test_vendor_services_lie_in_one_region_and_azs_agree_with_the_region():
    assert [field for field, _ in make("ec2_asg", azs=["ra", "qa"]).check(TWO)] == ["azs"]
    assert list(make("service", azs=["ra", "qa"]).check(TWO)) == []
    assert [field for field, _ in make("service", azs=["ra"], region="q").check(TWO)] == ["azs"]


def test_a_store_has_its_primary_in_its_first_az_unless_told_otherwise():
    assert make("store", azs=["ra", "rb"]).sits(TWO) == ("ra", "rb")
    assert make("store", azs=["ra", "rb", "rc"], primary_az="rc").sits(TWO) == ("rc", "ra", "rb")
    assert [f for f, _ in make("store", azs=["ra"], primary_az="rb").check(TWO)] == ["primary_az"]


def test_multi_az_puts_the_standby_into_the_next_az():
    assert make("rds", multi_az=True).sits(TWO) == ("ra", "rb")
    assert make("rds", multi_az=True, primary_az="rc").sits(TWO) == ("rc", "ra")
    assert make("rds", multi_az=True, primary_az="rb", standby_az="ra").sits(TWO) == ("rb", "ra")
    assert make("rds", multi_az=False, primary_az="rb", standby_az="ra").sits(TWO) == ("rb",)
    assert make("rds", multi_az=True, azs=["rc", "rb"]).sits(TWO) == ("rc", "rb")
    assert [f for f, _ in make("rds", multi_az=True, region="q").check(TWO)] == ["multi_az"]
    assert [f for f, _ in make("rds", azs=["rb", "rc"], primary_az="ra").check(TWO)] == ["primary_az"]


def test_a_single_database_has_nobody_to_promote():
    assert make("rds").lower(TWO).failover is None
    assert make("rds", multi_az=True).lower(TWO).failover is not None
    assert make("store", azs=["ra", "rb"], failover="none").lower(TWO).failover is None


@pytest.mark.parametrize("silent", [True, False])
def test_a_multi_az_failover_takes_the_60_to_120_s_aws_states(silent):
    f = make("rds", multi_az=True).lower(TWO).failover
    last_miss_s = (f.misses - 1) * f.monitor_interval_s + (f.monitor_timeout_s if silent else 0)
    fastest = last_miss_s + f.decide_s + f.promote_s
    slowest = f.monitor_interval_s + fastest + f.propagate_ttl_s
    assert fastest >= 60 and slowest <= 120


def test_a_plain_balancer_checks_like_an_alb_or_not_at_all():
    assert make("balancer").lower(TWO) == make("alb").lower(TWO) == Balancer("round_robin", HealthCheck(30, 5, 2, 5))
    assert make("balancer", health_check="none").lower(TWO).health_check is None
    assert make("balancer", health_check={"interval_s": 1, "timeout_s": 1}).lower(TWO).health_check == HealthCheck(1, 1, 2, 5)


@pytest.mark.parametrize(
    ("rate", "segments"),
    [
        (5, ((0, 5),)),
        ({"steady": 5}, ((0, 5),)),
        ({"spike": 5, "to": 9, "at_s": 60, "for_s": 30}, ((0, 5), (60, 9), (90, 5))),
        ({"spike": 5, "to": 9, "at_s": 0, "for_s": 30}, ((0, 9), (30, 5))),
        ({"steps": [[0, 1], [10, 2]]}, ((0, 1), (10, 2))),
        ({"steps": [[10, 2]]}, ((0, 0), (10, 2))),
    ],
)
def test_every_shape_of_traffic_is_a_rate_from_each_start_on(rate, segments):
    assert make("clients", rate_per_s=rate).lower(TWO) == Source(segments)


def test_arrivals_are_poisson_even_or_in_batches():
    assert [make("clients", arrivals=a).lower(TWO).arrivals for a in ("poisson", "even")] == ["poisson", "even"]
    assert make("clients", arrivals={"batch": 4}).lower(TWO) == Source(((0, 100),), "poisson", 4)


@pytest.mark.parametrize(
    ("service", "distribution"),
    [
        ({"constant": 0}, Distribution("constant", 0)),
        ({"exponential": 0.5}, Distribution("exponential", 0.5)),
        ({"lognormal": 0.5}, Distribution("lognormal", 0.5, 0.5)),
        ({"lognormal": 0.5, "sigma": 1}, Distribution("lognormal", 0.5, 1)),
    ],
)
def test_service_times(service, distribution):
    assert make("service", service=service).lower(TWO).service == distribution


def test_asynchronous_services_give_their_slot_back():
    station = make("service", holds_slot=False, concurrency=3, queue_capacity=0).lower(TWO)
    assert station == Station(("ra",), 3, 0, Distribution("constant", 0.01), False)


def test_a_node_is_shown_by_its_name_or_else_its_id():
    assert (make("store").shown_name, make("store", name="Orders").shown_name) == ("x", "Orders")
    assert isinstance(make("store").lower(TWO), Store)


def test_connections_are_decided_by_what_nodes_do():
    allowed = {(a, b) for a, x in COMPONENTS.items() for b, y in COMPONENTS.items() if why_not(x, y) is None}
    assert {("clients", "alb"), ("alb", "ec2_asg"), ("ec2_asg", "rds"), ("service", "service"), ("clients", "store")} <= allowed
    assert not {(a, "clients") for a in COMPONENTS} & allowed
    assert not {(a, b) for a in ("store", "rds") for b in COMPONENTS} & allowed
