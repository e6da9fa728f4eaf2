"""Stores: partitions, replicas that lag, reads that are stale, promotions that lose writes."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from engine import loads, simulate
from engine.behaviours import CallPolicy, Distribution, Failover, Keys, Source, Store
from engine.control.conductor import Conductor
from engine.kernel import layout
from engine.kernel.layout import ticks
from engine.live import Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import ROLES
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_stores import random_plan_of_stores, random_store_fault
from tests.documents import said, shop
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import assert_branch_is_exact, equal
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_partitioned_and_replicated_stores(seed: int) -> None:
    assert differences(random_plan_of_stores(seed)) == {}


def store(**fields: Any) -> Store:
    """A store with plenty of slots, its primary in AZ a and its replicas in AZ b."""
    given: dict[str, Any] = {"replicas": 1, "failover": None, "partitions": 1} | fields
    azs = ("a", *"b" * given["replicas"])
    return Store(azs, 1000, None, Distribution("constant", 0.001), **given)


def run(plan: Plan) -> Conductor:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    conductor.sync()
    return conductor


def plan_of(behaviour: Store, rate: float = 1000.0, *, faults: tuple[PlanFault, ...] = (), duration_s: float = 60.0, **source: Any) -> Plan:
    """Clients straight at one store."""
    nodes = {"users": Source(((0.0, rate),), "even", **source), "db": behaviour}
    return make_plan(nodes, {("users", "db"): CallPolicy(60.0)}, duration_s=duration_s, faults=faults, cross_az_s=0.002)


def paused(start_s: float, end_s: float, instances: list[int]) -> PlanFault:
    def apply(live: Live) -> None:
        live.paused[instances] = True

    return fault("pause", start_s, end_s, apply)


def cut_link(start_s: float, end_s: float) -> PlanFault:
    def apply(live: Live) -> None:
        live.path_cut[2, 3] = live.path_cut[3, 2] = True

    return fault("cut", start_s, end_s, apply)


@pytest.mark.parametrize("cut", [cut_link(30.0, 90.0), paused(30.0, 90.0, [1, 2]), paused(30.0, 90.0, [2])])
def test_a_replica_cut_off_for_a_minute_lags_a_minute_and_catches_up_in_four(cut: PlanFault) -> None:
    # 1000 writes/s, apply 1250/s, link cut 60 s: 60 000 writes behind, gained back at 250/s: 240 s
    series = run(plan_of(store(apply_per_s=1250.0), faults=(cut,), duration_s=400.0)).series
    lag_s, writes = series.copy_lag_s[:, 1], series.copy_lag_writes[:, 1]
    assert lag_s.max() == pytest.approx(60.0, abs=0.01) and lag_s.argmax() == 89
    assert writes.max() == pytest.approx(60_000, abs=3)
    behind = np.flatnonzero(lag_s > 0.01)
    assert behind[0] == 30 and behind[-1] == 328, "row 328 is taken at 329 s, a second before it has caught up at 90 + 240 s"
    assert [int(writes[at - 1]) for at in (200, 329, 330)] == pytest.approx([60_000 - 250 * 110, 250, 0], abs=3)


def test_the_log_keeps_its_bounds_and_its_time_however_long_a_replica_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "N_SPARE", 1 << 10)
    conductor = run(plan_of(store(apply_per_s=1250.0), faults=(cut_link(30.0, 90.0),), duration_s=400.0))
    assert conductor.world[0]["n_ring"] == 1 << 10 and conductor.world[0]["logs"]["shift"][0] == 6
    series = conductor.series
    assert series.copy_lag_s[:, 1].max() == pytest.approx(60.0, abs=0.2)
    assert abs(int(np.flatnonzero(series.copy_lag_s[:, 1] > 0.2)[-1]) - 328) <= 1


FAILOVER = Failover(1.0, 0.5, 3, 1.0, 5.0, 0.1, 10.0)


def test_an_asynchronous_promotion_loses_what_was_not_received_and_says_how_old_it_was() -> None:
    # replication stops at 20 s, the primary dies at 30 s: ten seconds of writes, 1000 each, are gone
    faults = (paused(20.0, 1e9, [2]), down(30.0, 45.0, [1]))
    conductor = run(plan_of(store(failover=FAILOVER), faults=faults))
    ((at_s, count, age_s, node),) = conductor.series.lost_writes
    assert node == "db" and count == pytest.approx(10_000, abs=3) and at_s - age_s == pytest.approx(20.0, abs=0.003)
    log = conductor.world[0]["logs"][0]
    assert conductor.series.acked.sum() == log["n"] + log["lost"] and log["lost"] == count
    texts = [e.text for e in conductor.events]
    assert f"db: db[1] is the primary now, and {count:,} acknowledged writes are lost" in texts
    assert "db: db[0] follows as a replica" in texts


def test_what_a_replica_received_before_the_primary_died_is_not_lost() -> None:
    # one way is 1 ms, so at most two of 1000 writes a second are under way when the power goes
    conductor = run(plan_of(store(failover=FAILOVER), faults=(down(30.0, 45.0, [1]),)))
    assert sum(loss[1] for loss in conductor.series.lost_writes) <= 2


def test_the_replica_that_has_received_most_is_promoted() -> None:
    faults = (paused(20.0, 1e9, [2]), down(30.0, 1e9, [1]))
    conductor = run(plan_of(store(failover=FAILOVER, replicas=2), faults=faults))
    assert conductor.series.inst_role[-1, 1:].tolist() == [ROLES.index(r) for r in ("out_of_sync", "replica", "primary")]
    assert sum(loss[1] for loss in conductor.series.lost_writes) <= 2


def test_a_read_is_stale_when_the_replica_lacks_the_latest_write_of_its_key() -> None:
    classes, keys = (("write", 0.5), ("read", 0.5)), Keys(1)
    away = paused(20.0, 40.0, [2])
    series = run(plan_of(store(reads="replicas", apply_per_s=5000.0), classes=classes, keys=keys, faults=(away,))).series
    stale, reads = series.copy_stale[:, 1], series.inst_completed[:, 2]
    assert stale[21:40].sum() == reads[21:40].sum() > 9_000, "with one key every read misses the latest write"
    assert stale[:20].sum() < 0.8 * reads[:20].sum() and series.inst_completed[:, 1].sum() > 0


def test_reads_from_the_primary_are_never_stale() -> None:
    classes = (("write", 0.5), ("read", 0.5))
    series = run(plan_of(store(), classes=classes, keys=Keys(1), faults=(paused(20.0, 40.0, [2]),))).series
    assert series.copy_stale.sum() == 0 and series.inst_completed[:, 2].sum() == 0


def test_reads_do_not_pay_for_a_synchronous_standby() -> None:
    # 1 ms of work; a write also waits for one round trip of 2 ms between the AZs
    behaviour = Store(("a", "b"), 1000, None, Distribution("constant", 0.001), None)
    for name, latency_s in (("write", 0.003), ("read", 0.001)):
        series = run(plan_of(behaviour, classes=((name, 1.0),))).series
        assert series.total_latency_s[0] / series.total_ends[0, 0] == pytest.approx(latency_s)


def test_a_hot_key_saturates_one_partition_and_spares_the_others() -> None:
    behaviour = Store(("a",), 1, 50, Distribution("constant", 0.002), None, partitions=4)  # 500/s each
    hot = fault("hot key", 20.0, 40.0, lambda live: live.heat([0], 0.6))
    series = run(plan_of(behaviour, 1000.0, keys=Keys(10_000), faults=(hot,))).series
    busy = series.inst_busy_s[25:40, 1:].mean(0)
    assert sorted(busy > 0.99) == [False, False, False, True] and series.inst_rejected[25:40].sum() > 1_000
    assert series.inst_rejected[:20].sum() == 0 and series.inst_rejected[45:].sum() == 0
    assert np.allclose(series.inst_busy_s[5:20, 1:].mean(0), 0.5, atol=0.05)


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_of_a_replicated_store_equals_a_run_from_the_start(seed: int) -> None:
    plan = random_plan_of_stores(seed)
    assert_branch_is_exact(plan, random_store_fault(random.Random(seed), plan, 30.0), 12)
    whole, pieces = run(plan), Conductor(plan)
    for stop in range(1, 30):
        pieces.run_to(ticks(stop * 0.937))
    pieces.run_to(pieces.end)
    assert equal(pieces.sync(), whole.series) == [] and pieces.series.lost_writes == whole.series.lost_writes


def test_a_partition_beyond_its_rate_is_throttled_and_the_others_are_not() -> None:
    # 4 partitions of 100/s; 200/s over all keys are 50/s each, until half of the requests want one key: 125/s there, 25 too many
    behaviour = Store(("a",), 1000, None, Distribution("constant", 0.001), None, partitions=4, rate_per_s=100.0, burst=100.0)
    hot = fault("hot key", 20.0, 50.0, lambda live: live.heat([0], 0.5))
    series = run(plan_of(behaviour, 200.0, keys=Keys(10_000), faults=(hot,))).series
    throttled = series.edge_attempt_ends[:, 0, OUTCOMES.index("throttled")]
    assert throttled[:20].sum() == throttled[51:].sum() == 0
    assert throttled[30:50].mean() == pytest.approx(25.0, abs=3.0), "once the burst is used up"
    assert sorted((series.inst_rejected.sum(0)[1:] > 0).tolist()) == [False, False, False, True]
    first = int(np.flatnonzero(throttled)[0])
    assert first == pytest.approx(20 + 100 / 25, abs=2), "a full bucket of 100 lasts while 25/s too many come in"


def test_edges_read_strongly_or_eventually_from_the_same_store() -> None:
    classes, keys = (("write", 0.5), ("read", 0.5)), Keys(1)
    plan = plan_of(store(apply_per_s=5000.0), classes=classes, keys=keys, faults=(paused(20.0, 40.0, [2]),))
    strong, eventual = (dataclasses.replace(plan, edges=(dataclasses.replace(plan.edges[0], policy=CallPolicy(60.0, consistency=c)),))
                        for c in ("strong", "eventual"))  # fmt: skip
    assert run(strong).series.inst_completed[:, 2].sum() == 0 == run(strong).series.copy_stale.sum()
    series = run(eventual).series
    assert series.copy_stale[21:40, 1].sum() == series.inst_completed[21:40, 2].sum() > 9_000


def test_a_strong_read_is_not_answered_by_a_member_that_is_no_longer_the_primary() -> None:
    # the old primary comes back as a replica while a caller's pool still holds connections to it
    nodes = {"users": Source(((0.0, 100.0),), "even", classes=(("read", 1.0),)), "db": store(failover=FAILOVER)}
    policy = CallPolicy(0.5, pool_age_s=1e4, consistency="strong")
    cut = fault("cut", 20.0, 31.0, lambda live: live.path_cut.__setitem__((1, 2), True))  # the monitor cannot see AZ a, the clients can
    series = run(make_plan(nodes, {("users", "db"): policy}, duration_s=90.0, faults=(cut,), cross_az_s=0.002)).series
    assert ROLES[series.inst_role[-1, 1]] == "replica" and ROLES[series.inst_role[-1, 2]] == "primary"
    refused = series.edge_attempt_ends[:, 0, OUTCOMES.index("no_writer")]
    assert refused[60:90].tolist() == [100] * 30 and series.copy_stale.sum() == 0


INTERPRETED = """
from engine.validation.plans_stores import random_plan_of_stores
from tests.test_stores import run
import hashlib
for seed in (0, 5, 7, 11):
    series = run(random_plan_of_stores(seed, 6.0)).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "copy_lag_s", "copy_stale"))).hexdigest())
"""


def test_the_interpreted_stores_give_the_same_bytes_as_the_compiled_ones() -> None:
    assert_same_when_interpreted(INTERPRETED)


DOCUMENT = """
faultline: 1
duration_s: 120
regions: [{id: r, azs: [ra, rb, rc]}]
nodes:
  - {id: users, kind: clients, rate_per_s: 200, classes: [{name: read, share: 0.8}, {name: write, share: 0.2}], keys: {count: 1000}}
  - {id: db, kind: store, azs: [ra], replica_azs: [rb, rc], reads: replicas, partitions: 2, apply_per_s: 500}
edges: [{from: users, to: db, timeout_s: 1}]
faults: [{kind: replication_pause, target: db, at_s: 20}, {kind: az_power_loss, target: ra, at_s: 40}]
"""


def test_a_document_shows_lag_stale_reads_and_lost_writes_with_their_rpo() -> None:
    result = simulate(loads(DOCUMENT))
    db, loss = result.summary["nodes"]["db"], result.summary["faults"][1]
    assert db["acknowledged_writes"] > db["lost_writes"] > 0 and db["stale_reads"] > 0
    assert loss["lost_writes"] == db["lost_writes"] and 19.0 < loss["rpo_s"] <= 20.0
    assert result.nodes.query("node == 'db'")["replication_lag_s"].max() > 20.0


def test_a_document_says_what_is_wrong_with_its_replicas() -> None:
    nodes = [*shop()["nodes"], {"id": "db", "kind": "store", "reads": "replicas"}]
    message = "there are no replicas to read from; give `replica_azs`, or read from the primary"
    assert said(shop(nodes=nodes)) == [("nodes.db.reads", message)]
    nodes[-1] = {"id": "db", "kind": "store", "replica_azs": ["mars"]}
    assert said(shop(nodes=nodes)) == [("nodes.db.replica_azs", "there is no AZ 'mars'; the AZs are us-east-1a, us-east-1b")]


def test_a_document_says_what_is_wrong_with_its_consistency_and_its_rates() -> None:
    data = shop(nodes=[*shop()["nodes"], {"id": "db", "kind": "store", "partition_burst": 5.0}])
    data["edges"] = [*data["edges"], {"from": "web", "to": "db", "consistency": "eventual"}]
    data["edges"][0]["consistency"] = "strong"
    assert said(data) == [
        (
            "edges.users->front.consistency",
            "only reads from a store are strong or eventual; 'front' is none (Application Load Balancer), remove it",
        ),
        ("edges.web->db.consistency", "'db' has no replicas to read from; give it some, or read strongly"),
        ("nodes.db.partition_burst", "means nothing without a partition_rate_per_s; give one, or remove it"),
    ]
