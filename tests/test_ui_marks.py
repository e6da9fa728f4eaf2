"""Marks: what single nodes, edges and instances have to show, second by second."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from engine.behaviours import Autoscaling
from engine.document import parse
from engine.results.columns import PerSecond
from engine.results.cut import cut
from engine.run import Run
from ui import run_info
from ui.marks import breakers, caches, facts, groups, marks, names, packed, queues
from ui.marks.base import Measured

NAN = math.nan
DOCUMENT = {
    "faultline": 1, "seed": 3, "duration_s": 120, "warmup_s": 0,
    "regions": [{"id": "r", "azs": ["a", "b"]}],
    "nodes": [
        {"id": "people", "kind": "clients", "rate_per_s": 60, "classes": [{"name": "read", "share": 0.7}, {"name": "write", "share": 0.3}],
         "keys": {"count": 300}},
        {"id": "names", "kind": "resolver", "policy": "failover", "ttl_s": 40,
         "health_check": {"interval_s": 5, "timeout_s": 2, "unhealthy": 2, "healthy": 2}},
        {"id": "web", "kind": "ec2_asg", "azs": ["a", "b"], "instances": 2, "concurrency": 8, "service": {"exponential": 0.02},
         "autoscaling": {"min": 1, "max": 4, "metric": "requests_per_target", "target": 20, "period_s": 5, "metric_delay_s": 1,
                         "scale_out_points": 1, "launch_s": 20, "warmup_s": 10}},
        {"id": "spare", "kind": "service", "service": {"constant": 0.01}},
        {"id": "hot", "kind": "cache", "azs": ["a"]},
        {"id": "orders", "kind": "store", "azs": ["a"], "replica_azs": ["b"], "service": {"constant": 0.004}},
        {"id": "jobs", "kind": "queue", "dead_letter": "lost", "max_receives": 2, "visibility_timeout_s": 5},
        {"id": "lost", "kind": "queue"},
        {"id": "worker", "kind": "function", "service": {"constant": 0.1}},
    ],
    "edges": [
        {"from": "people", "to": "names", "timeout_s": 1, "attempts": 2}, {"from": "names", "to": "web"}, {"from": "names", "to": "spare"},
        {"from": "web", "to": "hot"}, {"from": "web", "to": "orders", "cache": "hot", "timeout_s": 1},
        {"from": "web", "to": "jobs", "breaker": {"open_s": 6, "window_s": 4}}, {"from": "jobs", "to": "worker"},
    ],
    "faults": [
        {"kind": "node_down", "target": "web", "at_s": 60, "for_s": 40},
        {"kind": "replication_pause", "target": "orders", "at_s": 20, "for_s": 20},
        {"kind": "errors", "target": "jobs", "share": 1, "at_s": 30, "for_s": 20},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def run() -> Run:
    done = Run(parse(DOCUMENT), seed=3)
    done.advance()
    return done


def measured(run: Run, rows: int | None = None) -> Measured:
    result = run.result()
    if rows is None:
        return Measured(run.plan, result.series, result.per_second, result.log)
    series = cut(dataclasses.replace(result.series, reached_s=rows))
    return Measured(run.plan, series, PerSecond(run.plan, series), [e for e in result.log if e.t_s < rows])


def column(of: Measured, item: str, field: str) -> np.ndarray:
    (found,) = (m.values for m in marks(of) if (m.item, m.field) == (item, field))
    return np.asarray(found, np.float64)


def test_a_run_that_goes_on_only_ever_adds_rows(run: Run) -> None:
    whole, half = measured(run), measured(run, 50)
    assert [(m.item, m.field) for m in marks(half)] == [(m.item, m.field) for m in marks(whole)]
    assert np.array_equal(packed(marks(half), 50, 1), packed(marks(whole), 120, 1)[:50], equal_nan=True)


@pytest.mark.parametrize("rows", [0, 1, 2, 9, 10, 11])
def test_a_run_may_be_shown_after_a_second(run: Run, rows: int) -> None:
    few, whole = measured(run, rows), measured(run)
    assert np.array_equal(packed(marks(few), rows, 1), packed(marks(whole), 120, 1)[:rows], equal_nan=True)


def test_a_subject_that_fails_leaves_out_its_own_marks_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(caches, "cold", lambda held: held[None][1])
    items = {m.field for m in marks(measured(run))}
    assert "hit_ratio" not in items and {"lag_s", "open", "oldest_s"} <= items
    assert "ui.marks.caches failed" in caplog.text


def test_a_subject_that_fails_leaves_out_its_own_facts_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = facts(measured(run))
    monkeypatch.setattr(caches, "facts", lambda plan: plan.nothing)
    assert set(facts(measured(run))) <= set(whole) and len(facts(measured(run))) > 0
    assert "ui.marks.caches failed" in caplog.text


def test_every_mark_belongs_to_something_of_the_plan_and_is_there_once(run: Run) -> None:
    plan = run.plan
    items = {n.id for n in plan.nodes} | {e.id for e in plan.edges} | {p.id for p in plan.places}
    items |= {f"{plan.nodes[i.node].id}[{i.index}]" for i in plan.instances}
    named = [(m.item, m.field) for m in marks(measured(run))]
    assert {item for item, _ in named} <= items and len(set(named)) == len(named)
    assert set(facts(measured(run))) <= items


def test_a_paused_replica_falls_behind_by_a_second_each_second(run: Run) -> None:
    paused, lag_s = column(measured(run), "orders[1]", "paused"), column(measured(run), "orders[1]", "lag_s")
    assert paused.tolist() == [0.0] * 20 + [1.0] * 20 + [0.0] * 80
    assert np.allclose(np.diff(lag_s[25:39]), 1, atol=0.2)


def test_a_breaker_counts_down_to_its_next_probe(run: Run) -> None:
    opened, left = column(measured(run), "web->jobs", "open"), column(measured(run), "web->jobs", "probes_in_s")
    assert opened[35] >= 1
    assert np.array_equal(np.isfinite(left), opened > 0)
    assert np.nanmax(left) <= 6 and np.nanmin(left) >= 0


def test_the_first_to_open_is_the_first_to_probe() -> None:
    opened = np.array([0, 1, 1, 3, 3, 2, 0])
    assert np.array_equal(breakers.probes_in_s(opened, 4), [NAN, 4, 3, 2, 1, 2, NAN], equal_nan=True)
    assert np.array_equal(breakers.probes_in_s(np.ones(6), 2), [2, 1, 0, 2, 1, 0]), "one that opened again at once starts anew"


def test_a_backlog_drains_as_fast_as_in_the_last_ten_seconds() -> None:
    waiting = np.array([100.0] * 10 + [90.0, 80.0, 200.0])
    assert np.array_equal(queues.drain_s(waiting), [NAN] * 10 + [90.0, 40.0, NAN], equal_nan=True)
    assert np.isnan(queues.drain_s(np.array([5.0]))).all()


def test_a_cache_is_cold_while_it_is_empty_or_fills_fast() -> None:
    held = np.array([0, 100, *[500] * 12, 0, 0, 50, 400, 450, *[460] * 12])
    cold = caches.cold(held)
    assert cold[:2].all() and not cold[12:14].any() and cold[14:24].all() and not cold[-1]


def test_an_instance_fills_over_the_length_of_its_stage() -> None:
    rules = Autoscaling(initial=1, least=1, most=2, metric="cpu", target=0.5, launch_s=4, warmup_s=2)
    stage = np.array([[4], [2], [2], [2], [2], [1], [1], [0], [0]])
    assert groups.lives(stage, rules)[:, 0].tolist() == [4.0, 2.0, 2.25, 2.5, 2.75, 1.0, 1.5, 0.0, 0.0]
    assert groups.lives(stage[:0], rules).shape == (0, 1)


def test_a_group_shows_how_many_are_wanted_from_the_decision_on(run: Run) -> None:
    of = measured(run)
    wanted = column(of, "web", "wanted")
    decided = next(e for e in of.log if e.kind == "scaling" and e.data["desired"] != 2)
    assert wanted[0] == 2 and wanted[int(decided.t_s)] == decided.data["desired"]


def test_stale_answers_decay_in_a_straight_line_over_the_ttl() -> None:
    first, second = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    stale = names.stale_share([(-math.inf, first), (10.0, second)], 40, 20.0)
    assert np.allclose(stale[:9], 0), "row 9 ends as the answer changes"
    assert np.allclose(stale[9:29], 1 - np.arange(20) / 20)
    assert np.allclose(stale[29:], 0)


def test_only_the_answers_that_changed_are_stale() -> None:
    half = np.array([0.5, 0.5])
    assert names.stale_share([(-math.inf, half), (0.0, np.array([1.0, 0.0]))], 1, 10.0)[0] == pytest.approx(0.45)
    assert names.stale_share([(-math.inf, half), (0.0, np.zeros(2))], 1, 10.0)[0] == pytest.approx(0.9), "an empty answer is another one"
    assert names.stale_share([(-math.inf, half), (0.0, np.ones(2))], 5, 0.0).sum() == 0, "without a TTL nothing is kept"


def test_callers_of_a_name_have_stale_answers_after_its_failover(run: Run) -> None:
    of = measured(run)
    turned = next(e.t_s for e in of.log if e.kind == "unhealthy" and e.node == "names")
    stale = column(of, "people->names", "stale")
    assert stale[: int(turned)].max() == 0
    assert stale[int(turned)] > 0.9 and stale[int(turned) + 20] == pytest.approx(0.5, abs=0.05)
    assert facts(of)["people->names"] == {"ttl_s": 40}


def test_what_follows_an_old_answer_is_astray_until_nobody_holds_it(run: Run) -> None:
    of = measured(run)
    turned = int(next(e.t_s for e in of.log if e.kind == "unhealthy" and e.node == "names"))
    old, new = column(of, "names->web", "astray"), column(of, "names->spare", "astray")
    assert old[:turned].max() == 0 and (old[turned : turned + 38] == 1).all(), "all that still goes there goes by an old answer"
    assert new[: turned + 38].max() == 0
    held, given = names.held_and_given([(-math.inf, np.array([1.0, 0.0])), (0.0, np.array([0.5, 0.5]))], 4, 4.0)
    assert held[:, 0].tolist() == pytest.approx([0.875, 0.75, 0.625, 0.5]) and (given == 0.5).all()


def test_a_resolver_believes_in_a_record_until_its_checks_have_failed(run: Run) -> None:
    of = measured(run)
    turned = int(next(e.t_s for e in of.log if e.kind == "unhealthy" and e.node == "names"))
    up, believed, streak = (column(of, "names->web", field) for field in ("up", "believed", "streak"))
    assert up[:60].all() and not up[60:99].any(), "the truth"
    assert believed[:turned].all() and not believed[turned:100].any(), "the belief"
    assert streak[:60].max() == 0 and streak[turned - 1] == 1 and streak[turned] == 0
    assert column(of, "names->spare", "believed").all()
    assert facts(of)["names->web"] == {"unhealthy": 2, "healthy": 2}


def test_a_fault_says_how_badly_things_work() -> None:
    document = {**DOCUMENT, "faults": [
        {"id": "grey", "kind": "az_grey", "target": "a", "at_s": 10}, {"id": "slow", "kind": "slow", "target": "spare", "at_s": 10},
        {"id": "late", "kind": "latency", "target": "web->orders", "add_s": 0.1, "at_s": 10},
        {"id": "off", "kind": "node_down", "target": "web", "at_s": 10},
    ]}  # fmt: skip
    grey = {f["id"]: f["grey"] for f in run_info.faults(Run(parse(document)).plan)}
    assert grey == {"grey": {"a": "+200 ms, 15 % loss"}, "slow": {"spare": "5 × the time"}, "late": {"web->orders": "+100 ms"}, "off": {}}


def test_a_cache_with_replicas_is_shown_with_its_shards_and_the_lag_of_their_copies() -> None:
    near = {"id": "near", "kind": "elasticache", "azs": ["a", "b"], "instances": 2, "replicas": 1, "capacity": 100}
    users = {"id": "people", "kind": "clients", "rate_per_s": 50, "keys": {"count": 1000}}
    nodes = [users, {"id": "web", "kind": "service"}, near, {"id": "orders", "kind": "store"}]
    edges = [{"from": "people", "to": "web"}, {"from": "web", "to": "near"}, {"from": "web", "to": "orders", "cache": "near"}]
    document = {"faultline": 1, "duration_s": 5, "regions": [{"id": "r", "azs": ["a", "b"]}], "nodes": nodes, "edges": edges}
    run = Run(parse(document))
    run.advance()
    of = measured(run)
    assert (facts(of)["near"]["partitions"], facts(of)["near"]["places"]) == (2, 200)
    assert {"near[1]", "near[3]"} <= {m.item for m in marks(of) if m.field == "lag_s"}
