"""Caches: what they save, what they forget, and what their loss does to the store behind."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from engine import loads, simulate
from engine.behaviours import Cache, CallPolicy, Distribution, Keys, Source, Station
from engine.control.conductor import Conductor
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import CACHE_COUNTS, Series
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_caches import random_cache_fault, random_plan_of_caches, random_plan_of_herds
from tests.documents import said
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import assert_branch_is_exact
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_systems_with_caches(seed: int) -> None:
    assert differences(random_plan_of_caches(seed)) == {}


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_herds_at_one_cache(seed: int) -> None:
    assert differences(random_plan_of_herds(seed)) == {}


def test_the_herds_do_what_they_are_for() -> None:
    counts = sum(run(random_plan_of_herds(seed)).cache_counts.sum((0, 1)) for seed in range(20))
    assert dict(zip(CACHE_COUNTS, counts > 20, strict=True)) == dict.fromkeys(CACHE_COUNTS, True)


AT_ONCE = Distribution("constant", 0.0)
READ = (("read", 1.0),)


def behind(cache: Cache, rate: float = 1000.0, **more: Any) -> Plan:
    """Clients → a cache that reads through → a service with room for all, reads unless told otherwise."""
    given: dict[str, Any] = {"keys": Keys(100), "classes": READ} | {k: more.pop(k) for k in ("keys", "classes") if k in more}
    nodes = {"users": Source(((0.0, rate),), **given), "cache": cache, "slow": Station(("b",), 100_000, None, AT_ONCE)}
    return make_plan(nodes, {("users", "cache"): CallPolicy(9.0), ("cache", "slow"): CallPolicy(1.0)}, **more)


def memory(**fields: Any) -> Cache:
    return Cache(("a",), 100_000, None, AT_ONCE, **fields)


def run(plan: Plan) -> Series:
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    return conductor.sync()


def hit_ratio(series: Series, first: int = 60, last: int | None = None) -> float:
    hits, misses = series.cache_hits[first:last].sum(), series.cache_misses[first:last].sum()
    return float(hits / (hits + misses))


def test_popular_keys_stay_longer() -> None:
    series = run(behind(memory(capacity=25), keys=Keys(100, 1.2), duration_s=120.0))
    assert hit_ratio(series) > 0.6 and series.cache_held.max() == 25


def test_each_of_several_instances_keeps_its_own_keys() -> None:
    cache = Cache(("a", "b", "b"), 100_000, None, AT_ONCE)
    series = run(behind(cache, duration_s=30.0))
    assert series.cache_held[-1].sum() == 100 and series.cache_misses.sum() == 100, "no key is kept twice"


def flushed(start_s: float, end_s: float, instances: list[int]) -> PlanFault:
    def apply(live: Any) -> None:
        live.flushes[instances] += 1

    return fault("flush", start_s, end_s, apply)


def test_a_flush_sends_everything_to_the_store_once() -> None:
    faults = (flushed(20.0, 40.0, [1]), flushed(30.0, 35.0, [1]))
    series = run(behind(memory(), faults=faults, duration_s=60.0))
    assert [int(series.cache_misses[a:b].sum()) for a, b in ((0, 20), (20, 30), (30, 60))] == [100, 100, 100]


def test_a_cache_comes_back_cold() -> None:
    series = run(behind(memory(), faults=(down(20.0, 25.0, [1]),), duration_s=60.0))
    assert series.cache_misses[:20].sum() == series.cache_misses[25:].sum() == 100
    assert series.cache_held[22, 0] == 0


def test_an_old_value_is_given_out_while_a_new_one_cannot_be_had() -> None:
    away = (down(20.0, 50.0, [2], 1),)
    for grace, answered in ((0.0, range(5)), (10.0, range(9_000, 11_500))):
        ends = run(behind(memory(ttl_s=0.5, stale_if_error_s=grace), faults=away, duration_s=60.0)).start_ends
        assert int(ends[21:50, 0, 0].sum()) in answered and int(ends[55:60, 0, 0].sum()) > 4_000


@pytest.mark.parametrize(("writes", "ratio"), [("through", 1.0), ("around", 0.5)])
def test_a_write_through_is_found_by_the_next_read_and_one_around_is_not(writes: Any, ratio: float) -> None:
    # one key, half of the requests write: around the cache, a read misses when the request before it was a write
    series = run(behind(memory(writes=writes), keys=Keys(1), classes=(("read", 0.5), ("write", 0.5)), duration_s=60.0))
    assert hit_ratio(series, 1) == pytest.approx(ratio, abs=0.01)


def herd(**fields: Any) -> Plan:
    """Everybody wants the same popular key; it takes the origin a fifth of a second to make, and it expires every two seconds."""
    plan = behind(memory(ttl_s=2.0, **fields), keys=Keys(1), duration_s=61.0)
    slow = dataclasses.replace(plan.nodes[2], behaviour=Station(("b",), 100_000, None, Distribution("constant", 0.2)))
    return dataclasses.replace(plan, nodes=(*plan.nodes[:2], slow))


def test_a_thundering_herd_calls_the_origin_once_per_expiry_when_misses_are_coalesced() -> None:
    # a value is there for 2 s and missing for 0.2 s: 61 s see 27 or 28 fetches. Without coalescing all 1000/s of the 0.2 s fetch, and the
    # last of them fills 0.2 s after the first, so that it happens every 2.4 s
    together, apart = run(herd(coalesce=True)), run(herd())
    assert int(together.edge_calls[:, 1].sum()) in (27, 28)
    assert apart.edge_calls[:, 1].sum() == pytest.approx(1000 * 0.2 * 61.0 / 2.4, rel=0.05)
    assert together.cache_counts[:, 0, 0].sum() == pytest.approx(1000 * 0.2 * 61.0 / 2.2, rel=0.05)
    assert together.total_ends[0, 1:].sum() == apart.total_ends[0, 1:].sum() == 0


def test_who_waits_for_a_fetch_shares_its_failure_and_its_place() -> None:
    series = run(dataclasses.replace(herd(coalesce=True), faults=(down(20.0, 40.0, [2]),)))
    late = OUTCOMES.index("timeout")
    failed = series.start_ends[22:38, 0, late]
    assert failed.min() > 800 and series.edge_attempt_ends[22:38, 1, late].tolist() == [1] * 16, "one call times out for all"
    assert series.total_blame[1, late] == series.total_ends[0, late], "the first cause is the origin's"


def test_who_waits_for_a_fetch_keeps_its_own_patience() -> None:
    plan = herd(coalesce=True)
    hasty = dataclasses.replace(plan.edges[0], policy=CallPolicy(0.1))
    series = run(dataclasses.replace(plan, edges=(hasty, plan.edges[1])))
    timeouts = series.total_ends[0, OUTCOMES.index("timeout")]
    assert timeouts == pytest.approx(1000 * 0.1 * 61.0 / 2.2, rel=0.05) and int(series.edge_calls[:, 1].sum()) in (27, 28)


def test_a_cancelled_fetch_is_taken_over_by_who_waits() -> None:
    plan = herd(coalesce=True)
    hasty = dataclasses.replace(plan.edges[0], policy=CallPolicy(0.1, cancel=True))
    series = run(dataclasses.replace(plan, edges=(hasty, plan.edges[1])))
    assert series.total_ends[0, 0] == 0, "nobody has the patience to see one fetch through"
    begun, led = int(series.start_begun.sum()), int(series.edge_calls[:, 1].sum())
    assert begun - 110 < led <= begun and begun - 220 < series.edge_abandoned[:, 1].sum() <= led, "each leads until its own caller gives up"
    assert series.inst_cancelled[:, 1].sum() > begun - 220


def aside(cache: Cache, rate: float = 1000.0, *, faults: tuple[PlanFault, ...] = (), classes: Any = READ) -> Plan:
    """Clients → service, which asks the cache before the store."""
    nodes = {
        "users": Source(((0.0, rate),), keys=Keys(100), classes=classes), "web": Station(("a",), 100_000, None, AT_ONCE),
        "cache": cache, "slow": Station(("b",), 100_000, None, AT_ONCE),
    }  # fmt: skip
    edges = {("users", "web"): CallPolicy(9.0), ("web", "cache"): CallPolicy(0.1), ("web", "slow"): CallPolicy(1.0)}
    return make_plan(nodes, edges, faults=faults, lookups={"web->slow": "web->cache"}, same_az_s=0.001, cross_az_s=0.002)


def test_a_service_that_asks_first_fills_on_a_miss_and_skips_the_store_on_a_hit() -> None:
    series = run(aside(memory()))
    calls = series.edge_calls.sum(0)
    assert calls[2] == series.cache_misses.sum() < 110 and series.cache_held[-1, 0] == 100
    assert calls[1] == calls[0] + calls[2], "one look-up each, and one fill per miss"
    assert series.total_ends[0, 1:].sum() == 0


def test_a_service_drops_what_it_writes() -> None:
    series = run(aside(memory(), classes=(("read", 0.5), ("write", 0.5))))
    assert hit_ratio(series, 5) == pytest.approx(0.5, abs=0.02)


def test_without_its_cache_a_service_asks_the_store_and_keeps_nothing() -> None:
    series = run(aside(memory(), faults=(down(20.0, 40.0, [2]),)))
    assert series.total_ends[0, 1:].sum() == 0, "every request is answered, after the look-up has timed out"
    assert series.edge_calls[21:40, 2].min() > 800 and series.edge_calls[21:40, 1].sum() == pytest.approx(19_000, rel=0.05)


@pytest.mark.parametrize("seed", range(12))
def test_a_branch_of_a_system_with_caches_equals_a_run_from_the_start(seed: int) -> None:
    plan = random_plan_of_caches(seed)
    assert_branch_is_exact(plan, random_cache_fault(random.Random(seed), plan), 12)


def test_when_the_traffic_stops_nothing_is_left_behind() -> None:
    for seed in range(10):
        plan = random_plan_of_caches(seed, 20.0)
        quiet = tuple(
            dataclasses.replace(n, behaviour=dataclasses.replace(n.behaviour, segments=(*n.behaviour.segments, (20.0, 0.0))))
            if isinstance(n.behaviour, Source) else n for n in plan.nodes
        )  # fmt: skip
        faults = tuple(dataclasses.replace(f, end_s=min(f.end_s, 28.0)) for f in plan.faults)
        conductor = Conductor(dataclasses.replace(plan, nodes=quiet, faults=faults, duration_s=120.0))
        conductor.run_to(conductor.end)
        conductor.sync()
        s = conductor.world[0]
        assert (int(s["in_use"]), int(s["inst"]["busy"].sum()), int(np.abs(s["targets"]["out"]).sum())) == (0, 0, 0)


INTERPRETED = """
from engine.validation.plans_caches import random_plan_of_caches
from tests.test_caches import run
import hashlib
for seed in (0, 5, 7, 11):
    series = run(random_plan_of_caches(seed, 6.0))
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "cache_hits", "cache_held"))).hexdigest())
"""


def test_the_interpreted_caches_give_the_same_bytes_as_the_compiled_ones() -> None:
    assert_same_when_interpreted(INTERPRETED)


DOCUMENT = """
faultline: 1
duration_s: 120
nodes:
  - {id: users, kind: clients, rate_per_s: 200, classes: [{name: read, share: 0.9}, {name: write, share: 0.1}], keys: {count: 1000}}
  - {id: web, kind: service, concurrency: 50}
  - {id: near, kind: cache, ttl_s: 30, capacity: 500}
  - {id: db, kind: store}
edges:
  - {from: users, to: web}
  - {from: web, to: near, timeout_s: 0.05}
  - {from: web, to: db, timeout_s: 1, cache: near}
faults: [{kind: cache_flush, target: near, at_s: 60}]
"""


def test_a_document_with_a_cache_shows_its_hit_ratio_and_the_flush() -> None:
    result = simulate(loads(DOCUMENT))
    near = result.summary["nodes"]["near"]
    assert 0.5 < near["hit_ratio"] < 0.9 and near["hits"] + near["misses"] > 10_000
    by_second = result.nodes.query("node == 'near'").set_index("t_s")["hit_ratio"]
    assert by_second[60] < by_second[50:60].min() - 0.1


def changed(**edges: Any) -> Any:
    data = loads(DOCUMENT).to_dict()
    for id, fields in edges.items():
        next(e for e in data["edges"] if e["to"] == id).update(fields)
    return data


def test_a_document_says_what_is_wrong_with_its_caches() -> None:
    assert said(changed(db={"cache": "far"})) == [
        (
            "edges.web->near",
            "nothing is looked up in 'near' over this edge; name it as the `cache` of an edge of 'web', "
            "or give it an edge of its own to fetch from",
        ),
        ("edges.web->db.cache", "there is no node 'far'; the caches are near"),
    ]
    assert said(changed(db={"cache": "db"}))[1][1] == "'db' is no cache in front of 'db'; the caches are near"
    fetching = changed()
    fetching["edges"].append({"from": "near", "to": "db"})
    assert said(fetching) == [
        ("edges.web->db.cache", "'near' fetches what it misses by itself; call it instead, or remove its own edges"),
    ]
    without = changed()
    del without["edges"][1]
    assert said(without) == [("edges.web->db.cache", "'web' does not call 'near'; add an edge from it to the cache")]
    both = changed()
    both["nodes"][2]["hit_ratio"] = 0.5
    assert [path for path, _ in said(both)] == ["nodes.near.capacity", "nodes.near.ttl_s"]


def test_only_a_cache_that_fetches_coalesces() -> None:
    data = changed()
    data["nodes"][2]["coalesce"] = True
    fix = "give 'near' an edge to what it fetches from, or remove coalesce"
    assert said(data) == [("nodes.near.coalesce", f"only a cache that fetches by itself has this; {fix}")]
