"""Who is the primary: promotion, fencing, cold buffers, draining connections, the way back, another Region."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from engine import loads, simulate
from engine.behaviours import CallPolicy, Distribution, Failover, Keys, Source, Store
from engine.control.conductor import Conductor
from engine.events import PHASES
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.results.suspects import Suspects
from engine.series import ROLES
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_stores import in_two_regions, random_plan_of_regions, random_region_fault
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences

FAILOVER = Failover(1.0, 0.5, 3, 2.0, 3.0, 0.1, 10.0)
WRITES = (("write", 1.0),)


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_stores_in_two_regions(seed: int) -> None:
    assert differences(random_plan_of_regions(seed)) == {}


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_of_two_regions_equals_a_run_from_the_start(seed: int) -> None:
    plan = random_plan_of_regions(seed)
    assert_branch_is_exact(plan, random_region_fault(random.Random(seed), plan), 12)


def store(azs: str = "ab", **fields: Any) -> Store:
    """Plenty of slots, 1 ms of work."""
    given: dict[str, Any] = {"failover": FAILOVER} | fields
    return Store(tuple(azs), 1000, None, Distribution("constant", 0.001), **given)


def plan_of(behaviour: Store, *, faults: tuple[PlanFault, ...] = (), duration_s: float = 90.0, policy: CallPolicy | None = None) -> Plan:
    """Clients straight at one store, 200 writes/s."""
    nodes = {"users": Source(((0.0, 200.0),), "even", classes=WRITES, keys=Keys(100)), "db": behaviour}
    edges = {("users", "db"): policy or CallPolicy(0.5)}
    return make_plan(nodes, edges, duration_s=duration_s, faults=faults, cross_az_s=0.002)


def run(plan: Plan) -> Conductor:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    conductor.sync()
    return conductor


def roles(conductor: Conductor, second: int) -> list[str]:
    return [ROLES[r] for r in conductor.series.inst_role[second, 1:]]


def phases(conductor: Conductor) -> dict[str, tuple[float, float, object]]:
    found = [e.data for e in conductor.events if e.kind == "phase"]
    return {str(d["phase"]): (float(d["from_s"]), float(d["to_s"]), d["instance"]) for d in found}  # type: ignore[arg-type]


def unseen(start_s: float, end_s: float) -> PlanFault:
    """The Region's monitor cannot see AZ a; clients can."""

    def cut(live: Live) -> None:
        live.path_cut[1, 2] = live.path_cut[2, 1] = True

    return fault("unseen", start_s, end_s, cut)


@pytest.mark.parametrize("behaviour", [store("ab"), store("ab", replicas=1)], ids=["standby", "replica"])
def test_a_primary_behind_a_partition_accepts_no_write_once_another_is_promoted(behaviour: Store) -> None:
    # callers reach the old primary and believe in it until the address has moved: whatever it answers after its lease is gone is no_writer
    late = dataclasses.replace(behaviour, failover=dataclasses.replace(FAILOVER, propagate_ttl_s=20.0))
    conductor = run(plan_of(late, faults=(unseen(20.0, 1e9),)))
    series, found = conductor.series, phases(conductor)
    fenced_s = found["decide"][1]
    assert roles(conductor, 80) == ["out_of_sync", "primary"]
    refused = series.edge_attempt_ends[:, 0, OUTCOMES.index("no_writer")]
    assert refused[: int(fenced_s)].sum() == 0 < refused[int(fenced_s) + 1 :].sum()
    log = conductor.world[0]["logs"][0]
    first = int(series.inst_completed[: int(fenced_s) + 1, 1].sum())
    assert series.acked[1] <= first and series.acked.sum() == series.total_ends[0, 0], "whatever was acknowledged is what clients saw"
    assert not behaviour.replicas or (log["lost"] == series.lost.sum() <= 1)


def test_cold_buffers_make_a_promoted_member_slower_for_a_while() -> None:
    failover = dataclasses.replace(FAILOVER, warm_s=10.0, warm_factor=5.0)
    conductor = run(plan_of(store("ab", failover=failover), faults=(down(20.0, 1e9, [1]),)))
    start, end, instance = phases(conductor)["warm"]
    assert end - start == pytest.approx(10.0) and instance == "db[1]"
    series = conductor.series
    work = [series.inst_busy_s[t, 2] / series.inst_completed[t, 2] for t in (int(start) + 2, int(end) + 2)]
    assert work == pytest.approx([0.005, 0.001], rel=0.01)


def test_cold_buffers_and_a_slow_fault_multiply_and_go_one_by_one() -> None:
    failover = dataclasses.replace(FAILOVER, warm_s=10.0, warm_factor=5.0)
    slow = fault("slow", 30.0, 50.0, lambda live: live.slow.__setitem__(2, 2.0))
    conductor = run(plan_of(store("ab", failover=failover), faults=(down(20.0, 1e9, [1]), slow)))
    end = phases(conductor)["warm"][1]
    assert 31 < end < 48
    series = conductor.series
    work = [series.inst_busy_s[t, 2] / series.inst_completed[t, 2] for t in (31, 48, 52)]
    assert work == pytest.approx([0.010, 0.002, 0.001], rel=0.01)


@pytest.mark.parametrize("behaviour", [store("ab"), store("ab", replicas=1)], ids=["standby", "replica"])
def test_the_original_primary_takes_over_again_without_a_loss(behaviour: Store) -> None:
    failover = dataclasses.replace(FAILOVER, fail_back=True)
    conductor = run(plan_of(dataclasses.replace(behaviour, failover=failover), faults=(down(20.0, 30.0, [1]),)))
    follower = "replica" if behaviour.replicas else "standby"
    assert roles(conductor, 40) in (["out_of_sync", "primary"], [follower, "primary"]) and roles(conductor, 85)[0] == "primary"
    start, end, instance = phases(conductor)["fail_back"]
    assert instance == "db[0]" and start > 40.0 and end - start == pytest.approx(FAILOVER.promote_s + FAILOVER.propagate_ttl_s)
    assert sum(loss[1] for loss in conductor.series.lost_writes) <= 1, "only what was under way when the power went"
    assert conductor.series.start_ends[60:89, 0, 0].min() == 200


def test_without_it_the_duty_stays_where_it_went() -> None:
    conductor = run(plan_of(store("ab"), faults=(down(20.0, 30.0, [1]),)))
    assert roles(conductor, 85) == ["standby", "primary"] and "fail_back" not in phases(conductor)


def test_connections_to_the_old_address_drain_as_they_fail_or_grow_old() -> None:
    # the old primary is fenced and answers no_writer, so no connection fails: each stays until it is 30 s old at most
    policy = CallPolicy(0.5, pool_age_s=30.0)
    conductor = run(plan_of(store("ab"), faults=(unseen(20.0, 1e9),), policy=policy))
    start, end, instance = phases(conductor)["drain"]
    assert instance == "db[1]" and start == phases(conductor)["promote"][1] and 0 < end - start <= 31.0
    refused = conductor.series.edge_attempt_ends[:, 0, OUTCOMES.index("no_writer")]
    assert refused[int(end) + 1 :].sum() == 0 < refused[int(start) : int(end)].sum()
    silent = run(plan_of(store("ab"), faults=(down(20.0, 1e9, [1]),), policy=policy))
    assert phases(silent)["drain"][1] - phases(silent)["drain"][0] <= 1.0, "to one that does not answer they fail at once"


def test_members_that_share_their_storage_lose_nothing_whatever_they_had_not_seen() -> None:
    away = fault("pause", 10.0, 1e9, lambda live: live.paused.__setitem__([2], True))
    faults = (away, down(30.0, 1e9, [1]))
    lost = run(plan_of(store("ab", replicas=1), faults=faults)).series.lost.sum()
    kept = run(plan_of(store("ab", replicas=1, shared=True, replica_lag_s=0.02), faults=faults)).series
    assert lost == pytest.approx(200 * 20, abs=2) and kept.lost.sum() == 0 and kept.lost_writes == []


def test_a_replica_is_behind_by_its_own_lag_and_the_network() -> None:
    conductor = run(plan_of(store("ab", replicas=1, replica_lag_s=0.1)))
    # 200/s: 100 ms and one way of 1 ms are 20 writes
    assert conductor.series.copy_lag_writes[10:, 1].mean() == pytest.approx(20.2, abs=1)


def test_lost_writes_name_their_store_and_belong_to_its_fault() -> None:
    slow = store("ab", replicas=1)
    nodes = {"users": Source(((0.0, 200.0),), "even", classes=WRITES), "one": slow, "other": slow}
    edges = {("users", "one"): CallPolicy(0.5), ("users", "other"): CallPolicy(0.5)}
    away = fault("pause", 10.0, 1e9, lambda live: live.paused.__setitem__([2, 4], True))
    plan = make_plan(nodes, edges, duration_s=90.0, faults=(away, down(20.0, 40.0, [1]), down(50.0, 70.0, [3])))
    conductor = run(plan)
    assert [loss[3] for loss in conductor.series.lost_writes] == ["one", "other"]
    suspects = Suspects(plan, conductor.series, plan.faults)
    assert [suspects.of_lost_writes(node, at_s) for at_s, _, _, node in conductor.series.lost_writes] == [[1], [2]]
    assert suspects.of_lost_writes("one", 80.0) == [1], "although the other store's fault came later"


# ---- another Region ----
ABROAD = Failover(2.0, 1.0, 3, 10.0, 5.0, 1.0, 8.0)


def abroad(azs: str = "abc", **fields: Any) -> Store:
    return store(azs, replicas=1, abroad=dataclasses.replace(ABROAD, fail_back=fields.pop("fail_back", False)), **fields)


def region_down(start_s: float, end_s: float, members: int = 2) -> PlanFault:
    return down(start_s, end_s, list(range(1, 1 + members)))


def test_a_region_is_given_up_by_a_person_and_what_had_not_arrived_is_lost() -> None:
    conductor = run(in_two_regions(plan_of(abroad(), faults=(region_down(20.0, 1e9),), duration_s=120.0), 0.1))
    found = phases(conductor)
    assert found["decide"][1] - found["decide"][0] == pytest.approx(10.0) and found["promote"][2] == "db[2]"
    assert roles(conductor, 100)[2] == "primary"
    ((at_s, count, age_s, node),) = conductor.series.lost_writes
    # one way is 50 ms: 200/s · 0.05 s = 10 writes were under way
    assert count == pytest.approx(10, abs=1) and at_s - age_s == pytest.approx(19.95, abs=0.01) and node == "db"
    assert conductor.series.start_ends[60:119, 0, 0].min() == 200


def test_a_failover_inside_the_region_comes_first() -> None:
    conductor = run(in_two_regions(plan_of(abroad(), faults=(down(20.0, 1e9, [1]),), duration_s=120.0)))
    assert roles(conductor, 100) == ["out_of_sync", "primary", "replica"] and conductor.series.lost_writes == []


def test_a_primary_that_comes_back_in_time_keeps_its_duty() -> None:
    conductor = run(in_two_regions(plan_of(abroad("ac"), faults=(down(20.0, 32.0, [1]),), duration_s=90.0)))
    assert roles(conductor, 80) == ["primary", "replica"]
    assert any("called off" in e.text for e in conductor.events)


def test_what_a_region_accepts_behind_a_partition_is_counted_lost_when_it_is_back() -> None:
    # the Regions cannot talk; callers reach both, and follow the address only after its TTL of 20 s
    def apart(live: Live) -> None:
        live.path_cut[1:4, 4:] = live.path_cut[4:, 1:4] = True

    behaviour = dataclasses.replace(abroad("ac"), abroad=dataclasses.replace(ABROAD, propagate_ttl_s=20.0))
    plan = in_two_regions(plan_of(behaviour, faults=(fault("apart", 20.0, 80.0, apart),), duration_s=120.0))
    conductor = run(plan)
    promoted_s = phases(conductor)["promote"][1]
    assert roles(conductor, int(promoted_s) + 2) == ["primary", "primary"], "nobody can tell it"
    before, behind = conductor.series.lost_writes
    assert before[1] == pytest.approx(200 * (promoted_s - 20.0), abs=25), "acknowledged since the cut, never received there"
    assert behind[1] > 0 and behind[0] > 80.0 and behind[0] - behind[2] == pytest.approx(promoted_s, abs=0.02)
    moved_s = behind[1] / 200
    assert 0 < moved_s <= 20.0, "until its callers follow the address"
    log = conductor.world[0]["logs"][0]
    assert conductor.series.acked.sum() == log["n"] + log["lost"] and log["lost"] == before[1] + behind[1]
    assert roles(conductor, 110) == ["replica", "primary"]


@pytest.mark.parametrize("azs", ["abc", "ac"])
def test_the_region_takes_over_again_when_it_has_caught_up(azs: str) -> None:
    faults = (region_down(20.0, 60.0, len(azs) - 1),)
    conductor = run(in_two_regions(plan_of(abroad(azs, fail_back=True), faults=faults, duration_s=150.0)))
    assert roles(conductor, 55)[-1] == "primary" and roles(conductor, 145) == ["primary", *["standby"] * (len(azs) - 2), "replica"]
    assert len(conductor.series.lost_writes) == 1, "the way back loses nothing"
    assert conductor.series.start_ends[110:149, 0, 0].min() == 200


INTERPRETED = """
from engine.validation.plans_stores import random_plan_of_quorums, random_plan_of_regions
from tests.test_succession import run
import hashlib
for plan in (random_plan_of_quorums(3, 6.0), random_plan_of_quorums(9, 6.0), random_plan_of_regions(5, 12.0)):
    series = run(plan).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "copy_lag_s", "copy_stale"))).hexdigest())
"""


def test_the_interpreted_members_give_the_same_bytes_as_the_compiled_ones() -> None:
    assert_same_when_interpreted(INTERPRETED)


DOCUMENT = """
faultline: 1
duration_s: 600
regions: [{id: here, azs: [ha, hb]}, {id: there, azs: [ta]}]
network: {between_regions_s: {here/there: 0.07}}
nodes:
  - {id: users, kind: clients, rate_per_s: 100, classes: [{name: read, share: 0.5}, {name: write, share: 0.5}], keys: {count: 100}}
  - {id: db, kind: store, azs: [ha, hb], replica_azs: [ta], concurrency: 64,
     region_failover: {monitor_interval_s: 5, monitor_timeout_s: 2, misses: 3, decide_s: 60, promote_s: 30, propagate_ttl_s: 10,
                       resync_s: 60, warm_s: 40, warm_factor: 3, fail_back: true}}
edges: [{from: users, to: db, timeout_s: 1, connection_pool: {max_age_s: 120}}]
faults: [{kind: region_outage, target: here, at_s: 100, for_s: 150}]
"""


def test_a_document_goes_to_another_region_and_back_in_all_phases() -> None:
    result = simulate(loads(DOCUMENT))
    (outage,) = result.summary["faults"]
    assert list(outage["phases"]) == list(PHASES)
    lasted = [outage["phases"][name] for name in ("decide", "promote", "propagate", "warm")]
    assert lasted == pytest.approx([60.0, 30.0, 10.0, 2 * 40.0]), "the way back finds cold buffers too"
    assert 0 < outage["rpo_s"] < 1.0 and 0 < outage["lost_writes"] < 20 and 100 < outage["rto_s"] < 180
    about = {str(e.data["phase"]): e.data["instance"] for e in result.log if e.kind == "phase"}
    assert about == dict.fromkeys(PHASES, "db[2]") | dict.fromkeys(("detect", "warm", "drain", "fail_back"), "db[0]"), "the last of each"
