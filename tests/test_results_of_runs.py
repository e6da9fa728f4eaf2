"""Results of real runs: the same whichever way the run was made, and consistent with what it counted."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine import Scenario, loads, simulate
from engine.results import Result
from engine.run import Run

SHOP = """
faultline: 1
title: Shop
seed: 3
duration_s: 120
warmup_s: 10
regions: [{id: r, azs: [a, b]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 100}
  - {id: front, kind: balancer, region: r, health_check: {interval_s: 5, timeout_s: 2, unhealthy: 2, healthy: 2}}
  - {id: web, kind: service, azs: [a, b], instances: 4, concurrency: 4, service: {exponential: 0.02}, queue_capacity: 20}
edges:
  - {from: users, to: front, timeout_s: 1, attempts: 2}
  - {from: front, to: web}
"""
DARK = "faults: [{kind: az_power_loss, target: a, at_s: 40, for_s: 40}]\n"


@pytest.fixture(scope="module")
def shop() -> Scenario:
    return loads(SHOP + DARK)


@pytest.fixture(scope="module")
def whole(shop: Scenario) -> Result:
    return simulate(shop)


def test_a_run_in_pieces_has_the_digest_of_a_run_in_one_go(shop: Scenario, whole: Result) -> None:
    run = Run(shop)
    for until_s in (0.5, 13.37, 40.0, 41.9, 97.0, 120.0):
        run.advance(until_s=until_s)
        run.result().summary  # noqa: B018  a look on the way must not change anything
    assert run.result().digest == whole.digest


def test_a_branched_run_has_the_digest_of_a_run_from_the_start(shop: Scenario, whole: Result) -> None:
    calm = Run(loads(SHOP))
    calm.advance()
    branched = calm.branch(shop)
    branched.advance()
    assert branched.branched_at_s == 40
    assert branched.result().digest == whole.digest != calm.result().digest


def test_requests_are_conserved(whole: Result) -> None:
    requests = whole.summary["requests"]
    assert requests["started"] == requests["ok"] + sum(requests["failed"].values()) + requests["in_flight"]
    blamed = sum(sum(causes.values()) for causes in requests["failed_at"].values())
    assert blamed == sum(requests["failed"].values())


MESSY = """
faultline: 1
seed: 4
duration_s: 150
warmup_s: 35.5
regions: [{id: r, azs: [a, b]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 150}
  - {id: robots, kind: clients, rate_per_s: 30}
  - {id: front, kind: balancer, region: r, health_check: {interval_s: 5, timeout_s: 2, unhealthy: 2, healthy: 2}}
  - {id: web, kind: service, azs: [a, b], instances: 4, concurrency: 8, service: {exponential: 0.02}, queue_capacity: 20}
  - {id: orders, kind: rds, region: r, multi_az: true, primary_az: a, concurrency: 4, service: {exponential: 0.012}}
  - {id: mail, kind: service, concurrency: 2, service: {exponential: 0.1}}
edges:
  - {from: users, to: front, timeout_s: 3, attempts: 3, backoff: {exponential: 0.2, cap_s: 2, jitter: full}}
  - {from: front, to: web}
  - {from: web, to: orders, timeout_s: 1}
  - {from: robots, to: web, timeout_s: 2}
  - {from: robots, to: mail, timeout_s: 2}
faults:
  - {kind: slow, target: orders, factor: 3, at_s: 20, for_s: 30}
  - {kind: az_power_loss, target: a, at_s: 60, for_s: 30}
  - {kind: instance_crash, target: "web[3]", at_s: 100.25, for_s: 20}
  - {kind: node_down, target: web, at_s: 130, for_s: 5}
"""


def test_everything_that_began_at_a_node_or_an_edge_is_accounted_for() -> None:
    run = Run(loads(MESSY))
    abandoned = 0
    for until_s in (30, 61.5, 100, 150):
        run.advance(until_s=until_s)
        summary = run.result().summary
        for id, edge in summary["edges"].items():
            assert edge["calls"] == edge["ok"] + sum(edge["failed"].values()) + edge["abandoned"] + edge["in_flight"], (until_s, id)
            assert edge["in_flight"] >= 0 and edge["attempts"] >= edge["calls"], (until_s, id)
        for id, node in summary["nodes"].items():
            if id not in ("users", "robots"):
                assert node["arrived"] == sum(node[k] for k in ("completed", "rejected", "killed", "present")), (until_s, id)
            assert node["present"] >= 0, (until_s, id)
        abandoned = sum(edge["abandoned"] for edge in summary["edges"].values())
    users, edge = run.result().metrics, summary["edges"]["users->front"]
    assert edge["calls"] == users.of_requests("started", 0, None)
    assert edge["in_flight"] == users.of_requests("in_flight", 0, None)
    assert abandoned > 0


def test_an_instance_holds_what_its_node_says_is_present() -> None:
    whole = simulate(loads(MESSY.replace("duration_s: 150", "duration_s: 62")))
    last = whole.instances[whole.instances.t_s == 61]
    for node in ("web", "orders", "mail"):
        waiting, present = last[last.node == node].queue.sum(), whole.summary["nodes"][node]["present"]
        slots = sum(i.slots for i in whole.plan.instances if whole.plan.nodes[i.node].id == node)
        assert waiting <= present <= waiting + slots, node


def test_totals_are_the_sums_of_the_seconds_after_the_warm_up(whole: Result) -> None:
    late = whole.requests[whole.requests.t_s >= 10]
    requests = whole.summary["requests"]
    assert (late.started_per_s.sum(), late.ok_per_s.sum()) == (requests["started"], requests["ok"])
    web = whole.nodes[(whole.nodes.node == "web") & (whole.nodes.t_s >= 10)]
    end_of_warmup = whole.metrics.of_node("present", whole.plan.node_index("web"), slice(0, 10))
    assert web.arrived_per_s.sum() + end_of_warmup == whole.summary["nodes"]["web"]["arrived"]


def test_the_power_loss_is_found_measured_and_healed(whole: Result) -> None:
    (fault,) = whole.summary["faults"]
    # A probe that goes unanswered for 2 s, and a second one 5 s later: 7 to 12 s after the power went.
    assert 7 <= fault["phases"]["detect"] <= 12
    assert fault["phases"]["detect"] - 2 <= fault["rto_s"] <= fault["phases"]["detect"] + 1
    assert set(fault["lost_requests"]) == {"timeout"}
    assert whole.summary["nodes"]["web"]["killed"] > 0


def test_a_partial_result_covers_what_there_is(shop: Scenario) -> None:
    run = Run(shop)
    run.advance(until_s=30)
    partial = run.result()
    assert [f["began"] for f in partial.summary["faults"]] == [False]
    assert partial.nodes.t_s.max() == 29
    assert partial.summary["requests"]["started"] == pytest.approx(2000, rel=0.1)
    run.advance()
    assert partial.nodes.t_s.max() == 29


def test_health_shows_the_dark_zone_as_strain_not_as_death(whole: Result) -> None:
    nodes = whole.nodes
    web = nodes[(nodes.node == "web") & (nodes.t_s >= 41) & (nodes.t_s < 45)]
    assert (web.instances_up == 2).all()
    assert set(web.health) <= {0, 1, 2}
    assert (nodes.health >= 0).all()


def test_every_summary_is_strict_json(whole: Result) -> None:
    def refuse(name: str) -> Any:
        raise AssertionError(name)

    assert json.loads(whole.to_json(), parse_constant=refuse) == whole.summary
    assert np.isfinite(whole.summary["wall_s"])
