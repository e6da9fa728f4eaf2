"""Balancers: how each algorithm spreads requests, what a flow is, how a newcomer warms up, and what holds in every run."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import given

from engine.behaviours import Autoshift, Balancer, CallPolicy, Distribution, HealthCheck, Keys, Resolver, Source, Station
from engine.control.conductor import Conductor
from engine.document import parse
from engine.live import REFUSED, Live
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.plan import HOPS, Plan, PlanFault
from engine.validation.plans import down, fault, make_plan, random_fault
from engine.validation.plans_balancers import random_balancer_plan, random_zonal_plan, shift
from tests.documents import said
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences

FAST = Distribution("constant", 0.001)
QUICK = HealthCheck(2.0, 1.0, 2, 2)


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system_with_balancers(seed: int) -> None:
    assert differences(random_balancer_plan(seed)) == {}


@pytest.mark.parametrize("seed", range(30))
def test_kernel_and_oracle_agree_on_every_count_of_a_random_system_with_nodes_in_each_zone(seed: int) -> None:
    assert differences(random_zonal_plan(seed)) == {}


@OFTEN
@given(SEEDS)
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int) -> None:
    r = random.Random(seed)
    plan = random_zonal_plan(seed, 20.0) if seed % 2 else random_balancer_plan(seed, 20.0)
    extra = shift(r, plan, 20.0) if seed % 4 == 3 else random_fault(r, plan, 20.0, store=False)
    assert_branch_is_exact(plan, extra, 1 + seed % 18)


INTERPRETED = """
import sys
from engine.validation.plans_balancers import random_balancer_plan, random_zonal_plan
sys.path.insert(0, "tests")
from test_invariants import run
import hashlib
for plan in (random_balancer_plan(1, 3.0), random_balancer_plan(2, 3.0), random_zonal_plan(1, 3.0), random_zonal_plan(2, 3.0)):
    series = run(plan).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "inst_busy_s", "start_hist"))).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes_as_the_compiled_one() -> None:
    assert_same_when_interpreted(INTERPRETED)


def fleet(
    balancer: Balancer, weights: tuple[float, ...] = (1, 1, 1, 1), *, rate: float = 400.0, keys: Keys | None = None,
    duration_s: float = 60.0, faults: tuple[PlanFault, ...] = (), **network: Any,
) -> Plan:  # fmt: skip
    """Clients → front → one service of one instance per weight."""
    names = [f"s{k}" for k in range(len(weights))]
    nodes = {"users": Source(((0.0, rate),), keys=keys), "front": balancer, **{n: Station(("a",), 99, None, FAST) for n in names}}
    edges = {("users", "front"): CallPolicy(5.0), **{("front", n): CallPolicy(1.0) for n in names}}
    plan = make_plan(nodes, edges, duration_s=duration_s, faults=faults, **network)
    weighed = tuple(dataclasses.replace(e, weight=w) for e, w in zip(plan.edges, (1, *weights), strict=True))
    return dataclasses.replace(plan, edges=weighed)


def shares(conductor: Conductor, from_s: int = 0, to_s: int | None = None) -> list[float]:
    """Share of the requests that each target got in a span."""
    arrived = conductor.series.inst_arrived[from_s:to_s, 2:].sum(0)
    return (arrived / arrived.sum()).tolist()


def test_weights_are_shares_per_instance() -> None:
    assert shares(run(fleet(Balancer("weighted", None), (6.0, 3.0, 1.0, 0.0)))) == pytest.approx([0.6, 0.3, 0.1, 0.0], abs=0.01)
    dead = run(fleet(Balancer("weighted", QUICK), (6.0, 3.0, 1.0, 0.0), faults=(down(0.0, 1e9, [2]),)))
    assert shares(dead, from_s=10) == pytest.approx([0.0, 0.75, 0.25, 0.0], abs=0.015)
    assert shares(run(fleet(Balancer("weighted", None), (0.0, 0.0)))) == pytest.approx([0.5, 0.5], abs=0.015)


def test_requests_of_one_flow_go_to_one_target_and_a_lost_target_moves_only_its_own_flows() -> None:
    def owner(k: int, faults: tuple[PlanFault, ...]) -> int:
        """The target that gets everything once the only key of this run's clients is alone."""
        plan = fleet(Balancer("flow_hash", QUICK), keys=Keys(1), rate=20.0, duration_s=20.0, faults=faults)
        arrived = run(dataclasses.replace(plan, seed=k)).series.inst_arrived[10:, 2:].sum(0)
        assert (arrived > 0).sum() == 1
        return int(arrived.argmax())

    before = [owner(seed, ()) for seed in range(24)]
    after = [owner(seed, (down(0.0, 1e9, [2], REFUSED),)) for seed in range(24)]
    assert set(before) == {0, 1, 2, 3} and 0 not in after
    assert [a for b, a in zip(before, after, strict=True) if b] == [b for b in before if b]


def test_a_caller_with_few_connections_loads_few_targets_under_flow_hash() -> None:
    nodes = {
        "users": Source(((0.0, 200.0),)), "web": Station(("a",), 999, None, FAST), "front": Balancer("flow_hash", None, connections=2),
        "api": Station(("a",) * 8, 99, None, FAST),
    }  # fmt: skip
    edges = {pair: CallPolicy(1.0) for pair in (("users", "web"), ("web", "front"), ("front", "api"))}
    arrived = run(make_plan(nodes, edges, duration_s=20.0)).series.inst_arrived[:, 3:].sum(0)
    assert 1 <= (arrived > 0).sum() <= 2


@pytest.mark.parametrize("algorithm", ["round_robin", "random", "weighted"])
def test_slow_start_gives_a_returned_target_a_share_that_grows_in_a_line(algorithm: Any) -> None:
    crash = (down(10.0, 20.0, [2], REFUSED),)
    conductor = run(fleet(Balancer(algorithm, QUICK, 40.0), duration_s=80.0, rate=1000.0, faults=crash))
    back = next(e.t_s for e in conductor.events if e.kind == "healthy")
    for x_s in (5, 15, 25, 35, 45):
        middle, warmth = round(back) + x_s, min(1.0, x_s / 40.0)
        assert shares(conductor, middle - 2, middle + 2)[0] == pytest.approx(warmth / (3 + warmth), abs=0.025)
    assert shares(conductor, 0, 9)[0] == pytest.approx(0.25, abs=0.03), "targets of the start are warm"


def test_least_outstanding_sends_everything_to_the_dead_because_refusals_are_fast_until_a_health_check_ends_it() -> None:
    slow = Distribution("constant", 0.05)
    nodes = {
        "users": Source(((0.0, 200.0),)), "front": Balancer("least_outstanding", HealthCheck(30.0, 5.0, 2, 5)),
        "web": Station(("a",) * 4, 99, None, slow),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    conductor = run(make_plan(nodes, edges, duration_s=120.0, faults=(down(20.0, 1e9, [2], REFUSED),)))
    ejected = next(e.t_s for e in conductor.events if e.kind == "unhealthy")
    ok = conductor.series.start_ends[:, 0, 0] / conductor.series.start_begun[:, 0]
    assert 50.0 <= ejected < 80.0
    # at random three of four would succeed; here a living target gets a request only while it is as idle as the dead one always is
    assert ok[:19].min() == 1.0 and ok[21 : int(ejected)].mean() < 0.3 and ok[int(ejected) + 1 : 119].min() == 1.0


def zones(
    cross_zone: bool, *, a: int = 1, b: int = 1, rate: float = 200.0, duration_s: float = 120.0, check: HealthCheck | None = QUICK,
    faults: tuple[PlanFault, ...] = (), ttl_s: float = 20.0, attempts: int = 1,
) -> Plan:  # fmt: skip
    """Clients → front with a node in each AZ → web, ``a`` instances in AZ a, ``b`` in AZ b. Instances: users, front[0], front[1], web."""
    front = Balancer("random", check, cross_zone=cross_zone, ttl_s=ttl_s, node_check=HealthCheck(10.0, 5.0, 3, 3))
    nodes = {"users": Source(((0.0, rate),)), "front": front, "web": Station(("a",) * a + ("b",) * b, 99, None, FAST)}
    edges = {("users", "front"): CallPolicy(2.0, attempts), ("front", "web"): CallPolicy(1.0)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults, zones={"front": "ab"})


def reached(conductor: Conductor, first: int, from_s: int = 0, to_s: int | None = None) -> list[float]:
    """Share of the requests that each instance from ``first`` on got in a span."""
    arrived = conductor.series.inst_arrived[from_s:to_s, first:].sum(0)
    return (arrived / arrived.sum()).tolist()


def test_without_cross_zone_unequal_zones_are_loaded_unequally() -> None:
    off, on = run(zones(False, a=1, b=3)), run(zones(True, a=1, b=3))
    assert reached(off, 3) == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6], abs=0.01)
    assert reached(on, 3) == pytest.approx([1 / 4] * 4, abs=0.01)
    crossing = [int(c.series.total_messages[1, 0, HOPS.index("cross_az")]) for c in (off, on)]
    assert crossing[0] == 0 and crossing[1] == pytest.approx(0.5 * on.series.inst_arrived[:, 3:].sum(), rel=0.05)


def blackout(at_s: float = 30.0) -> PlanFault:
    return down(at_s, 1e9, [1, 3])


@pytest.mark.parametrize("cross_zone", [False, True])
def test_a_node_dies_with_its_zone_and_callers_find_out_by_timeout_until_dns_has_dropped_it(cross_zone: bool) -> None:
    conductor = run(zones(cross_zone, faults=(blackout(),)))
    dropped = next(e.t_s for e in conductor.events if e.kind == "unhealthy" and e.data["target"] == "front[0]")
    lost = conductor.series.start_ends[:, 0, OUTCOMES.index("timeout")] / conductor.series.start_begun[:, 0]
    assert 30.0 + 2 * 10 + 5 <= dropped <= 30.0 + 3 * 10 + 5
    assert lost[:30].max() == 0.0
    assert lost[36 : int(dropped)].mean() == pytest.approx(0.5, abs=0.03), "half of the calls go to the dead node"
    half_way = int(dropped) + 10
    assert lost[half_way - 2 : half_way + 2].mean() == pytest.approx(0.25, abs=0.06), "answers expire evenly over the TTL"
    assert lost[int(dropped) + 21 :].max() == 0.0


def test_a_dead_node_learns_nothing_until_it_is_back() -> None:
    faults = (down(30.0, 90.0, [1]), down(35.0, 60.0, [4], REFUSED))
    texts = [(e.t_s, e.text) for e in run(zones(True, faults=faults)).events if e.kind in ("unhealthy", "healthy")]
    assert any(text.startswith("front[1] takes web[1] out") for _, text in texts)
    assert not any(text.startswith("front[0] takes") for t, text in texts if t < 90.0)


def test_a_retry_may_reach_the_other_node() -> None:
    conductor = run(zones(True, faults=(blackout(),), attempts=3))
    lost = conductor.series.start_ends[36:50, 0, OUTCOMES.index("timeout")].sum() / conductor.series.start_begun[36:50, 0].sum()
    assert lost == pytest.approx(1 / 8, abs=0.02)


def test_without_cross_zone_a_zone_whose_targets_are_all_dead_leaves_the_balancers_dns() -> None:
    conductor = run(zones(False, faults=(down(30.0, 1e9, [3], REFUSED),)))
    ok = conductor.series.start_ends[:, 0, 0] / conductor.series.start_begun[:, 0]
    assert ok[:30].min() == 1.0 and ok[32:50].mean() == pytest.approx(0.5, abs=0.03)
    assert ok[30 + 4 + 30 + 20 + 1 :].min() == 1.0
    assert any("none of its targets is healthy" in e.text for e in conductor.events)


def moved(from_s: float, to_s: float) -> PlanFault:
    def apply(live: Live) -> None:
        live.shifted[[1, 3]] = True

    return fault("zonal_shift", from_s, to_s, apply)


@pytest.mark.parametrize("cross_zone", [False, True])
def test_a_zonal_shift_moves_all_traffic_within_a_ttl_and_its_end_brings_it_back(cross_zone: bool) -> None:
    conductor = run(zones(cross_zone, faults=(moved(30.0, 80.0),)))
    assert (conductor.series.start_ends[:, 0, 0] == conductor.series.start_begun[:, 0])[:119].all(), "nobody notices"
    assert reached(conductor, 1, 55, 80)[0] == 0.0 and reached(conductor, 3, 55, 80) == [0.0, 1.0]
    assert reached(conductor, 1, 105)[0] == pytest.approx(0.25, abs=0.02) and reached(conductor, 3, 105)[0] == pytest.approx(0.5, abs=0.03)


def test_a_zonal_shift_ends_what_an_ill_zone_costs_although_no_health_check_sees_it() -> None:
    def ill(live: Live) -> None:
        live.add_errors([3], 0.3)  # of ten requests three fail, of probes two in a row rarely

    sick = fault("errors", 20.0, 1e9, ill)
    plan = zones(True, faults=(sick, moved(60.0, 1e9)), check=None)
    failed = 1.0 - run(plan).series.start_ends[:, 0, 0] / run(plan).series.start_begun[:, 0]
    assert failed[21:60].mean() == pytest.approx(0.15, abs=0.02) and failed[61:119].max() == 0.0


def test_with_every_zone_shifted_away_traffic_stays() -> None:
    def apply(live: Live) -> None:
        live.shifted[1:] = True

    conductor = run(zones(True, faults=(fault("zonal_shift", 30.0, 80.0, apply),)))
    assert (conductor.series.start_ends[:, 0, 0] == conductor.series.start_begun[:, 0])[:119].all()


def test_a_resolver_leads_to_the_nodes_that_the_balancers_own_name_leads_to() -> None:
    users, front, web = (n.behaviour for n in zones(True).nodes)
    nodes = {"users": users, "dns": Resolver("simple", 20.0, QUICK), "front": front, "web": web}
    edges = {("users", "dns"): CallPolicy(2.0), ("dns", "front"): CallPolicy(2.0), ("front", "web"): CallPolicy(1.0)}
    conductor = run(make_plan(nodes, edges, duration_s=120.0, zones={"front": "ab"}, faults=(down(30.0, 1e9, [2, 4]),)))
    ok = conductor.series.start_ends[:, 0, 0] / conductor.series.start_begun[:, 0]
    assert ok[36:50].mean() == pytest.approx(0.5, abs=0.04) and ok[30 + 35 + 20 + 1 : 118].min() == 1.0


def doc(**front: Any) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [{"id": "u", "kind": "clients"}, {"id": "front", "kind": "balancer", **front}]
    nodes.append({"id": "web", "kind": "service"})
    return {"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "front"}, {"from": "front", "to": "web"}]}


def test_a_document_is_told_what_does_not_go_together() -> None:
    assert said(doc(algorithm="flow_hash", flow_connections=3)) == said(doc(algorithm="weighted", slow_start_s=30)) == []
    message = "does not go with least_outstanding; use one of round_robin, random, weighted, or 0"
    assert said(doc(algorithm="least_outstanding", slow_start_s=30)) == [("nodes.front.slow_start_s", message)]
    heavy = doc(algorithm="weighted")
    heavy["edges"][1]["weight"] = 3
    assert said(heavy) == []
    heavy["nodes"][1]["algorithm"] = "random"
    assert [path for path, _ in said(heavy)] == ["edges.front->web.weight"]


def test_a_document_gives_a_balancer_a_node_in_each_zone() -> None:
    regions = [{"id": "r", "azs": ["r1", "r2", "r3"]}]
    plain = [doc(), doc(per_az=True), doc(cross_zone=False), doc(per_az=True, azs=["r1", "r3"]), doc(azs=["r1"]), doc(azs=["r1", "r2"])]
    sits = [lower(parse({**d, "regions": regions})) for d in plain]
    places = [[plan.places[plan.instances[i].place].id for i in plan.instances_of(1)] for plan in sits]
    assert places == [["r"], ["r1", "r2", "r3"], ["r1", "r2", "r3"], ["r1", "r3"], ["r1"], ["r"]]


def test_a_zonal_shift_needs_traffic_to_shift() -> None:
    regions = [{"id": "r", "azs": ["r1", "r2"]}]
    shifted = {"regions": regions, "faults": [{"kind": "zonal_shift", "target": "r2", "at_s": 10, "for_s": 60}]}
    assert said({**doc(), **shifted}) == [("faults[0].target", "no balancer has a node or a target in r2, so there is no traffic to shift")]
    assert said({**doc(per_az=True), **shifted}) == []


def ill(share: float, instances: list[int], from_s: float = 60.0, to_s: float = 1e9) -> PlanFault:
    return fault("errors", from_s, to_s, lambda live: live.add_errors(instances, share))


def self_shifting(*faults: PlanFault, hold_s: float = 120.0, rate: float = 100.0) -> Conductor:
    """Two instances in AZ a (2, 3) and two in AZ b (4, 5) behind a balancer that never probes but watches its zones."""
    nodes = {
        "users": Source(((0.0, rate),)), "front": Balancer("round_robin", None, autoshift=Autoshift(hold_s=hold_s)),
        "web": Station(("a", "a", "b", "b"), 99, None, FAST),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    return run(make_plan(nodes, edges, duration_s=360.0, faults=faults))


def shifts(conductor: Conductor) -> list[tuple[float, str]]:
    return [(e.t_s, str(e.data["zone"])) for e in conductor.events if e.kind == "shift"]


def test_an_autoshift_leaves_the_one_zone_that_fails_and_tries_it_again() -> None:
    conductor = self_shifting(ill(0.3, [2, 3], 60.0, 150.0))
    assert shifts(conductor) == [(90.0, "a"), (210.0, "a")], "three periods of 10 s; 120 s later it is well, and stays in use"
    ok = conductor.series.start_ends[:, 0, 0] / conductor.series.start_begun[:, 0]
    assert ok[60:90].mean() == pytest.approx(0.85, abs=0.03) and ok[90:359].min() == 1.0
    assert reached(conductor, 2, 91, 209)[:2] == [0.0, 0.0] and reached(conductor, 2, 211) == pytest.approx([0.25] * 4, abs=0.01)


def test_an_autoshift_goes_away_again_when_the_zone_is_still_ill() -> None:
    times = [t for t, _ in shifts(self_shifting(ill(0.3, [2, 3])))]
    assert times[:3] == [90.0, 210.0, 240.0]


def test_no_autoshift_when_all_zones_fail_alike_when_one_fails_little_or_when_there_is_too_little_to_tell() -> None:
    assert shifts(self_shifting(ill(0.3, [2, 3, 4, 5]))) == []
    assert shifts(self_shifting(ill(0.02, [2, 3]))) == []
    assert shifts(self_shifting(ill(0.3, [2, 3]), rate=2.0)) == []


def test_a_document_can_ask_for_an_autoshift() -> None:
    regions = [{"id": "r", "azs": ["r1", "r2"]}]
    plan = lower(parse({**doc(autoshift=True), "regions": regions}))
    assert getattr(plan.nodes[1].behaviour, "autoshift", None) == Autoshift()
