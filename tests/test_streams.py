"""Streams: kernel and oracle agree on every record; shards, write limits, iterator age, and what a poisoned record does."""

from __future__ import annotations

import dataclasses
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import simulate
from engine.behaviours import CallPolicy, Distribution, Function, Keys, Pollers, Queue, Source, Station
from engine.document import parse
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import QUEUE_COUNTS, Series
from engine.validation.plans import fault, make_plan
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_streams import random_stream_plan, stream_fault
from tests.documents import said, with_queue
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_record(seed: int) -> None:
    assert differences(random_stream_plan(seed)) == {}


def test_random_streams_reach_everything_that_can_happen_to_a_record() -> None:
    runs = [run(random_stream_plan(seed)).series for seed in range(40)]
    happened = sum(series.queue_counts.sum((0, 1)) for series in runs)
    assert {what: int(n) for what, n in zip(QUEUE_COUNTS, happened, strict=True) if n < 5} == {"redriven": 0}
    assert sum(int(series.edge_attempt_ends[:, :, OUTCOMES.index("throttled")].sum()) for series in runs) > 500


@OFTEN
@given(SEEDS, st.integers(1, 20))
def test_a_branch_of_a_run_with_streams_equals_a_run_from_the_start(seed: int, second: int) -> None:
    plan = random_stream_plan(seed)
    assert_branch_is_exact(plan, stream_fault(random.Random(seed), plan, plan.duration_s), second)


@OFTEN
@given(SEEDS)
def test_when_nothing_is_written_any_more_every_reader_catches_up(seed: int) -> None:
    plan = random_stream_plan(seed)
    plan = dataclasses.replace(plan, faults=tuple(f for f in plan.faults if f.kind != "poison"))
    series = run(quiet_after(plan, 18.0, 900.0)).series
    mine = [q for q, (n, _) in enumerate(plan.readers()) if plan.queue(n).shards]
    assert series.queue_counts[-1, mine, :2].sum() == 0 and series.queue_shard_age_s[-1].sum() == 0


# ---- one stream ----
def stream(rate: float, queue: Queue, keys: Keys | None = None, *readers: Any, **more: Any) -> Plan:
    """Even arrivals for 20 s into a stream (instance 1), read by services or functions (2 …); dead letters go to `dead`."""
    nodes: dict[str, Any] = {"users": Source(((0.0, rate), (20.0, 0.0)), "even", keys=keys), "jobs": queue}
    nodes |= {f"reader{k}": reader for k, reader in enumerate(readers or (seconds_of(0.01),))}
    edges = {("users", "jobs"): CallPolicy(5.0)} | {("jobs", name): CallPolicy(1.0) for name in nodes if name.startswith("reader")}
    plan = make_plan(nodes | {"dead": Queue()}, edges, **{"duration_s": 60.0} | more)
    pollers = Pollers(queue.shards, 0.0, queue.shards)
    return dataclasses.replace(plan, edges=tuple(dataclasses.replace(e, pollers=pollers) for e in plan.edges))


def seconds_of(service_s: float) -> Station:
    """A service that takes exactly this long, with slots to spare."""
    return Station(("a",), 50, None, Distribution("constant", service_s))


def total(series: Series, what: str, reader: int = 0) -> int:
    """Records of one kind over the whole run."""
    return int(series.queue_counts[:, reader, QUEUE_COUNTS.index(what)].sum())


def test_a_hot_key_is_throttled_at_the_limit_of_its_shard_while_the_others_have_room() -> None:
    one = run(stream(100.0, Queue(shards=4, records_per_s=25.0), Keys(1))).series
    assert total(one, "published") in (25 * 20 + 24, 25 * 20 + 25), "25 at once, then 25 a second"
    many = run(stream(60.0, Queue(shards=4, records_per_s=25.0), Keys(5000))).series
    assert total(many, "published") > 0.97 * 1200, "fifteen a second each on average"


def test_megabytes_limit_a_shard_too() -> None:
    plan = stream(100.0, Queue(shards=1, kb_per_s=50.0))
    plan = dataclasses.replace(plan, edges=(dataclasses.replace(plan.edges[0], request_kb=5.0), *plan.edges[1:]))
    assert total(run(plan).series, "published") in (10 * 20 + 9, 10 * 20 + 10), "ten records of 5 kB a second, and ten at once"


def test_every_reader_reads_everything_at_its_own_pace() -> None:
    series = run(stream(20.0, Queue(shards=2, visibility_timeout_s=40.0), Keys(100), seconds_of(0.01), seconds_of(1.0))).series
    slow = 2  # after the stream's first reader and the queue of dead letters
    assert total(series, "published") == total(series, "published", slow) == total(series, "deleted") == 400
    assert total(series, "deleted", slow) in range(110, 121), "two shards, a second a record, for a minute"
    assert series.queue_oldest_s[19].tolist() == [pytest.approx(0, abs=0.1), 0.0, pytest.approx(18.0, abs=2.0)]


def test_a_shard_is_read_in_order_one_batch_at_a_time() -> None:
    queue = Queue(shards=3, batch=4, visibility_timeout_s=50.0)
    assert run(stream(100.0, queue, Keys(1000), seconds_of(0.7))).series.queue_counts[:, 0, 1].max() == 3 * 4
    function = Function(Distribution("constant", 0.7), Distribution("constant", 0.0), 60.0, 1000)
    in_hand = run(stream(100.0, queue, Keys(1000), function)).series.queue_counts[:, 0, 1]
    assert in_hand.max() == 3 * 4, "a function runs once for each shard"


def poisoned(queue: Queue, keys: Keys | None) -> Series:
    """A hundred records a second, of which the one at 2 s is poisoned."""
    bad = fault("poison", 2.0, 2.005, lambda live: live.add_poison([1], 1.0))
    return run(stream(100.0, queue, keys, seconds_of(0.001), faults=(bad,))).series


def test_a_poisoned_record_holds_up_its_shard_until_its_retries_end_and_no_other_shard() -> None:
    series = poisoned(Queue(shards=4, max_receives=5, dead_letter="dead", visibility_timeout_s=2.0), Keys(1000))
    ages = series.queue_shard_age_s
    held = int(ages[10].argmax())
    assert total(series, "dead_lettered") == 1 and total(series, "deleted") == 1999
    assert ages[10, held] == pytest.approx(9.0, abs=0.01) and ages[12:, held].max() < 0.1, "five times two seconds from 2 s on"
    assert np.delete(ages, held, axis=1).max() < 0.1


def test_without_an_end_of_its_retries_a_poisoned_record_blocks_its_shard_until_it_expires() -> None:
    series = poisoned(Queue(shards=1, visibility_timeout_s=1.0, retention_s=9.0), None)
    assert total(series, "expired") == 1 and total(series, "deleted") == 1999
    assert series.queue_shard_age_s[9].max() == pytest.approx(8.0, abs=0.1) and series.queue_shard_age_s[12].max() < 0.1


def test_a_batch_cut_in_half_loses_only_the_record_that_fails() -> None:
    whole = poisoned(Queue(shards=1, batch=100, max_receives=3, visibility_timeout_s=1.0), None)
    halves = poisoned(Queue(shards=1, batch=100, max_receives=8, visibility_timeout_s=1.0, bisect=True), None)
    assert total(whole, "dead_lettered") >= 1 and total(halves, "dead_lettered") == 1
    late = fault("consumer stop", 1.0, 3.0, lambda live: live.stopped.__setitem__([2], True))
    bad = fault("poison", 2.0, 2.005, lambda live: live.add_poison([1], 1.0))
    for bisect, lost in ((False, 100), (True, 1)):
        queue = Queue(shards=1, batch=100, max_receives=9 if bisect else 3, visibility_timeout_s=0.5, bisect=bisect)
        series = run(stream(100.0, queue, None, seconds_of(0.001), faults=(late, bad))).series
        assert total(series, "dead_lettered") == lost, "without it all that was read together is given up together"


def test_iterator_age_is_how_long_the_readers_were_away() -> None:
    away = fault("consumer stop", 5.0, 15.0, lambda live: live.stopped.__setitem__([2], True))
    series = run(stream(200.0, Queue(shards=2, batch=10), Keys(1000), faults=(away,))).series
    assert series.queue_shard_age_s[14].tolist() == [pytest.approx(10.0, abs=0.1)] * 2 and series.queue_shard_age_s[-1].sum() == 0
    assert total(series, "deleted") == 4000 and math.isclose(series.queue_oldest_s[14, 0], series.queue_shard_age_s[14].max(), rel_tol=1e-6)


def test_compiled_streams_give_the_bytes_of_interpreted_ones() -> None:
    code = (
        "import hashlib; from engine.validation.plans_streams import random_stream_plan; from tests.test_invariants import run\n"
        "for seed in (0, 3, 8): s = run(random_stream_plan(seed, 6.0)).series; "
        "print(hashlib.sha256(s.queue_counts.tobytes() + s.inst_busy_s.tobytes() + s.queue_shard_age_s.tobytes()).hexdigest())"
    )
    assert_same_when_interpreted(code)


# ---- documents ----
def streaming(**fields: Any) -> dict[str, Any]:
    """The shop with a stream `jobs` that a service and a function read."""
    data = with_queue(duration_s=20)
    next(n for n in data["nodes"] if n["id"] == "jobs").update({"shards": 3} | fields)
    data["nodes"].append({"id": "fn", "kind": "function"})
    data["edges"].append({"from": "jobs", "to": "fn"})
    return data


def test_a_document_with_a_stream_runs_and_tells_the_age_of_each_shard() -> None:
    plan = lower(parse(streaming(), "test"))
    assert plan.edges[-1].pollers == Pollers(3, 0.0, 3) and (plan.queue(plan.queues()[0]).records_per_s, len(plan.readers())) == (1000, 2)
    nodes = simulate(parse(streaming(), "test")).summary["nodes"]
    row = nodes["jobs"]
    assert len(row["iterator_age_s"]) == 3 and nodes["fn"]["completed"] > 100 and nodes["workers"]["completed"] > 100
    assert row["published"] < row["deleted"] <= 2 * row["published"], "each reads all of it, at its own pace"


def test_what_a_stream_cannot_mean_is_said() -> None:
    assert [path for path, _ in said(streaming(fifo=True))] == ["nodes.jobs.fifo"]
    assert [path for path, _ in said(streaming(shards=None, bisect=True, mb_per_s=2))] == ["nodes.jobs.mb_per_s", "nodes.jobs.bisect"]
    data = streaming()
    data["edges"][-1]["max_concurrency"] = 5
    data["nodes"].append({"id": "intake", "kind": "queue", "dead_letter": "jobs"})
    data["faults"] = [{"kind": "redrive", "target": "jobs", "at_s": 5}]
    assert sorted(path for path, _ in said(data)) == ["edges.jobs->fn.max_concurrency", "faults[0].target", "nodes.intake.dead_letter"]
