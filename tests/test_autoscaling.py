"""Groups that change their size and replace their dead, case by case."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.behaviours import (
    Autoscaling,
    Balancer,
    Behaviour,
    CallPolicy,
    Distribution,
    Failover,
    HealthCheck,
    Queue,
    Source,
    Station,
    Store,
)
from engine.control.conductor import Conductor
from engine.document import parse
from engine.document.problem import ScenarioError
from engine.live import BLACK_HOLE, REFUSED, Live
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.run import simulate
from engine.series import STAGES
from engine.validation.plans import down, fault, make_plan
from tests.test_invariants import run

WEB = Station(("a", "b") * 9, 2, None, Distribution("constant", 0.04))
RULES = Autoscaling(
    initial=2, least=2, most=8, metric="cpu", target=0.5, period_s=10.0, metric_delay_s=5.0, points_out=3, points_in=6, launch_s=30.0,
    drain_s=20.0, check_s=10.0,
)  # fmt: skip


def group(
    rules: Autoscaling, rate: Any = 100.0, faults: tuple[PlanFault, ...] = (), check: HealthCheck | None = None, **keywords: Any
) -> Plan:
    """Clients → balancer → web, a group over AZs a and b; its first instance is number 2."""
    segments = rate if isinstance(rate, tuple) else ((0.0, rate),)
    station = dataclasses.replace(WEB, autoscaling=rules, **keywords)
    nodes: dict[str, Behaviour] = {"users": Source(segments, "even"), "front": Balancer("round_robin", check), "web": station}
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(4.0)}
    return make_plan(nodes, edges, duration_s=300.0, faults=faults)


def uncontrolled(start_s: float, end_s: float) -> PlanFault:
    return fault("uncontrolled", start_s, end_s, lambda live: live.uncontrolled.fill(True))


def no_power(plan: Plan, place: int, start_s: float, end_s: float) -> PlanFault:
    there = [i for i, x in enumerate(plan.instances) if x.place == place]

    def apply(live: Live) -> None:
        live.take_down(there, BLACK_HOLE)
        live.no_launch[there] = True

    return fault("power", start_s, end_s, apply)


def sizes(conductor: Conductor, *stages: str) -> np.ndarray:
    """How many instances of the group are in these stages, by second."""
    return np.isin(conductor.series.inst_stage[:, 2:], [STAGES.index(s) for s in stages]).sum(axis=1)


def lines(conductor: Conductor) -> list[str]:
    return [f"{e.t_s:g} {e.text}" for e in conductor.events if e.kind == "scaling"]


def test_autoscaling_takes_its_alarm_its_metric_delay_and_the_launch_time() -> None:
    """Others add capacity in the moment it is needed. Here load jumps at 100 s: three full periods of 10 s above the target, 5 s until the
    last is known, 30 s to launch; not a second earlier is there a third instance."""
    conductor = run(group(RULES, ((0.0, 40.0), (100.0, 100.0))))
    serving = sizes(conductor, "in_service")
    assert (serving[:165] == 2).all() and serving[165] == 4
    decisions = [line for line in lines(conductor) if "→" in line]
    assert decisions == ["135 web: 2 → 4 instances: 100% CPU at a target of 50% CPU, above it 3 times in a row"]


@pytest.mark.parametrize(("rate", "fitting"), [(60.0, 3), (100.0, 4), (140.0, 6), (199.0, 8), (500.0, 8), (10.0, 2)])
def test_target_tracking_on_cpu_comes_to_rest_at_the_offered_load_over_the_target(rate: float, fitting: int) -> None:
    """λ S / (c u), rounded up, between least and most: what M/D/c would need for a utilisation u of c slots each."""
    assert fitting == min(8, max(2, -(-rate * 0.04 / (2 * 0.5) // 1)))
    conductor = run(group(dataclasses.replace(RULES, launch_s=5.0), rate))
    assert sizes(conductor, "in_service")[-100:].tolist() == [fitting] * 100


def test_requests_per_target_and_backlog_per_worker_come_to_rest_at_their_target() -> None:
    rules = dataclasses.replace(RULES, metric="requests_per_target", target=15.0, launch_s=5.0)
    assert sizes(run(group(rules, 100.0)), "in_service")[-1] == 7
    workers = dataclasses.replace(rules, metric="backlog_per_worker", target=100.0, queue="jobs")
    station = dataclasses.replace(WEB, concurrency=1, service=Distribution("constant", 0.1), autoscaling=workers)
    nodes: dict[str, Behaviour] = {"users": Source(((0.0, 100.0), (50.0, 0.0)), "even"), "jobs": Queue(), "workers": station}
    conductor = run(make_plan(nodes, {("users", "jobs"): CallPolicy(5.0), ("jobs", "workers"): CallPolicy(1.0)}, duration_s=300.0))
    busy = sizes(conductor, "in_service")
    assert busy.max() == 8 and busy[-1] == 2 and conductor.series.queue_counts[-1, 0, 0] == 0
    drained = int(np.argmax(conductor.series.queue_counts[60:, 0, 0] == 0)) + 60
    assert drained < 5000 / 20 and sizes(conductor, "in_service")[drained] > 2, "two workers alone would have needed 250 s"


def test_cpu_is_work_and_not_the_wait_for_a_dependency() -> None:
    """Threads that wait for a slow database make a busy instance with an idle processor: the group shrinks in the middle of the trouble."""
    rules = dataclasses.replace(RULES, initial=4, points_in=2, launch_s=5.0)
    nodes: dict[str, Behaviour] = {
        "users": Source(((0.0, 40.0),), "even"), "web": dataclasses.replace(WEB, concurrency=8, autoscaling=rules),
        "db": Station(("a",), 1000, None, Distribution("constant", 0.3)),
    }  # fmt: skip
    conductor = run(make_plan(nodes, {("users", "web"): CallPolicy(5.0), ("web", "db"): CallPolicy(5.0)}, duration_s=200.0))
    series = conductor.series
    mine = slice(1, 1 + len(WEB.azs))
    utilisation = series.inst_busy_s[190, mine].sum() / (8 * series.inst_up_s[190, mine].sum())
    cpu = series.inst_worked_s[190, mine].sum() / (8 * series.inst_up_s[190, mine].sum())
    assert np.isin(series.inst_stage[-1, mine], [0]).sum() == 2 and utilisation > 0.8 and cpu == pytest.approx(0.1, rel=0.05)


def test_a_group_shrinks_one_by_one_and_not_while_something_is_on_its_way() -> None:
    rules = dataclasses.replace(RULES, initial=8, points_in=2)
    decided = [line.split(":")[0] + line.split(":")[1] for line in lines(run(group(rules, 20.0))) if "→" in line]
    assert decided == [f"{25 + 10 * k} web {8 - k} → {7 - k} instances" for k in range(6)]


def test_a_dead_instance_is_replaced_after_its_status_checks_and_in_the_same_az() -> None:
    rules = dataclasses.replace(RULES, metric=None, initial=4)
    plan = group(rules, 20.0)
    conductor = run(dataclasses.replace(plan, faults=(down(100.0, 1e9, [2], BLACK_HOLE),)))
    noticed, launched, gone, back = (float(line.split()[0]) for line in lines(conductor))
    assert 110.0 <= noticed <= 120.0 and launched == noticed and back == launched + 30.0 and gone < back
    assert "launches web[4] in a" in lines(conductor)[1], "not in the place the fault is on"
    assert sizes(conductor, "in_service")[-1] == 4


def test_a_crashed_process_on_a_living_host_is_noticed_only_by_the_balancer() -> None:
    dead = (down(100.0, 1e9, [2], REFUSED),)
    by_host = dataclasses.replace(RULES, metric=None)
    assert lines(run(group(by_host, 20.0, dead, HealthCheck(5.0, 1.0, 2, 2)))) == []
    conductor = run(group(dataclasses.replace(by_host, health="elb"), 20.0, dead, HealthCheck(5.0, 1.0, 2, 2)))
    assert "is replaced because its balancer believes it unhealthy" in lines(conductor)[0]
    assert 105.0 < float(lines(conductor)[0].split()[0]) <= 120.0
    failed = conductor.series.start_ends[:, 0, 1:].sum(axis=1)
    assert failed[100:111].sum() > 0 == failed[111:].sum()


def test_the_grace_period_protects_a_new_instance_and_only_a_new_one() -> None:
    rules = dataclasses.replace(RULES, metric=None, health="elb", grace_s=60.0)
    first = lines(run(group(rules, 20.0, (down(5.0, 1e9, [2], BLACK_HOLE),))))[0]
    later = lines(run(group(rules, 20.0, (down(100.0, 1e9, [2], BLACK_HOLE),))))[0]
    assert 60.0 <= float(first.split()[0]) <= 70.0 and 110.0 <= float(later.split()[0]) <= 120.0


def test_an_az_without_power_is_replaced_elsewhere_and_the_azs_are_balanced_when_it_is_back() -> None:
    rules = dataclasses.replace(RULES, metric=None, initial=4, launch_s=20.0)
    plan = group(rules, 20.0)
    conductor = run(dataclasses.replace(plan, faults=(no_power(plan, 2, 50.0, 150.0),)))
    at = {place: conductor.series.inst_stage[:, [i for i, x in enumerate(plan.instances) if x.place == place]] <= 1 for place in (2, 3)}
    counts = {place: on.sum(axis=1) for place, on in at.items()}
    assert [(int(counts[2][t]), int(counts[3][t])) for t in (40, 100, 149, 299)] == [(2, 2), (0, 4), (0, 4), (2, 2)]
    assert sum("has no capacity" in line for line in lines(conductor)) == 1, "said once, not at every try"
    leaves = [line for line in lines(conductor) if "leaves" in line]
    assert len(leaves) == 2 and sizes(conductor, "in_service")[150:].min() == 4, "nobody leaves before his successor serves"


def test_without_rebalancing_what_was_replaced_elsewhere_stays_there() -> None:
    rules = dataclasses.replace(RULES, metric=None, initial=4, launch_s=20.0, rebalance=False)
    plan = group(rules, 20.0)
    conductor = run(dataclasses.replace(plan, faults=(no_power(plan, 2, 50.0, 150.0),)))
    there = [plan.instances[i].place for i in np.flatnonzero(conductor.stage <= 1) if plan.instances[i].node == 2]
    assert there == [3] * 4


def test_a_launch_under_way_in_an_az_that_loses_power_is_lost_and_tried_elsewhere() -> None:
    plan = group(RULES, 100.0)
    conductor = run(dataclasses.replace(plan, faults=(no_power(plan, 2, 40.0, 250.0),)))
    said = lines(conductor)
    assert any("a could not bring up" in line for line in said)
    assert all(" in b" in line for line in said if "launches" in line and 45.0 < float(line.split()[0]) < 250.0)


def test_without_capacity_anywhere_a_group_says_so_once_and_launches_when_there_is() -> None:
    none = fault("no capacity", 30.0, 150.0, lambda live: live.no_launch.fill(True))
    said = lines(run(group(RULES, 100.0, (none,))))
    assert sum("nowhere to launch, 2 of 4" in line for line in said) == 1
    assert next(float(line.split()[0]) for line in said if "launches" in line) == pytest.approx(155.0, abs=5.0)


def test_while_the_control_plane_is_down_nothing_is_launched_and_traffic_goes_on() -> None:
    conductor = run(group(RULES, ((0.0, 40.0), (50.0, 100.0)), (uncontrolled(20.0, 200.0),)))
    said = lines(conductor)
    assert [line for line in said if "control plane" in line] == [
        "85 web: the control plane is down, nothing is launched or replaced", "205 web: the control plane answers again",
    ]  # fmt: skip
    assert sizes(conductor, "launching")[:204].sum() == 0 < sizes(conductor, "launching")[206]
    assert (conductor.series.inst_completed[60:200, 2:].sum(axis=1) >= 99).all(), "at the limit of its two instances"


def test_a_failover_waits_for_its_control_plane() -> None:
    store = Store(("a", "b"), 50, None, Distribution("constant", 0.01), Failover(1.0, 0.5, 3, 1.0, 1.0, 1.0, 5.0))
    nodes: dict[str, Behaviour] = {"users": Source(((0.0, 50.0),), "even"), "db": store}
    faults = (down(20.0, 1e9, [1], BLACK_HOLE), uncontrolled(10.0, 60.0))
    conductor = run(make_plan(nodes, {("users", "db"): CallPolicy(1.0)}, duration_s=100.0, faults=faults))
    assert [e.text for e in conductor.events if e.kind == "role"][:2] == [
        "db: the primary db[0] is lost and the control plane is down, nothing can be promoted",
        "db: the primary db[0] is lost and the control plane answers again",
    ]
    promoted = next(e.t_s for e in conductor.events if e.data.get("phase") == "promote")
    ok = conductor.series.start_ends[:, 0, 0]
    assert 62.0 < promoted < 64.0 and ok[25:60].sum() == 0 < ok[70:].min()


def test_a_leaving_instance_finishes_what_it_has_or_is_cut_off_when_its_time_is_up() -> None:
    slow = Distribution("constant", 30.0)
    rules = dataclasses.replace(RULES, initial=3, points_in=1, metric="requests_per_target", target=1000.0)
    patient = dataclasses.replace(rules, drain_s=100.0)
    killed = {}
    for name, some in (("patient", patient), ("impatient", rules)):
        plan = group(some, 1.0, concurrency=100, service=slow)
        policy = dataclasses.replace(plan.edges[0].policy, timeout_s=60.0)
        series = run(dataclasses.replace(plan, edges=tuple(dataclasses.replace(e, policy=policy) for e in plan.edges))).series
        killed[name] = int(series.inst_killed.sum())
        assert (series.start_ends[:, 0, OUTCOMES.index("refused")].sum() > 0) == (name == "impatient")
    assert killed["patient"] == 0 and killed["impatient"] > 0


def test_a_place_is_used_again_and_its_new_instance_is_trusted_afresh() -> None:
    rules = dataclasses.replace(RULES, metric=None, initial=2, least=1, most=2, launch_s=5.0, health="elb")
    check = HealthCheck(5.0, 1.0, 2, 5)
    plan = group(rules, 20.0, check=check, azs=("a", "b"))
    conductor = run(dataclasses.replace(plan, faults=(down(50.0, 60.0, [2], REFUSED),)))
    arrived = conductor.series.inst_arrived[:, 2]
    back = next(float(line.split()[0]) for line in lines(conductor) if "web[0] is in service" in line)
    assert arrived[int(back) + 1] == 10, "from the first second on, without five passed checks"


def test_a_group_costs_its_instances_from_launch_to_termination() -> None:
    scenario = parse(document(duration_s=600))
    summary = simulate(scenario).summary["nodes"]
    plan = simulate(scenario)
    stage = plan.series.inst_stage[:, 2:]
    assert summary["web"]["instance_s"] == (stage != STAGES.index("terminated")).sum() > 600 * 2
    assert summary["web"]["launching_s"] == (stage == STAGES.index("launching")).sum() > 0
    fixed = parse(document(duration_s=600, autoscaling=None))
    assert simulate(fixed).summary["nodes"]["web"]["instance_s"] == 2 * 600


def document(autoscaling: Any = "default", duration_s: float = 300, **web: Any) -> dict[str, Any]:
    default = {"min": 2, "max": 6, "target": 0.5, "launch_s": 30, "period_s": 20, "metric_delay_s": 10}
    node = {"id": "web", "kind": "ec2_asg", "instances": 2, "concurrency": 2, "service": {"exponential": 0.04}} | web
    if autoscaling is not None:
        node["autoscaling"] = default if autoscaling == "default" else autoscaling
    return {
        "faultline": 1, "duration_s": duration_s, "regions": [{"id": "r", "azs": ["a", "b"]}],
        "nodes": [{"id": "users", "kind": "clients", "rate_per_s": 80}, {"id": "front", "kind": "alb"}, node],
        "edges": [{"from": "users", "to": "front"}, {"from": "front", "to": "web"}],
    }  # fmt: skip


def test_the_document_s_group_has_the_defaults_of_aws() -> None:
    web = parse(document({"min": 2, "max": 6})).node("web")
    rules = web.lower(parse(document()).geography).autoscaling  # type: ignore[union-attr]
    assert rules == Autoscaling(initial=2, least=2, most=6, metric="cpu", target=0.5)


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"autoscaling": {"min": 5, "max": 3}}, "nodes.web.autoscaling.max", "at least min = 5"),
        ({"autoscaling": {"min": 3, "max": 5}}, "nodes.web.instances", "between autoscaling's min and max, 3 and 5, not 2"),
        ({"autoscaling": {"max": 5, "target": 50}}, "nodes.web.autoscaling.target", "0 to 1, not 50"),
        ({"autoscaling": {"max": 5, "metric": "backlog_per_worker"}}, "nodes.web.autoscaling.queue", "is missing"),
        ({"autoscaling": {"max": 5, "queue": "front"}}, "nodes.web.autoscaling.queue", "not by cpu"),
        ({"autoscaling": {"max": 5, "metric": "backlog_per_worker", "queue": "front"}}, "nodes.web.autoscaling.queue", "no queue"),
    ],
)
def test_a_group_that_cannot_be_is_answered_with_what_would_be_right(change: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(ScenarioError) as problem:
        parse(document(**change))
    assert any(p.path == path and words in p.message for p in problem.value.problems), problem.value.problems


def test_losing_an_az_s_power_stops_launches_there_and_a_region_s_control_plane_stops_all() -> None:
    faults = [
        {"kind": "az_power_loss", "target": "a", "at_s": 1, "for_s": 9},
        {"kind": "insufficient_capacity", "target": "b", "at_s": 5, "for_s": 10},
        {"kind": "control_plane_down", "target": "r", "at_s": 12, "for_s": 10},
    ]  # fmt: skip
    plan = lower(parse(document() | {"faults": faults}))
    places = np.array([plan.places[i.place].id for i in plan.instances])
    web = np.array([i.node == 2 for i in plan.instances])
    closed = {t: set(places[plan.live(t).no_launch & web]) for t in (0, 2, 7, 11, 20)}
    assert closed == {0: set(), 2: {"a"}, 7: {"a", "b"}, 11: {"b"}, 20: set()}
    assert [bool(plan.live(t).uncontrolled[web].all()) for t in (11, 12, 23)] == [False, True, False]
