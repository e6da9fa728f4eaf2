"""The network: jitter, loss, grey zones, what it carries; and throttling."""

from __future__ import annotations

import dataclasses
import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import simulate
from engine.behaviours import Balancer, CallPolicy, Distribution, HealthCheck, Source, Station
from engine.document import parse
from engine.live import Live
from engine.lowering import lower
from engine.oracle import Oracle
from engine.outcomes import OUTCOMES
from engine.plan import HOPS, Plan
from engine.series import EXTRAS
from engine.validation.plans import fault, make_plan
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_network import network_fault, random_network_plan, random_rough_queue_plan
from tests.documents import shop
from tests.test_invariants import assert_branch_is_exact, run
from tests.test_oracle import differences
from tests.test_oracle_edges import more_differences
from tests.test_theory import assert_close, estimate

SEEDS = st.integers(0, 10_000)
OFTEN = settings(max_examples=15, deadline=None, derandomize=True)


@pytest.mark.parametrize("seed", range(45))
def test_kernel_and_oracle_agree_on_every_count_over_a_rough_network(seed: int) -> None:
    plan = random_network_plan(seed)
    assert more_differences(plan) == {}


@pytest.mark.parametrize("seed", range(25))
def test_kernel_and_oracle_agree_on_every_message_of_a_queue_over_a_rough_network(seed: int) -> None:
    assert differences(random_rough_queue_plan(seed)) == {}


@pytest.mark.parametrize("seed", range(8))
def test_kernel_and_oracle_send_the_same_messages_over_the_same_kinds_of_way(seed: int) -> None:
    plan = dataclasses.replace((random_rough_queue_plan if seed % 2 else random_network_plan)(seed), warmup_s=3.0)
    sent = np.zeros((len(plan.edges), 2, len(HOPS)), int)
    for (e, direction, hop), n in Oracle(plan, exact=True).run().messages.items():
        sent[e, direction, hop] = n
    assert np.array_equal(run(plan).series.total_messages, sent) and sent.sum() > 50


def one_call(policy: CallPolicy, network: dict[str, float], apply: object = None, **more: object) -> Plan:
    nodes = {"users": Source(((0.0, 500.0),)), "web": Station(("a",), 100_000, None, Distribution("constant", 0.01))}
    faults = (fault("fault", 0.0, math.inf, apply),) if apply else ()  # type: ignore[arg-type]
    plan = make_plan(nodes, {("users", "web"): policy}, duration_s=20.0, faults=faults, **network)  # type: ignore[arg-type]
    return dataclasses.replace(plan, **more)  # type: ignore[arg-type]


def test_jitter_spreads_latency_around_the_design() -> None:
    # two one-way times, each uniform in 0.05 · (1 ± 0.4) s: mean 0.11 s with the service, between 0.07 and 0.15 s
    found = estimate(
        lambda seed: one_call(CallPolicy(5.0), {"client_s": 0.1}, jitter=0.4, seed=seed),
        lambda s: float(s.total_latency_s[0] / s.total_ends[0, 0]),
    )
    assert_close(found[0], 0.11)
    series = run(one_call(CallPolicy(5.0), {"client_s": 0.1}, jitter=0.4)).series
    assert 0.07 <= series.total_fastest_s[0] < 0.075 and 0.145 < series.total_slowest_s[0] <= 0.15


def test_jitter_of_two_clients_is_not_the_same() -> None:
    nodes = {"a": Source(((0.0, 50.0),), "even"), "b": Source(((0.0, 50.0),), "even"),
             "web": Station(("a",), 1000, None, Distribution("constant", 0.01))}  # fmt: skip
    plan = make_plan(nodes, {("a", "web"): CallPolicy(5.0), ("b", "web"): CallPolicy(5.0)}, duration_s=20.0, client_s=0.1)
    series = run(dataclasses.replace(plan, jitter=0.5)).series
    assert series.total_latency_s[0] != series.total_latency_s[1]


def test_loss_one_way_costs_no_work_and_the_other_way_all_of_it() -> None:
    for answers in (False, True):

        def lossy(live: Live, answers: bool = answers) -> None:
            live.edge_loss[0, int(answers)] = 1.0

        series = run(one_call(CallPolicy(0.5), {}, lossy)).series
        worked = bool(series.inst_completed[:, 1].sum() > 9000)
        assert series.total_ends[0, 0] == 0 and worked is answers
        assert series.edge_extras[:, 0, EXTRAS.index("lost_messages")].sum() == pytest.approx(series.edge_attempts.sum(), abs=20)


def test_a_throttled_request_costs_nothing_and_is_told_at_once() -> None:
    found = estimate(
        lambda seed: one_call(CallPolicy(5.0), {"client_s": 0.02}, lambda live: live.throttle([1], 0.3), seed=seed),
        lambda s: float(s.edge_call_ends[:, 0, OUTCOMES.index("throttled")].sum() / s.edge_call_ends.sum()),
        lambda s: float(s.inst_rejected[:, 1].sum() / s.inst_arrived[:, 1].sum()),
    )
    assert_close(found[0], 0.3)
    assert_close(found[1], 0.3)


def test_in_a_grey_zone_some_checks_fail_and_the_zone_flaps() -> None:
    check = HealthCheck(1.0, 0.5, 2, 2)
    nodes = {"users": Source(((0.0, 100.0),)), "front": Balancer("round_robin", check),
             "web": Station(("a", "b"), 100, None, Distribution("constant", 0.01))}  # fmt: skip

    def grey(live: Live) -> None:
        for a, b in {(2, b) for b in range(4)} | {(a, 2) for a in range(4)}:
            live.path_add_s[a, b] += 0.05
            live.lose_on_path(a, b, 0.3)

    plan = make_plan(nodes, {("users", "front"): CallPolicy(5.0), ("front", "web"): CallPolicy(1.0)}, duration_s=300.0,
                     faults=(fault("grey", 20.0, 280.0, grey),))  # fmt: skip
    conductor = run(plan)
    turns = [e.kind for e in conductor.events if e.kind in ("healthy", "unhealthy")]
    assert turns.count("unhealthy") > 3 and turns.count("healthy") > 3
    assert {e.data["target"] for e in conductor.events if e.kind == "unhealthy"} == {"web[0]"}


@OFTEN
@given(SEEDS, st.integers(1, 18))
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int, second: int) -> None:
    plan = (random_rough_queue_plan if seed % 2 else random_network_plan)(seed)
    extra = network_fault(random.Random(seed), plan, 20.0)
    assert_branch_is_exact(plan, extra, second)


@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_nothing_is_left_behind(seed: int) -> None:
    s = run(quiet_after(random_network_plan(seed), 15.0, 120.0)).world[0]
    left = {"frames": int(s["in_use"]), "busy": int(s["inst"]["busy"].sum()), "queued": int(s["inst"]["queued"].sum())}
    assert left == dict.fromkeys(left, 0)


@OFTEN
@given(SEEDS)
def test_overlapping_faults_heal_back_to_the_design(seed: int) -> None:
    r, plan = random.Random(seed), random_network_plan(seed)
    faults = [dataclasses.replace(network_fault(r, plan, 20.0), start_s=2 + r.random() * 8, end_s=10.5 + r.random() * 8) for _ in range(5)]
    s = run(dataclasses.replace(plan, faults=tuple(faults), duration_s=25.0)).world[0]
    n, e = int(s["n_place"]), int(s["n_edge"])
    assert not s["path_add"][:n, :n].any() and not s["path_loss"][:n, :n].any() and not s["inst"]["throttle_share"].any()
    assert not s["edges"]["lose_request"][:e].any() and not s["edges"]["lose_answer"][:e].any() and s["rough"] == (plan.jitter > 0)


# ---- documents ----
def test_a_grey_zone_reaches_every_way_into_it_and_out_of_it() -> None:
    grey = {"kind": "az_grey", "target": "us-east-1a", "at_s": 10, "add_s": 0.2, "share": 0.1}
    plan = lower(parse(shop(faults=[grey, {**grey, "target": "us-east-1b"}]), "test"))
    live = plan.live(20.0)
    place = {p.id: i for i, p in enumerate(plan.places)}
    a, b, region, outside = (place[x] for x in ("us-east-1a", "us-east-1b", "us-east-1", "outside"))
    assert live.path_add_s[a, region] == live.path_add_s[outside, a] == live.path_add_s[a, a] == 0.1 and live.path_add_s[a, b] == 0.2
    assert live.path_loss[a, b] == pytest.approx(1 - 0.9**2) and live.path_loss[region, outside] == 0


def test_loss_needs_an_edge_or_two_places() -> None:
    over = {"kind": "loss", "target": "web->orders", "at_s": 0, "share": 0.2, "one_way": True}
    live = lower(parse(shop(faults=[over]), "test")).live(1.0)
    assert live.edge_loss[2].tolist() == [pytest.approx(0.2), 0.0] and not live.path_loss.any()
    between = {"kind": "loss", "between": ["us-east-1a", "us-east-1b"], "at_s": 0, "share": 0.2}
    assert (lower(parse(shop(faults=[between]), "test")).live(1.0).path_loss > 0).sum() == 2


def test_the_summary_says_what_the_network_carried() -> None:
    data = shop(duration_s=20)
    data["edges"][0] |= {"request_kb": 2, "response_kb": 8}
    summary = simulate(parse(data, "test")).summary
    started, traffic = summary["requests"]["started"], summary["traffic"]
    assert traffic["internet"] == {"requests": started, "gb": pytest.approx(started * 10 / 1e6, rel=0.01)}
    assert traffic["cross_region"] == {"requests": 0, "gb": 0.0} and traffic["cross_az"]["requests"] > 0.9 * started
    assert sum(t["requests"] for t in traffic.values()) == sum(e["attempts"] for e in summary["edges"].values())
