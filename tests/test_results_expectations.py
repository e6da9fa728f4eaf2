"""Every metric `expect:` can name, judged on runs filled by hand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.results import expectations
from engine.results.metrics import SERIES, TOTALS, names
from engine.series import Series
from tests.runs_by_hand import ERROR, RATE, TIMEOUT, fail, fault, plan, result, steady


def judged(s: Series, *expect: dict[str, Any], warmup_s: float = 0) -> list[dict[str, Any]]:
    p = plan(len(s.start_ends), warmup_s=warmup_s, faults=[fault("loss", 120, 200)])
    return result(p, s, expect=expect).expectations


def value(s: Series, **item: Any) -> float | None:
    (line,) = judged(s, item)
    return line["value"]


def outage() -> Series:
    s = steady(plan())
    fail(s, 120, 150, share=0.5)
    return s


def test_a_judged_expectation_is_the_document_s_with_value_and_verdict() -> None:
    wanted = {"metric": "availability", "at_least": 0.9, "because": "half an hour of nothing"}
    assert judged(outage(), wanted) == [wanted | {"value": 0.95, "pass": True}]


def test_a_failed_expectation_says_by_how_much() -> None:
    (line,) = judged(outage(), {"metric": "availability", "at_least": 0.999})
    assert (line["pass"], line["reason"]) == (False, "0.95 is less than 0.999")
    (line,) = judged(outage(), {"metric": "error_ratio", "at_most": 0.01})
    assert line["reason"] == "0.05 is more than 0.01"


def test_windows_are_by_start_time_and_may_reach_into_the_warm_up() -> None:
    s = outage()
    assert value(s, metric="error_ratio", from_s=120, to_s=150) == 0.5
    assert value(s, metric="error_ratio", node="shoppers", from_s=110, to_s=160) == 0.3
    assert value(s, metric="started", from_s=119.5, to_s=150.5) == 30 * RATE
    (line,) = judged(s, {"metric": "error_ratio", "from_s": 120, "to_s": 150}, warmup_s=200)
    assert line["value"] == 0.5


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("requests.ok", 28500), ("failed.timeout", 1500), ("requests.failed.timeout", 1500), ("failed", 1500), ("in_flight", 0),
     ("failed.refused", 0), ("ok_per_s_min", 50), ("failed_per_s_max", 50),
     ("failed.timeout_per_s_max", 50), ("availability_min", 0.5), ("ok_per_s_last", 100),
     ("started_per_s", 100)],
)  # fmt: skip
def test_request_metrics(metric: str, expected: float) -> None:
    assert value(outage(), metric=metric) == expected


def test_latencies_come_by_the_names_of_the_summary_too() -> None:
    s = outage()
    assert value(s, metric="latency_s.p99") == value(s, metric="p99_s") == pytest.approx(0.04, rel=1 / 16)
    assert value(s, metric="latency_s.mean") == value(s, metric="mean_s") == pytest.approx(0.04)
    assert value(s, metric="p99_s", from_s=200, to_s=210) == pytest.approx(0.04, rel=1 / 16)


def test_node_metrics() -> None:
    s = outage()
    s.inst_queue_peak[130, 2], s.inst_queue[130, 2], s.inst_state[130, 3] = 40, 30, 2
    s.edge_attempt_ends[:, 1, ERROR] = RATE
    assert value(s, metric="utilisation", node="web") == 0.5
    assert value(s, metric="present", node="web") == 0
    assert value(s, metric="nodes.web.utilisation", from_s=10, to_s=20) == 0.5
    assert value(s, metric="arrived", node="web", from_s=10, to_s=20) == 10 * RATE
    assert value(s, metric="peak_queue", node="web") == 40
    assert value(s, metric="queue", node="web") == 30
    assert value(s, metric="queue_mean", node="web") == 0.1
    assert value(s, metric="instances_up", node="web") == 1
    assert value(s, metric="error_ratio", node="web") == 0.5
    assert value(s, metric="failed.error", node="web", from_s=0, to_s=10) == 10 * RATE


def test_edge_metrics() -> None:
    s = outage()
    s.edge_attempts[:, 2] = 2 * RATE
    s.edge_latency_s[:, 2, 3] = 0.25
    assert value(s, metric="amplification", edge="web->orders") == 2
    assert value(s, metric="edges.web->orders.retries", from_s=0, to_s=10) == 10 * RATE
    assert value(s, metric="p99_s", edge="web->orders") == 0.25
    assert value(s, metric="failed.timeout", edge="shoppers->front") == 1500
    assert value(s, metric="edges.shoppers->front.failed.timeout") == 1500
    assert value(s, metric="availability", edge="shoppers->front", from_s=120, to_s=150) == 0.5


def test_fault_metrics() -> None:
    s = outage()
    for which in ({}, {"fault": "loss"}, {"fault": "az_power_loss"}, {"fault": "a"}):
        assert value(s, metric="rto_s", **which) == 30
    assert value(s, metric="faults.loss.lost_requests") == 1500
    assert value(s, metric="lost_requests.timeout") == 1500
    assert value(s, metric="phases.detect") == 0


def test_every_listed_metric_has_a_value_or_says_why_not() -> None:
    s = outage()
    owners: tuple[tuple[str, dict[str, str]], ...] = (
        ("requests", {}), ("node", {"node": "web"}), ("edge", {"edge": "web->orders"}), ("fault", {"fault": "loss"}))  # fmt: skip
    for scope, of in owners:
        for metric in (*TOTALS[scope], *SERIES[scope], *(f"{m}_max" for m in SERIES[scope])):
            (line,) = judged(s, {"metric": metric, "at_least": 0} | of)
            assert line["pass"] or (metric.startswith(("hit_ratio", "answer_share")) and line["reason"]), line  # only of caches and names


def test_a_value_that_cannot_be_computed_fails_with_the_reason() -> None:
    s = steady(plan())
    fail(s, 120, 300)
    (line,) = judged(s, {"metric": "rto_s", "at_most": 60})
    assert (line["value"], line["pass"]) == (None, False)
    assert line["reason"] == "loss: availability fell below 0.99 for requests started at 120 s and was not back for good by 300 s"
    (line,) = judged(s, {"metric": "p99_s", "from_s": 130, "to_s": 140, "at_most": 1})
    assert line["reason"] == "nothing happened in that window that it could be computed from"
    (line,) = judged(s, {"metric": "availability", "from_s": 400, "to_s": 500, "at_least": 0})
    assert line["reason"] == "no full second lies in that window; the run reached 300 s"


def test_a_fault_that_has_not_struck_has_no_rto() -> None:
    p = plan(100, faults=[fault("loss", 120)])
    (line,) = result(p, steady(p), expect=[{"metric": "rto_s", "at_most": 60}]).expectations
    assert line["reason"] == "loss starts at 120 s and the run ended at 100 s"


def test_a_fault_that_has_not_struck_does_not_spoil_those_that_have() -> None:
    p = plan(100, faults=[fault("loss", 20), fault("late", 120)])
    s = steady(p)
    fail(s, 20, 50)
    r = result(p, s, expect=[{"metric": "rto_s", "at_most": 60}], rto_s=60)
    assert [line["value"] for line in r.expectations] == [30]
    assert [(line["fault"], line["pass"]) for line in r.objectives] == [("loss", True)]


@pytest.mark.parametrize(
    ("item", "path", "says"),
    [({"metric": "availabilty"}, "expect[0].metric", "there is no metric 'availabilty' of all requests; there are availability, error"),
     ({"metric": "colour", "node": "web"}, "expect[0].metric", "there is no metric 'colour' of node web; there are availability"),
     ({"metric": "utilisation"}, "expect[0].node", "utilisation belongs to a node: say which of shoppers, front, web, orders"),
     ({"metric": "attempts"}, "expect[0].edge", "attempts belongs to an edge: say which of shoppers->front, front->web, web->orders"),
     ({"metric": "load", "node": "wep"}, "expect[0].node", "there is no node 'wep'; there are shoppers, front, web, orders"),
     ({"metric": "rto_s", "fault": "fire"}, "expect[0].fault", "there is no fault 'fire'; there are loss"),
     ({"metric": "latency_s.p42"}, "expect[0].metric", "there is no metric 'p42_s'"),
     ({"metric": "ok", "node": "web", "edge": "front->web"}, "expect[0].metric", "name one of them only")],
)  # fmt: skip
def test_a_misnamed_expectation_is_answered_with_the_list(item: dict[str, str], path: str, says: str) -> None:
    p = plan(10, faults=[fault("loss", 1)])
    ((at, message),) = expectations.problems(p, [item])
    assert at == path
    assert says in message
    (line,) = result(p, steady(p), expect=[item | {"at_least": 0}]).expectations
    assert (line["pass"], line["reason"]) == (False, message)


def test_the_documentation_names_every_metric() -> None:
    text = (Path(__file__).resolve().parent.parent / "docs" / "results.md").read_text(encoding="utf-8")
    general = {n for scope in TOTALS for n in (*TOTALS[scope], *SERIES[scope])}
    for group, whole in (("failed", "CAUSE"), ("lost_requests", "CAUSE"), ("phases", "PHASE")):
        general = {re.sub(rf"^{group}\.[a-z_]+?(_per_s)?$", rf"{group}.{whole}\1", n) for n in general}
    assert [n for n in sorted(general) if f"`{n}`" not in text] == []


def test_the_list_is_readable() -> None:
    assert "failed.CAUSE" in names("requests")
    assert "queue_{min,mean,max,last}" in names("node")
    assert len(names("fault")) < 16


def test_objectives_are_judged_per_fault_where_they_belong_to_one() -> None:
    p = plan(faults=[fault("loss", 120), fault("later", 220)])
    s = steady(p)
    fail(s, 120, 150)
    fail(s, 220, 300)
    lines = result(p, s, availability=0.9, p99_s=0.5, rto_s=60, rpo_s=0).objectives
    assert [(x["metric"], x.get("fault"), x["pass"]) for x in lines] == [
        ("availability", None, False), ("p99_s", None, True), ("rto_s", "loss", True), ("rto_s", "later", False),
        ("rpo_s", "loss", True), ("rpo_s", "later", True),
    ]  # fmt: skip


def test_objectives_count_only_where_the_document_enforces_them() -> None:
    p = plan(100)
    s = steady(p)
    fail(s, 10, 20)
    assert result(p, s, availability=0.999).holds()
    assert not result(p, s, availability=0.999, enforce=True).holds()
    assert s.total_ends[0, TIMEOUT] == 1000
