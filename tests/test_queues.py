"""Message queues: kernel and oracle agree, the backlog of the textbook, and what delivery at least once feels like."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.behaviours import CallPolicy, Distribution, Keys, Queue, Source, Station
from engine.live import REFUSED
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault
from engine.series import QUEUE_COUNTS, Series
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_queues import random_queue_fault, random_queue_plan
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(45))
def test_kernel_and_oracle_agree_on_every_message(seed: int) -> None:
    assert differences(random_queue_plan(seed)) == {}


def test_random_queues_reach_everything_that_can_happen_to_a_message() -> None:
    happened = sum(run(random_queue_plan(seed)).series.queue_counts.sum((0, 1)) for seed in range(40))
    assert {what: int(n) for what, n in zip(QUEUE_COUNTS, happened, strict=True) if n < 5} == {"redriven": 0}


@OFTEN
@given(SEEDS, st.integers(1, 28))
def test_a_branch_of_a_run_with_queues_equals_a_run_from_the_start(seed: int, second: int) -> None:
    plan = random_queue_plan(seed)
    extra = random_queue_fault(random.Random(seed), plan, plan.duration_s)
    assert_branch_is_exact(plan, extra, second)


@OFTEN
@given(SEEDS)
def test_when_nothing_is_published_any_more_every_queue_with_consumers_runs_empty(seed: int) -> None:
    plan = random_queue_plan(seed)
    quiet = tuple(
        dataclasses.replace(n, behaviour=dataclasses.replace(n.behaviour, segments=(*n.behaviour.segments, (20.0, 0.0))))
        if isinstance(n.behaviour, Source) else n for n in plan.nodes
    )  # fmt: skip
    faults = tuple(dataclasses.replace(f, end_s=min(f.end_s, 28.0)) for f in plan.faults if f.kind != "poison")
    conductor = run(dataclasses.replace(plan, nodes=quiet, faults=faults, duration_s=400.0))
    s = conductor.world[0]
    ends = [int(s["queues"][q]["t_in"]) for q in range(int(s["n_queue"]))]
    assert int(s["in_use"]) == 0 and int(s["inst"]["busy"].sum()) == 0 and min(ends) >= 0
    for q, n in enumerate(plan.queues()):
        if plan.nodes[n].calls:
            assert conductor.series.queue_counts[-1, q, :2].tolist() == [0, 0]


# ---- one producer, one queue, one consumer ----
def jobs(
    rate: float = 100.0, queue: Queue | None = None, workers: Station | None = None, *, faults: tuple[PlanFault, ...] = (),
    keys: Keys | None = None, **more: object,
) -> Plan:  # fmt: skip
    """Even arrivals straight into a queue; workers (instances 2 …) of one slot and 10 ms unless told otherwise."""
    nodes = {
        "users": Source(((0.0, rate), (10.0, 0.0)), "even", keys=keys), "jobs": queue or Queue(),
        "workers": workers or Station(("a",) * 4, 1, None, Distribution("constant", 0.01)), "dead": Queue(),
    }  # fmt: skip
    edges = {("users", "jobs"): CallPolicy(5.0), ("jobs", "workers"): CallPolicy(1.0)}
    return make_plan(nodes, edges, faults=faults, **{"duration_s": 60.0} | more)  # type: ignore[arg-type]


def total(series: Series, what: str, queue: int = 0) -> int:
    """Messages of one kind over the whole run."""
    return int(series.queue_counts[:, queue, QUEUE_COUNTS.index(what)].sum())


def test_a_killed_consumer_leaves_its_message_to_reappear_after_the_visibility_timeout() -> None:
    slow = Station(("a",), 1, None, Distribution("constant", 2.0))
    plan = jobs(0.1, Queue(visibility_timeout_s=7.0), slow, faults=(down(1.0, 1.5, [2], REFUSED),))
    series = run(plan).series
    assert total(series, "redelivered") == 1 and total(series, "deleted") == 1
    assert series.queue_counts[7, 0, QUEUE_COUNTS.index("redelivered")] == 1, "taken at 0 s, killed at 1 s, taken again at 7 s"
    assert series.inst_killed[1, 2] == 1


def test_work_longer_than_the_visibility_timeout_is_done_twice_and_the_late_delete_has_no_effect() -> None:
    slow = Station(("a",) * 9, 1, None, Distribution("constant", 3.0))
    series = run(jobs(0.1, Queue(visibility_timeout_s=2.0, max_receives=3), slow)).series
    assert (total(series, "delivered"), total(series, "late_deletes"), total(series, "deleted")) == (3, 3, 0)
    assert total(series, "dead_lettered") == 1, "taken three times, and three receives are all it may have"
    assert series.edge_attempt_ends[:, 1, OUTCOMES.index("timeout")].sum() == 3


def test_a_poisoned_message_goes_to_the_dead_letter_queue_after_its_receives_and_keeps_its_age() -> None:
    poison = fault("poison", 0.0, 5.0, lambda live: live.add_poison([1], 1.0))
    plan = jobs(1.0, Queue(visibility_timeout_s=4.0, max_receives=3, dead_letter="dead"), faults=(poison,))
    series = run(plan).series
    dead = series.queue_counts[:, 1, 0]
    assert dead[-1] == 5 and total(series, "deleted") == 5 and total(series, "dead_lettered") == 5
    assert dead[11] == 0 and dead[12] == 1 and series.queue_oldest_s[12, 1] == pytest.approx(13.0, abs=0.01)


def test_without_a_dead_letter_queue_what_fails_too_often_is_dropped_and_counted() -> None:
    flaky = fault("errors", 0.0, 100.0, lambda live: live.add_errors([2, 3, 4, 5], 1.0))
    series = run(jobs(10.0, Queue(visibility_timeout_s=1.0, max_receives=2), faults=(flaky,))).series
    assert (total(series, "dead_lettered"), total(series, "delivered"), total(series, "deleted")) == (100, 200, 0)


def test_messages_nobody_takes_expire_after_their_retention() -> None:
    stop = fault("consumer_stop", 0.0, 100.0, lambda live: live.stopped.__setitem__([2, 3, 4, 5], True))
    series = run(jobs(10.0, Queue(retention_s=20.0), faults=(stop,))).series
    assert total(series, "expired") == 100 and series.queue_oldest_s.max() <= 20.0
    assert series.queue_counts[9, 0, 0] == 100 and series.queue_counts[24, 0, 0] in (49, 50, 51)


def test_a_batch_is_one_unit_of_work() -> None:
    slow = Station(("a",), 1, None, Distribution("constant", 1.0))
    series = run(jobs(10.0, Queue(batch=10), slow)).series
    assert total(series, "deleted") == 100 and series.inst_arrived[:, 2].sum() <= 12
    assert series.queue_counts[:, 0, 0].max() <= 10, "ten a second come in, ten a second are worked on"


def test_a_queue_in_order_has_one_delivery_per_key_at_a_time() -> None:
    many = Station(("a",) * 20, 1, None, Distribution("constant", 0.5))
    few = run(jobs(100.0, Queue(fifo=True), many, keys=Keys(3), duration_s=30.0)).series
    assert few.queue_counts[:, 0, 1].max() == 3, "three keys, three in hand"
    none = run(jobs(100.0, Queue(fifo=True), many, duration_s=30.0)).series
    assert none.queue_counts[:, 0, 1].max() == 1 and total(none, "deleted") in (59, 60), "without keys all are one group"


def test_a_queue_that_is_down_refuses_producers_gives_nothing_out_and_forgets_nothing() -> None:
    worker = Station(("a",), 1, None, Distribution("constant", 0.2))
    plan = jobs(10.0, Queue(visibility_timeout_s=2.0), worker, faults=(down(5.0, 20.0, [1], REFUSED),))
    series = run(plan).series
    assert series.start_ends[5:10, 0, OUTCOMES.index("refused")].sum() == 50
    assert series.inst_completed[6:20, 1].sum() == 0 and total(series, "published") == 50
    assert total(series, "deleted") == 50


def test_a_cut_to_the_consumers_heals_without_a_lost_slot_or_message() -> None:
    def cut(live: object) -> None:
        live.edge_cut[1] = True  # type: ignore[attr-defined]

    plan = jobs(100.0, Queue(visibility_timeout_s=3.0), same_az_s=0.0, cross_az_s=0.02, faults=(fault("cut", 2.0, 4.0, cut),))
    conductor = run(plan)
    series = conductor.series
    assert total(series, "deleted") == 1000 and int(conductor.world[0]["inst"]["busy"].sum()) == 0
    assert total(series, "redelivered") > 0, "what was on a wire when the cut began reappears"


def test_compiled_queues_give_the_bytes_of_interpreted_ones() -> None:
    code = (
        "import hashlib; from engine.validation.plans_queues import random_queue_plan; from tests.test_invariants import run\n"
        "for seed in (2, 12, 16): s = run(random_queue_plan(seed, 6.0)).series; "
        "print(hashlib.sha256(s.queue_counts.tobytes() + s.inst_busy_s.tobytes() + s.edge_attempt_ends.tobytes()).hexdigest())"
    )
    assert_same_when_interpreted(code)
