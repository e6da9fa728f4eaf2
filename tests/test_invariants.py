"""What must hold in every run of every system."""

from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.behaviours import Balancer, CallPolicy, Distribution, Failover, HealthCheck, Source, Station, Store
from engine.control.conductor import Conductor
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.live import REFUSED
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import Series
from engine.validation.plans import down, fault, make_plan, mm, random_fault, random_plan

SEEDS = st.integers(0, 10_000)
OFTEN = settings(max_examples=25, deadline=None, derandomize=True)


def run(plan: Plan) -> Conductor:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    conductor.sync()
    return conductor


def equal(a: Series, b: Series) -> list[str]:
    """Names of the series that differ anywhere; bit for bit, NaN equal to NaN."""
    names = [f.name for f in fields(a) if isinstance(getattr(a, f.name), np.ndarray)]
    return [n for n in names if not np.array_equal(getattr(a, n), getattr(b, n), equal_nan=getattr(a, n).dtype.kind == "f")]


@OFTEN
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    a, b = run(random_plan(seed, 15.0)), run(random_plan(seed, 15.0))
    assert equal(a.series, b.series) == [] and a.events == b.events


@OFTEN
@given(SEEDS, st.lists(st.integers(1, 15 * TICKS_PER_S), max_size=40))
def test_stopping_anywhere_and_going_on_changes_nothing(seed: int, stops: list[int]) -> None:
    whole, pieces = run(random_plan(seed, 15.0)), Conductor(random_plan(seed, 15.0))
    for stop in sorted(stops):
        pieces.run_to(stop)
    pieces.run_to(pieces.end)
    assert equal(whole.series, pieces.sync()) == [] and whole.events == pieces.events


def assert_branch_is_exact(plan: Plan, extra: PlanFault, second: int) -> None:
    """Branching at ``second`` with one more fault gives the bytes of a run that had it from the start, and shares everything before."""
    extra = dataclasses.replace(extra, start_s=float(second), end_s=second + 5.0)
    with_fault = dataclasses.replace(plan, faults=(*plan.faults, extra))
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    branch = first.branch(with_fault, ticks(second))
    branch.run_to(branch.end)
    fresh = run(with_fault)
    assert equal(branch.sync(), fresh.series) == [] and branch.events == fresh.events
    assert branch.series.lost_writes == fresh.series.lost_writes
    assert branch.series.equal_until(first.sync(), second)


@OFTEN
@given(SEEDS, st.integers(1, 28))
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int, second: int) -> None:
    plan = random_plan(seed)
    extra = random_fault(random.Random(seed), plan, plan.duration_s)
    assert_branch_is_exact(plan, extra, second)


@OFTEN
@given(SEEDS)
def test_a_branch_of_a_branch_and_the_way_back_are_exact_too(seed: int) -> None:
    plan = random_plan(seed)
    extra = dataclasses.replace(random_fault(random.Random(seed), plan, 30.0), start_s=12.0, end_s=17.0)
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    there = first.branch(dataclasses.replace(plan, faults=(*plan.faults, extra)), ticks(12.0))
    there.run_to(ticks(20.0))
    back = there.branch(plan, ticks(12.0))
    back.run_to(back.end)
    assert equal(back.sync(), first.sync()) == [] and back.events == first.events


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_nothing_is_left_behind(seed: int) -> None:
    plan = random_plan(seed, 30.0)
    quiet = tuple(
        dataclasses.replace(n, behaviour=dataclasses.replace(n.behaviour, segments=(*n.behaviour.segments, (20.0, 0.0))))
        if isinstance(n.behaviour, Source) else n for n in plan.nodes
    )  # fmt: skip
    faults = tuple(dataclasses.replace(f, end_s=min(f.end_s, 28.0)) for f in plan.faults)
    conductor = run(dataclasses.replace(plan, nodes=quiet, faults=faults, duration_s=120.0))
    s = conductor.world[0]
    left = {
        "frames": int(s["in_use"]), "busy": int(s["inst"]["busy"].sum()), "queued": int(s["inst"]["queued"].sum()),
        "outstanding": int(np.abs(s["targets"]["out"]).sum()), "open": int(np.abs(s["sites"]["inflight"]).sum()),
        "stalled": int((s["inst"]["stall_head"][: s["n_inst"]] >= 0).sum()),
    }  # fmt: skip
    assert left == dict.fromkeys(left, 0)


@OFTEN
@given(SEEDS)
def test_every_instance_accounts_for_everything_that_arrived(seed: int) -> None:
    conductor = run(random_plan(seed, 20.0))
    series, s = conductor.series, conductor.world[0]
    present = np.zeros(len(conductor.plan.instances), int)
    frames = s["frames"][: s["n_used"]]
    for state in range(4, 10):  # WAIT … BACKOFF
        np.add.at(present, frames["inst"][(frames["state"] == state)], 1)
    ended = (series.inst_completed.astype(int) + series.inst_rejected + series.inst_killed).sum(0)
    assert (series.inst_arrived.sum(0) == ended + present).all()
    slots = np.array([i.slots for i in conductor.plan.instances])
    assert (series.inst_busy_s <= slots * series.inst_up_s + 1e-6).all()


def test_an_unrelated_node_changes_nobody_elses_traffic() -> None:
    nodes = {"users": Source(((0.0, 100.0),)), "web": Station(("a", "b"), 2, 5, Distribution("lognormal", 0.02, 0.5))}
    edges = {("users", "web"): CallPolicy(0.1, 3)}
    alone = run(make_plan(nodes, edges, duration_s=30.0)).series
    more = {"early": Source(((0.0, 77.0),)), "other": Station(("a",), 1, None, Distribution("exponential", 0.01))} | nodes
    together = run(make_plan(more, {("early", "other"): CallPolicy(5.0)} | edges, duration_s=30.0)).series
    assert np.array_equal(alone.edge_attempt_ends[:, 0], together.edge_attempt_ends[:, 1])
    assert np.array_equal(alone.start_ends[:, 0], together.start_ends[:, 1])


@OFTEN
@given(SEEDS, st.randoms(use_true_random=False))
def test_overlapping_faults_heal_in_any_order_back_to_the_design(seed: int, order: random.Random) -> None:
    plan = random_plan(seed)
    faults = [random_fault(order, plan, 20.0) for _ in range(5)]
    shuffled = [dataclasses.replace(f, start_s=2.0 + order.random() * 8, end_s=10.5 + order.random() * 8) for f in faults]
    conductor = run(dataclasses.replace(plan, faults=tuple(shuffled), duration_s=25.0))
    s, live = conductor.world[0], plan.live()
    inst, edges, n = s["inst"][: live.n_instances], s["edges"][: live.n_edges], live.n_places
    assert (inst["down"] == 0).all() and (inst["slow"] == 1).all() and (inst["error_share"] == 0).all()
    assert all((edges[name] == 0).all() for name in ("add", "cut_request", "cut_answer"))
    assert not s["path_cut"][:n, :n].any()


def test_two_slow_downs_multiply_and_heal_one_by_one() -> None:
    def slow(start: float, end: float, factor: float) -> object:
        return fault("slow", start, end, lambda live: live.slow.__imul__(np.array([1.0, factor])))

    plan = mm(1.0, 1, Distribution("constant", 0.01), duration_s=40.0, faults=(slow(10.0, 30.0, 2.0), slow(20.0, 40.0, 3.0)))
    series = run(plan).series
    spans = ((0, 10), (10, 20), (20, 30), (30, 40))
    busy = [series.inst_busy_s[a:b, 1].sum() / max(1, series.inst_completed[a:b, 1].sum()) for a, b in spans]
    assert busy == pytest.approx([0.01, 0.02, 0.06, 0.03], rel=1e-3)


def test_four_simultaneous_arrivals_on_four_idle_servers_take_one_service_time_each() -> None:
    plan = mm(1.0, 4, Distribution("constant", 1.0), duration_s=30.0)
    plan = dataclasses.replace(plan, nodes=(dataclasses.replace(plan.nodes[0], behaviour=Source(((0.0, 4.0),), "even", 4)), plan.nodes[1]))
    series = run(plan).series
    assert series.total_latency_s[0] / series.total_ends[0, 0] == pytest.approx(1.0)


def test_a_crashed_server_does_not_finish_its_work_and_comes_back_empty() -> None:
    plan = mm(10.0, 1, Distribution("constant", 0.5), duration_s=20.0, faults=(down(5.0, 10.0, [1], REFUSED),))
    series = run(plan).series
    assert series.inst_killed[5, 1] == series.inst_queue[4, 1] + 1
    assert series.inst_completed[5:10, 1].sum() == 0 and series.inst_completed[10, 1] <= 2


def test_a_black_hole_never_answers_and_only_the_timeout_tells() -> None:
    nodes = {"users": Source(((0.0, 50.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 0.01))}
    series = run(make_plan(nodes, {("users", "web"): CallPolicy(2.0)}, duration_s=20.0, faults=(down(0.0, 1e9, [1]),))).series
    assert series.edge_attempt_ends.sum((0, 1))[OUTCOMES.index("ok")] == 0
    assert series.edge_attempt_ends[:2].sum() == 0 and series.edge_attempt_ends[2, 0, OUTCOMES.index("timeout")] == 50


def test_a_success_after_the_timeout_is_no_success_and_not_in_the_percentiles() -> None:
    nodes = {"users": Source(((0.0, 5.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 1.5))}
    series = run(make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=20.0)).series
    assert series.total_ends[0, 0] == 0 and series.total_hist.sum() == 0
    assert series.inst_completed[:, 1].sum() > 80, "the work goes on at the server although nobody waits"


def test_an_answer_in_the_very_tick_of_the_timeout_still_counts() -> None:
    nodes = {"users": Source(((0.0, 5.0),), "even"), "web": Station(("a",), 50, None, Distribution("constant", 1.0))}
    series = run(make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=10.0)).series
    assert series.total_ends[0, OUTCOMES.index("timeout")] == 0 and series.total_ends[0, 0] == 45


def test_a_slot_freed_in_the_tick_of_an_arrival_is_free_for_it() -> None:
    series = run(mm(10.0, 1, Distribution("constant", 0.1), capacity=0, duration_s=10.0)).series
    even = dataclasses.replace(mm(10.0, 1, Distribution("constant", 0.1), capacity=0, duration_s=10.0))
    even = dataclasses.replace(even, nodes=(dataclasses.replace(even.nodes[0], behaviour=Source(((0.0, 10.0),), "even")), even.nodes[1]))
    assert run(even).series.inst_rejected.sum() == 0 < series.inst_rejected.sum()


def test_arrivals_go_on_after_a_window_without_any() -> None:
    nodes = {"users": Source(((0.0, 100.0), (5.0, 0.0), (15.0, 100.0))), "web": Station(("a",), 9, None, Distribution("constant", 0.01))}
    begun = run(make_plan(nodes, {("users", "web"): CallPolicy(1.0)}, duration_s=20.0)).series.start_begun[:, 0]
    assert begun[:5].min() > 50 and begun[5:15].sum() == 0 and begun[15:].min() > 50


def test_a_partition_loses_requests_and_answers_in_flight_and_heals_without_a_trace() -> None:
    nodes = {"users": Source(((0.0, 100.0),), "even"), "web": Station(("a",), 1000, None, Distribution("constant", 0.5))}

    def cut(live: object) -> None:
        live.edge_cut[0] = True  # type: ignore[attr-defined]

    plan = make_plan(nodes, {("users", "web"): CallPolicy(2.0)}, duration_s=20.0, client_s=0.4, faults=(fault("partition", 5.0, 8.0, cut),))
    series = run(plan).series
    timeouts = series.start_ends[:, 0, OUTCOMES.index("timeout")]
    # a request takes 0.2 + 0.5 + 0.2 s: whoever started in the last 0.9 s before the cut, or within it, had a message on the wire
    assert timeouts.sum() == 100 * (3.0 + 0.9) - 50 - 20 + 50 + 20
    assert series.start_ends[8:18, 0, 0].tolist() == [100] * 10


def test_a_write_waits_for_its_standby_until_the_controller_gives_it_up() -> None:
    failover = Failover(1.0, 0.5, 3, 1.0, 1.0, 1.0, 5.0)
    store = Store(("a", "b"), 1000, None, Distribution("constant", 0.01), failover)
    plan = make_plan(
        {"users": Source(((0.0, 50.0),), "even"), "db": store}, {("users", "db"): CallPolicy(60.0)},
        duration_s=60.0, cross_az_s=0.002, faults=(down(10.0, 30.0, [2]),),
    )  # fmt: skip
    conductor = run(plan)
    completed = conductor.series.inst_completed[:, 1]
    given_up = next(e.t_s for e in conductor.events if e.kind == "role" and "goes on without it" in e.text)
    assert 12.0 < given_up < 15.0
    assert completed[11:12].sum() == 0 and completed[int(given_up)] > 100, "stalled writes are acknowledged all at once"
    assert [e.text for e in conductor.events if e.kind == "role"][-1] == "db: db[1] is in sync and stands by"


def test_a_health_check_of_none_never_learns() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),)), "front": Balancer("round_robin", None),
        "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    series = run(make_plan(nodes, edges, duration_s=300.0, faults=(down(50.0, 250.0, [2]),))).series
    assert series.start_ends[100:200, 0, 0].sum() / series.start_begun[100:200].sum() == pytest.approx(0.5, abs=0.01)


def test_all_targets_unhealthy_means_all_are_used() -> None:
    check = HealthCheck(5.0, 1.0, 2, 2)
    nodes = {
        "users": Source(((0.0, 50.0),)), "front": Balancer("round_robin", check),
        "web": Station(("a", "b"), 9, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    edges = {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}
    conductor = run(make_plan(nodes, edges, duration_s=60.0, faults=(down(10.0, 30.0, [2, 3]),)))
    assert "fail_open" in [e.kind for e in conductor.events]
    assert conductor.series.start_ends[31:33, 0, 0].sum() > 80, "traffic flows as soon as they are back, before any check has passed"


INTERPRETED = """
import sys
sys.path.insert(0, "tests")
from engine.validation.plans import random_plan
from test_invariants import run
import hashlib
for seed in (3, 8, 21):
    series = run(random_plan(seed, 3.0)).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "inst_busy_s", "start_hist"))).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes_as_the_compiled_one() -> None:
    root = Path(__file__).resolve().parent.parent
    outputs = [
        subprocess.run(
            [sys.executable, "-c", INTERPRETED], cwd=root, env=os.environ | {"NUMBA_DISABLE_JIT": switch}, capture_output=True, text=True,
        )
        for switch in ("0", "1")
    ]
    assert outputs[1].returncode == 0, outputs[1].stderr[-2000:]
    assert outputs[0].stdout == outputs[1].stdout != ""
