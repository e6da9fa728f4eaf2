"""Caches that act by themselves: refreshing what has expired, and storing writes later than they are acknowledged."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from engine import loads, simulate
from engine.behaviours import Cache, CallPolicy, Distribution, Keys, Source, Station
from engine.control.conductor import Conductor
from engine.plan import Plan, PlanFault
from engine.series import CACHE_COUNTS
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_caches import random_cache_fault, random_plan_of_caches, random_plan_of_herds
from tests.documents import said
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import assert_branch_is_exact

READ, WRITE = (("read", 1.0),), (("write", 1.0),)


def plan_of(
    rate: float = 1000.0, *, keys: int = 1, classes: Any = READ, origin_s: float = 0.2, faults: tuple[PlanFault, ...] = (),
    duration_s: float = 61.0, **cache: Any,
) -> Plan:  # fmt: skip
    """Clients → a cache that reads through in no time → an origin with room for all."""
    nodes = {
        "users": Source(((0.0, rate),), "even", classes=classes, keys=Keys(keys)),
        "cache": Cache(("a",), 100_000, None, Distribution("constant", 0.0), **cache),
        "origin": Station(("b",), 100_000, None, Distribution("constant", origin_s)),
    }
    edges = {("users", "cache"): CallPolicy(9.0), ("cache", "origin"): CallPolicy(1.0)}
    return make_plan(nodes, edges, faults=faults, duration_s=duration_s)


def run(plan: Plan) -> Conductor:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    conductor.sync()
    return conductor


def count(conductor: Conductor, name: str, rows: slice = slice(None)) -> int:
    return int(conductor.series.cache_counts[rows, :, CACHE_COUNTS.index(name)].sum())


def emptied(at_s: float) -> PlanFault:
    return fault("flush", at_s, at_s + 1.0, lambda live: live.flushes.__setitem__(1, 1))


# ---- stale while revalidate ----
def test_an_expired_value_is_given_out_while_one_fetch_renews_it() -> None:
    # fresh for 2 s, expired for the 0.2 s of the fetch: 200 old answers and one fetch every 2.2 s, and nobody waits after the first
    conductor = run(plan_of(ttl_s=2.0, stale_while_revalidate_s=5.0))
    refreshes = count(conductor, "refreshes")
    assert refreshes == 27 and int(conductor.series.edge_calls[:, 1].sum()) == refreshes + 200, "the first misses fetched one by one"
    assert count(conductor, "stale_answers") == pytest.approx(200 * refreshes, abs=100)
    assert conductor.series.cache_misses[1:].sum() == 0 and conductor.series.start_slowest_s[1:].max() == 0


def test_coalesced_misses_wait_for_the_refresh_that_is_under_way() -> None:
    # the key is asked for once a second: 1.5 s old and expired, a refresh begins; it takes 0.8 s and the grace ends after 0.1 s
    conductor = run(plan_of(20.0, ttl_s=2.0, stale_while_revalidate_s=0.1, origin_s=0.8, coalesce=True))
    calls = int(conductor.series.edge_calls[:, 1].sum())
    assert calls == count(conductor, "refreshes") + 1 and count(conductor, "coalesced") > 10 * calls
    assert count(conductor, "stale_answers") == pytest.approx(2 * calls, abs=calls)


def test_beyond_its_grace_an_old_value_is_a_miss() -> None:
    faults = (down(20.0, 50.0, [2]),)
    conductor = run(plan_of(100.0, ttl_s=2.0, stale_while_revalidate_s=10.0, faults=faults))
    failed = conductor.series.start_ends[:, 0, 1:].sum(axis=1)
    assert failed[:29].sum() == 0 and failed[34:48].min() == 100, "two seconds fresh and ten of grace"
    assert count(conductor, "refreshes", slice(22, 30)) >= 7, "a refresh that fails is tried again by the next who asks"


# ---- write-back ----
def test_writes_are_acknowledged_at_once_and_flushed_together() -> None:
    # 10 keys, 100/s each: one call per key and 1.2 s, of an interval and an answer, though 120 writes were acknowledged meanwhile
    conductor = run(plan_of(classes=WRITE, keys=10, writes="back", flush_interval_s=1.0))
    assert conductor.series.total_latency_s[0] == 0 and conductor.series.total_ends[0, 1:].sum() == 0
    assert conductor.series.edge_calls[10:60, 1].sum() == pytest.approx(50 * 10 / 1.2, rel=0.05)
    flushed, waiting = count(conductor, "flushed_writes"), int(conductor.series.cache_unflushed[-1, 0])
    assert flushed + waiting == conductor.series.total_ends[0, 0] and 200 < waiting < 1000 * 1.4, "those under way, and those since"


def test_what_is_pushed_out_is_flushed_at_once() -> None:
    # room for one of two keys, written in turn: each write pushes the other key out, long before its interval is over
    conductor = run(plan_of(20.0, classes=WRITE, keys=2, writes="back", flush_interval_s=50.0, capacity=1, origin_s=0.001))
    assert conductor.series.edge_calls[:, 1].sum() > 400 and conductor.series.cache_unflushed.max() < 12
    kept = run(plan_of(20.0, classes=WRITE, keys=2, writes="back", flush_interval_s=50.0, origin_s=0.001))
    assert kept.series.edge_calls[:, 1].sum() == 2


def test_while_the_store_is_away_writes_pile_up_and_nothing_is_lost() -> None:
    conductor = run(plan_of(classes=WRITE, keys=10, writes="back", flush_interval_s=1.0, faults=(down(20.0, 40.0, [2]),)))
    waiting = conductor.series.cache_unflushed[:, 0]
    assert waiting[38] == pytest.approx(19_500, abs=600) and waiting[45:].max() < 2_500
    assert conductor.series.total_ends[0, 1:].sum() == 0 and count(conductor, "lost_writes") == 0


@pytest.mark.parametrize(("what", "most_s"), [(down(20.05, 25.0, [1], 1), 1.4), (emptied(20.05), 1.2)], ids=["dies", "emptied"])
def test_unflushed_writes_are_lost_with_the_cache(what: PlanFault, most_s: float) -> None:
    # a key's writes of 1.2 s are sent together and answered 0.2 s later: what is under way is lost only with the instance
    conductor = run(plan_of(classes=WRITE, keys=10, writes="back", flush_interval_s=1.0, faults=(what,)))
    ((at_s, lost, age_s, node),) = conductor.series.lost_writes
    assert node == "cache" and at_s == 20.05 and 0.2 < age_s <= most_s and lost == count(conductor, "lost_writes")
    assert 200 < lost <= 1000 * most_s
    done = count(conductor, "flushed_writes") + int(conductor.series.cache_unflushed[-1, 0])
    assert done + lost == conductor.series.total_ends[0, 0]
    assert any("had acknowledged and not flushed are lost" in e.text for e in conductor.events)


def test_a_request_about_nothing_passes_through() -> None:
    plan = plan_of(100.0, classes=WRITE, writes="back", flush_interval_s=1.0, duration_s=20.0)
    nodes = (dataclasses.replace(plan.nodes[0], behaviour=Source(((0.0, 100.0),), classes=WRITE)), *plan.nodes[1:])
    conductor = run(dataclasses.replace(plan, nodes=nodes))
    assert conductor.series.edge_calls[:, 1].sum() == conductor.series.start_begun.sum() and count(conductor, "flushed_writes") == 0


# ---- every state survives ----
@pytest.mark.parametrize("seed", range(16))
def test_a_branch_of_a_herd_equals_a_run_from_the_start(seed: int) -> None:
    plan = random_plan_of_herds(seed)
    extra = emptied(12.0) if seed % 2 else down(12.0, 17.0, [1])
    assert_branch_is_exact(plan, extra, 12)


@pytest.mark.parametrize("seed", range(12))
def test_when_the_traffic_stops_every_write_is_flushed_or_lost(seed: int) -> None:
    plan = random_plan_of_herds(seed, 20.0)
    users = plan.nodes[0].behaviour
    assert isinstance(users, Source)
    quiet = dataclasses.replace(users, segments=(*users.segments, (20.0, 0.0)))
    nodes = (dataclasses.replace(plan.nodes[0], behaviour=quiet), *plan.nodes[1:])
    faults = tuple(dataclasses.replace(f, end_s=min(f.end_s, 24.0)) for f in plan.faults)
    conductor = run(dataclasses.replace(plan, nodes=nodes, faults=faults, duration_s=120.0))
    s = conductor.world[0]
    left = (int(s["in_use"]), int(s["inst"]["busy"].sum()), int(np.abs(s["targets"]["out"]).sum()), int(s["fetches"]["leader"].sum()))
    assert left == (0, 0, 0, 0) and conductor.series.cache_unflushed[-1].sum() == 0


INTERPRETED = """
from engine.validation.plans_caches import random_plan_of_herds
from tests.test_write_back import run
import hashlib
for seed in (1, 4, 6, 9):
    series = run(random_plan_of_herds(seed, 5.0)).series
    names = ("edge_attempt_ends", "cache_counts", "cache_unflushed")
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in names)).hexdigest())
"""


def test_interpreted_herds_give_the_same_bytes_as_compiled_ones() -> None:
    assert_same_when_interpreted(INTERPRETED)


# ---- the document ----
DOCUMENT = """
faultline: 1
duration_s: 120
nodes:
  - {id: users, kind: clients, rate_per_s: 200, classes: [{name: read, share: 0.5}, {name: write, share: 0.5}], keys: {count: 100}}
  - {id: near, kind: cache, ttl_s: 5, writes: back, flush_interval_s: 4, stale_while_revalidate_s: 10}
  - {id: db, kind: store}
edges:
  - {from: users, to: near}
  - {from: near, to: db, timeout_s: 1}
faults: [{kind: instance_crash, target: near, at_s: 60, for_s: 10}]
"""


def test_a_document_shows_what_a_crash_of_a_write_back_cache_costs() -> None:
    result = simulate(loads(DOCUMENT))
    near, crash = result.summary["nodes"]["near"], result.summary["faults"][0]
    assert 0 < crash["lost_writes"] == near["lost_writes"] and 2.0 < crash["rpo_s"] <= 4.1
    assert near["refreshes"] > 10 and near["flushed_writes"] > 5_000
    waiting = result.nodes.query("node == 'near'").set_index("t_s")["unflushed_writes"]
    assert waiting[50:59].min() > 100 > waiting[62]


def test_a_document_says_what_only_a_cache_that_fetches_can_have() -> None:
    data = loads(DOCUMENT).to_dict()
    data["nodes"][1]["hit_ratio"] = 0.5
    del data["nodes"][1]["ttl_s"]
    knows = "a cache with a fixed hit_ratio knows no keys; leave one of the two out"
    assert said(data) == [("nodes.near.stale_while_revalidate_s", knows), ("nodes.near.writes", knows)]
    del data["nodes"][1]["hit_ratio"]
    never = "means nothing without a ttl_s: nothing ever expires; give one, or remove it"
    assert said(data) == [("nodes.near.stale_while_revalidate_s", never)]


@pytest.mark.parametrize("seed", range(6))
def test_a_fault_of_the_other_kind_is_exact_too(seed: int) -> None:
    plan = random_plan_of_caches(seed)
    assert_branch_is_exact(plan, random_cache_fault(random.Random(seed + 50), plan), 9)
