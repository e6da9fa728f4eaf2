"""The table of what a run yields, gone through on a system that has everything in it."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine import loads, simulate
from engine.results import Result

DOCUMENT = """
faultline: 1
title: Everything at once
seed: 3
duration_s: 480
warmup_s: 10
regions: [{id: here, azs: [a, b]}, {id: there, azs: [c]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 60, keys: {count: 500, zipf: 1.0},
     classes: [{name: read, share: 0.7}, {name: write, share: 0.3}]}
  - {id: names, kind: route53, policy: failover, health_check: {interval_s: 10}}
  - {id: front, kind: alb, region: here}
  - {id: far, kind: alb, region: there}
  - {id: web, kind: ec2_asg, azs: [a, b], instances: 4, concurrency: 8, service: {exponential: 0.02}, autoscaling: {min: 4, max: 8}}
  - {id: spare, kind: service, azs: [c], instances: 2, concurrency: 8, service: {exponential: 0.02}}
  - {id: cache, kind: cache, azs: [a], concurrency: 64, service: {constant: 0.001}, ttl_s: 20}
  - {id: orders, kind: rds, region: here, multi_az: true, primary_az: a, concurrency: 16, service: {exponential: 0.005}}
  - {id: jobs, kind: queue, region: here}
  - {id: workers, kind: service, azs: [b], instances: 1, concurrency: 4, service: {exponential: 0.02}}
edges:
  - {from: users, to: names, timeout_s: 2, attempts: 2}
  - {from: names, to: front}
  - {from: names, to: far}
  - {from: front, to: web}
  - {from: far, to: spare}
  - {from: web, to: cache, timeout_s: 0.5}
  - {from: web, to: orders, timeout_s: 0.5, attempts: 2, cache: cache,
     breaker: {failure_share: 0.5, window_s: 10, minimum_calls: 5, open_s: 5, probes: 2}}
  - {from: web, to: jobs, timeout_s: 1}
  - {from: jobs, to: workers}
faults:
  - {kind: az_power_loss, target: a, at_s: 60, for_s: 200}
  - {kind: instance_crash, target: "spare[0]", at_s: 100, for_s: 100}
objectives: {availability: 0.99}
"""
TABLE = (Path(__file__).resolve().parent.parent / "docs" / "results.md").read_text(encoding="utf-8")
TABLE = TABLE[TABLE.index("## What a run yields, and where") : TABLE.index("## Recovery")]
PLACES = re.findall(r"`((?:nodes|edges|requests|instances|events|traces|summary)\.[\w.]+)`", TABLE[TABLE.index("|---|") :])


@cache
def yielded() -> Result:
    return simulate(loads(DOCUMENT))


def found(place: str) -> Any:
    """What is there: the values of a column that are not missing, the events of a kind, or a part of the summary."""
    where, _, name = place.partition(".")
    result = yielded()
    if where == "events":
        return [e for e in result.log if e.kind == name]
    if where != "summary":
        return getattr(result, where)[name].dropna().tolist()
    part: Any = result.summary
    for key in name.split("."):
        part = [entry[key] for entry in part] if isinstance(part, list) else part[key]
    return part


def test_the_table_is_long() -> None:
    assert len(PLACES) > 80


@pytest.mark.parametrize("place", sorted(set(PLACES)))
def test_what_the_table_says_is_there(place: str) -> None:
    there = found(place)
    assert there is not None and there != []
    if isinstance(there, list) and isinstance(there[0], float) and not place.startswith(("summary", "traces")):
        assert all(math.isfinite(v) for v in there)


@pytest.mark.parametrize(
    "place",
    ["edges.breakers_open", "edges.p999_s", "nodes.oldest_s", "nodes.hit_ratio", "nodes.instances_launching", "edges.answer_share",
     "edges.in_flight", "nodes.present", "requests.p90_s", "nodes.killed_per_s"],
)  # fmt: skip
def test_the_system_gives_these_something_to_say(place: str) -> None:
    assert len(set(found(place))) > 1


def test_percentiles_of_a_second_are_in_order() -> None:
    for table in (yielded().edges, yielded().requests):
        columns = table[["p50_s", "p90_s", "p95_s", "p99_s", "p999_s"]].dropna().to_numpy()
        assert len(columns) > 120 and (columns[:, :-1] <= columns[:, 1:] + 1e-9).all()


def test_what_resolvers_answer_adds_up_and_moves_with_their_belief() -> None:
    edges = yielded().edges
    shares = edges[edges.edge.isin(["names->front", "names->far"])].pivot(index="t_s", columns="edge", values="answer_share")
    assert (shares.sum(axis=1) == 1).all()
    assert edges[edges.edge == "front->web"].answer_share.isna().all()


def test_belief_follows_truth() -> None:
    web = yielded().nodes.query("node == 'web'").set_index("t_s")
    assert web.believed_healthy[50] == 1 and web.instances_up[61] == 2 and web.believed_healthy[61] == 1
    assert 0 < web.believed_healthy[61:259].min() < 1


def test_breakers_say_who_opened_and_why() -> None:
    lines = [e for e in yielded().log if e.kind == "breaker"]
    assert {e.data["state"] for e in lines} >= {"open", "closed"}
    opened = next(e for e in lines if e.data["state"] == "open")
    assert opened.node == "web" and opened.data["edge"] == "web->orders" and 60 < float(str(opened.data["at_s"])) < opened.t_s
    assert "calls in the window had failed" in opened.text
    per_second = yielded().edges.query("edge == 'web->orders'").set_index("t_s").breakers_open
    assert per_second[int(opened.t_s) - 1] > 0


def test_the_error_budget_is_what_the_objective_leaves() -> None:
    summary = yielded().summary
    budget, requests = summary["error_budget"], summary["requests"]
    failed = sum(requests["failed"].values())
    assert budget["allowed"] == pytest.approx(0.01 * (requests["ok"] + failed)) and budget["failed"] == failed
    assert budget["left_share"] == pytest.approx(1 - failed / budget["allowed"])
    assert simulate(loads(DOCUMENT.replace("objectives: {availability: 0.99}", "")), duration_s=12).summary["error_budget"] is None


def test_the_document_that_was_run_is_written_beside_its_result_and_has_its_fingerprint(tmp_path: Path) -> None:
    from engine.results.provenance import fingerprint

    yielded().write(tmp_path)
    written = json.loads((tmp_path / "document.json").read_text(encoding="utf-8"))
    assert fingerprint(written) == yielded().summary["provenance"]["document_sha256"]
    assert fingerprint(loads(json.dumps(written)).to_dict()) == fingerprint(written)


def test_a_breaker_that_dies_with_its_process_has_not_closed() -> None:
    """All calls fail; the breakers of both callers open for longer than the run, in the midst of which they die, on a full second."""
    data = """
faultline: 1
duration_s: 60
nodes:
  - {id: users, kind: clients, rate_per_s: 50}
  - {id: web, kind: service, instances: 2, concurrency: 50}
  - {id: db, kind: service}
edges:
  - {from: users, to: web, timeout_s: 2}
  - {from: web, to: db, timeout_s: 1, breaker: {failure_share: 0.5, window_s: 5, minimum_calls: 5, open_s: 300}}
faults:
  - {kind: errors, target: db, share: 1, at_s: 5}
  - {kind: node_down, target: web, at_s: 30}
"""
    lines = [e for e in simulate(loads(data)).log if e.kind == "breaker"]
    assert [e.data["state"] for e in lines] == ["open"] and lines[0].data["instances"] == 2
