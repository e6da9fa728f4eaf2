"""Quorums: what a write waits for, what a read may miss, what may be lost."""

from __future__ import annotations

import dataclasses
import json
import random
from typing import Any

import numpy as np
import pytest

from engine import loads, simulate
from engine.behaviours import CallPolicy, Distribution, Failover, Keys, Source, Store
from engine.control.conductor import Conductor
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import ROLES, Series
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_stores import random_plan_of_quorums, random_store_fault
from tests.documents import said, shop
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences

FAILOVER = Failover(1.0, 0.5, 3, 1.0, 2.0, 0.1, 10.0)
MIXED = (("write", 0.5), ("read", 0.5))


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_quorums(seed: int) -> None:
    assert differences(random_plan_of_quorums(seed)) == {}


def quorum(azs: str, write: int, read: int, **fields: Any) -> Store:
    """A member in each of these AZs, the first the primary; plenty of slots, 1 ms of work, reads by any other member."""
    given: dict[str, Any] = {"replicas": len(azs) - 1, "reads": "replicas", "failover": None} | fields
    return Store(tuple(azs), 1000, None, Distribution("constant", 0.001), write_quorum=write, read_quorum=read, **given)


def plan_of(store: Store, *, rate: float = 500.0, faults: tuple[PlanFault, ...] = (), duration_s: float = 60.0, **source: Any) -> Plan:
    """Clients straight at one store; 1 ms there and back within an AZ, 4 ms between the two."""
    nodes = {"users": Source(((0.0, rate),), "even", **source), "db": store}
    edges = {("users", "db"): CallPolicy(0.5)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults, same_az_s=0.001, cross_az_s=0.004)


def run(plan: Plan) -> Series:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    return conductor.sync()


@pytest.mark.parametrize(("write", "latency_s"), [(1, 0.001), (2, 0.002), (3, 0.005), (4, 0.005)])
def test_a_write_waits_for_the_wth_fastest_acknowledgement(write: int, latency_s: float) -> None:
    # 1 ms of work; the second member is 1 ms away in the same AZ, the third and fourth 4 ms in the other
    series = run(plan_of(quorum("aabb", write, 1), classes=(("write", 1.0),)))
    assert series.total_latency_s[0] / series.total_ends[0, 0] == pytest.approx(latency_s)


@pytest.mark.parametrize(("read", "latency_s"), [(1, 0.001), (2, 0.002), (3, 0.005)])
def test_a_read_waits_for_those_it_asks(read: int, latency_s: float) -> None:
    series = run(plan_of(quorum("abb", 2, read), classes=(("read", 1.0),)))
    assert series.total_latency_s[0] / series.total_ends[0, 0] == pytest.approx(latency_s)


@pytest.mark.parametrize(("write", "read"), [(w, r) for w in (1, 2, 3) for r in (1, 2, 3)])
def test_reads_are_never_stale_when_what_is_read_and_written_overlaps(write: int, read: int) -> None:
    # one key, half of the requests write it; a member is cut off for a while, so that it misses a lot
    faults = (fault("pause", 20.0, 40.0, lambda live: live.paused.__setitem__([3], True)),)
    series = run(plan_of(quorum("abb", write, read), classes=MIXED, keys=Keys(1), faults=faults))
    assert (series.copy_stale.sum() == 0) == (write + read > 3)


def kills(store: Store, *members: int) -> tuple[Plan, Series]:
    plan = plan_of(store, classes=MIXED, keys=Keys(100), faults=(down(20.0, 1e9, [1 + m for m in members]),), duration_s=90.0)
    return plan, run(plan)


@pytest.mark.parametrize("members", [(0,), (0, 1), (0, 4), (1, 2)])
def test_a_quorum_survives_as_many_losses_as_members_need_not_have_a_write(members: tuple[int, ...]) -> None:
    _, series = kills(quorum("aabbb", 3, 3, failover=FAILOVER), *members)
    assert series.lost_writes == [] and series.lost.sum() == 0
    assert series.total_class_ends.shape[0] == 3 and series.start_ends[60:80, 0, 0].min() > 200, "it goes on"


def test_beyond_that_nothing_is_written_and_nothing_is_lost() -> None:
    plan, series = kills(quorum("aabbb", 3, 3, failover=FAILOVER), 0, 1, 2)
    assert series.lost_writes == [] and ROLES[series.inst_role[-1, 1]] == "primary", "nobody is promoted who might lack a write"
    assert series.start_ends[30:80, 0, 0].sum() == 0
    back = plan_of(plan.nodes[1].behaviour, classes=MIXED, faults=(down(20.0, 40.0, [1, 2, 3]),), duration_s=90.0)  # type: ignore[arg-type]
    assert run(back).start_ends[70:89, 0, 0].min() == 500 and run(back).lost_writes == []


def test_writes_stall_without_a_quorum_and_go_on_when_it_is_back() -> None:
    def cut(live: Live) -> None:
        live.path_cut[2, 3] = live.path_cut[3, 2] = True

    store = dataclasses.replace(quorum("abb", 2, 1, reads="primary"), concurrency=100_000)  # what stalls keeps its slot
    series = run(plan_of(store, classes=MIXED, faults=(fault("cut", 20.0, 40.0, cut),)))
    late = OUTCOMES.index("timeout")
    assert series.start_ends[21:39, 0, late].sum() == pytest.approx(18 * 250, rel=0.05), "every write"
    assert series.start_ends[21:39, 0, 0].sum() == pytest.approx(18 * 250, rel=0.05), "no read: the primary has it all"
    assert series.start_ends[41:59, 0, 0].min() == 500
    assert series.inst_completed[40, 1] > 4_000, "what stalled is acknowledged at once, to nobody who still waits"


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_of_a_quorum_equals_a_run_from_the_start(seed: int) -> None:
    plan = random_plan_of_quorums(seed)
    assert_branch_is_exact(plan, random_store_fault(random.Random(seed), plan, 30.0), 12)


CLUSTER = """
faultline: 1
duration_s: 120
regions: [{id: r, azs: [ra, rb, rc]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 200, classes: [{name: read, share: 0.8}, {name: write, share: 0.2}], keys: {count: 1000}}
  - {id: db, kind: store, azs: [ra, rb, rc], quorum: {members: 3, write: 2, read: 1}, reads: replicas,
     failover: {monitor_interval_s: 3, misses: 3, decide_s: 2, promote_s: 15, propagate_ttl_s: 5}}
edges: [{from: users, to: db, timeout_s: 1, attempts: 4}]
faults: [{kind: az_power_loss, target: ra, at_s: 40, for_s: 30}]
"""


def test_a_cluster_of_a_writer_and_two_readable_standbys_fails_over_without_a_loss() -> None:
    # each write waits for the first of two; the writer's AZ is lost: promoted within 35 s as a Multi-AZ DB cluster is (RDS user guide)
    result = simulate(loads(CLUSTER))
    (loss,) = result.summary["faults"]
    assert loss["rpo_s"] == 0 == loss["lost_writes"] and 20 < sum(loss["phases"].values()) < 35
    assert result.summary["nodes"]["db"]["acknowledged_writes"] > 2_000
    by_class = result.summary["requests"]["by_class"]
    read, write = ((c["started"] - c["ok"]) / c["started"] for c in (by_class["read"], by_class["write"]))
    assert write > 0.15 > 0.05 > read, "the others go on answering reads, and a retry asks another"


def test_a_document_says_what_is_wrong_with_its_quorum() -> None:
    def store(**fields: Any) -> list[tuple[str, str]]:
        return said(shop(nodes=[*shop()["nodes"], {"id": "db", "kind": "store", **fields}]))

    assert store(quorum={"members": 3, "write": 4}) == [("nodes.db.quorum.write", "more than there are: at most members = 3, not 4")]
    both = "a quorum's members are spread over `azs`; give more of those, or leave one of the two out"
    assert store(quorum={}, replica_azs=["us-east-1b"]) == [("nodes.db.replica_azs", both)]
    shared = "members that share their storage are the primary, in one AZ of `azs`, and replicas in `replica_azs`"
    assert store(storage="shared") == [("nodes.db.storage", shared)]
    elsewhere = {"regions": [{"id": "r", "azs": ["ra"]}, {"id": "s", "azs": ["sa"]}]}
    data = loads(CLUSTER).to_dict() | elsewhere
    data["nodes"][1] = {"id": "db", "kind": "store", "azs": ["ra"], "storage": "shared", "replica_azs": ["sa"]}
    apart = "one storage lies in one Region, and sa is in another; keep the replicas in r"
    assert said(data) == [("nodes.db.storage", apart)]
    assert store(region_failover={}, replica_azs=["us-east-1b"]) == [
        ("nodes.db.region_failover", "no replica is in another Region; name one in `replica_azs`")
    ]


def test_members_are_spread_over_the_zones() -> None:
    data = shop(nodes=[*shop()["nodes"], {"id": "db", "kind": "store", "azs": ["us-east-1a", "us-east-1b"], "quorum": {"members": 5}}])
    scenario = loads(json.dumps(data | {"edges": [*data["edges"], {"from": "web", "to": "db"}]}))
    places = next(node for node in scenario.nodes if node.id == "db").sits(scenario.geography)
    assert np.unique(places, return_counts=True)[1].tolist() == [3, 2]
