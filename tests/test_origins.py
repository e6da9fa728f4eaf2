"""CloudFront's origin groups: every miss tries the primary first, whatever happened to the one before."""

from __future__ import annotations

import random

import pytest

from engine import simulate
from engine.advice import advise
from engine.document import parse
from engine.validation.measuring import play
from engine.validation.plans import random_fault
from engine.validation.plans_shards import random_plan_of_origins
from tests.documents import said
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences

DOWN = {"kind": "node_down", "target": "first", "at_s": 20, "for_s": 60, "mode": "black_hole"}


@pytest.mark.parametrize("seed", range(30))
def test_kernel_and_oracle_agree_on_origin_groups(seed: int) -> None:
    assert differences(random_plan_of_origins(seed)) == {}


def test_random_origin_groups_do_ask_their_second_origin() -> None:
    asked = 0
    for seed in range(10):
        conductor = play(random_plan_of_origins(seed))
        second = next(e for e, edge in enumerate(conductor.plan.edges) if edge.id == "edge->spare")
        asked += int(conductor.series.edge_calls[:, second].sum())
    assert asked > 200


@pytest.mark.parametrize("seed", range(3))
def test_a_branch_of_a_run_with_an_origin_group_is_exact(seed: int) -> None:
    plan = random_plan_of_origins(seed)
    assert_branch_is_exact(plan, random_fault(random.Random(seed), plan, 30.0, store=False), 9)


def site(*faults, timeout_s=4.0, share=1.0, second="spare", **more):
    """A document: everything a viewer asks for is a miss at the edge, two origins behind it."""
    return {
        "faultline": 1, "seed": 3, "duration_s": 100, "faults": list(faults),
        "nodes": [
            {"id": "viewers", "kind": "clients", "rate_per_s": 50,
             "classes": [{"name": "read", "share": share}] + ([{"name": "write", "share": 1 - share}] if share < 1 else [])},
            {"id": "cdn", "kind": "cloudfront", "hit_ratio": 0, **({"secondary_origin": second} if second else {})},
            {"id": "first", "kind": "external", "concurrency": 1_000}, {"id": "spare", "kind": "external", "concurrency": 1_000},
        ],
        "edges": [
            {"from": "viewers", "to": "cdn", "timeout_s": 60}, {"from": "cdn", "to": "first", "timeout_s": timeout_s},
            {"from": "cdn", "to": "spare"},
        ],
        **more,
    }  # fmt: skip


def ran(data):
    assert said(data) == []
    return simulate(parse(data))


def test_every_miss_pays_the_failure_of_the_primary_for_as_long_as_it_lasts():
    """Trap 8: an origin group is no health check. A minute of a dead primary costs every single request the primary's timeout."""
    result = ran(site(DOWN))
    tried, waited = (result.edges[result.edges["edge"] == e].set_index("t_s") for e in ("cdn->first", "viewers->cdn"))
    assert (tried["calls_per_s"] > 0).all(), "the primary is tried in every second, dead or not"
    assert waited["p50_s"].loc[26:79].between(4.0, 4.5).all(), "each of them waits four seconds, the last as long as the first"
    assert waited["p50_s"].loc[5:15].max() < 1 and waited["p50_s"].loc[90:95].max() < 1
    assert result.summary["availability"] == 1


def test_by_default_a_silent_primary_costs_half_a_minute():
    data = site({**DOWN, "for_s": 10})
    del data["edges"][1]["timeout_s"]
    waited = ran(data).edges.query("edge == 'viewers->cdn'").set_index("t_s")
    assert waited["p95_s"].loc[52:58].between(30, 31).all()  # 3 attempts to connect of 10 s each


def test_a_refusing_primary_costs_next_to_nothing():
    waited = ran(site({**DOWN, "mode": "refused"})).edges.query("edge == 'viewers->cdn'").set_index("t_s")
    assert waited["p95_s"].loc[25:70].max() < 1


def test_writes_do_not_fail_over():
    summary = ran(site({**DOWN, "mode": "refused"}, share=0.5)).summary
    failed = summary["requests"]["failed"]["refused"]
    assert failed == pytest.approx(0.5 * 50 * 60, rel=0.1)
    assert summary["edges"]["cdn->spare"]["calls"] == pytest.approx(0.5 * 50 * 60, rel=0.1)


def test_without_trouble_the_secondary_hears_nothing():
    assert ran(site()).summary["edges"]["cdn->spare"]["calls"] == 0


def test_when_both_fail_the_viewer_gets_the_error_of_the_secondary():
    both = [{**DOWN, "mode": "refused"}, {"kind": "errors", "target": "spare", "at_s": 20, "for_s": 60, "share": 1}]
    assert {k for k, n in ran(site(*both)).summary["requests"]["failed"].items() if n} == {"error"}


@pytest.mark.parametrize("second", ["viewers", "nobody"])
def test_the_secondary_is_one_of_two_nodes_it_calls(second):
    assert [path for path, _ in said(site(second=second))] == ["nodes.cdn.secondary_origin"]


def test_a_lone_origin_is_no_single_point_of_failure_when_there_is_a_second():
    nodes = [{"id": "first", "kind": "service"}, {"id": "spare", "kind": "service"}]
    lone, grouped = (site(second=s) for s in (None, "spare"))
    for data in (lone, grouped):
        data["regions"] = [{"id": "r", "azs": ["ra", "rb"]}]
        data["nodes"] = [*data["nodes"][:2], nodes[0] | {"azs": ["ra"]}, nodes[1] | {"azs": ["rb"]}]
    points = [[f.nodes for f in advise(parse(data)) if f.rule == "single_point_of_failure"] for data in (lone, grouped)]
    assert len(points[0]) == 2 and points[1] == []
