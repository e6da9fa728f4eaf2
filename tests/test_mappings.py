"""Functions that consume message queues: pollers, throttling, accounts; kernel and oracle agree on every message."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import simulate
from engine.behaviours import CallPolicy, Distribution, Function, Keys, Pollers, Queue, Source
from engine.document import parse
from engine.live import BLACK_HOLE
from engine.lowering import lower
from engine.plan import Plan
from engine.series import QUEUE_COUNTS, Series
from engine.validation.plans import down, make_plan
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_mappings import mapping_fault, random_mapping_plan
from tests.documents import said, with_queue
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_message_a_function_takes(seed: int) -> None:
    assert differences(random_mapping_plan(seed)) == {}


@OFTEN
@given(SEEDS, st.integers(1, 28))
def test_a_branch_of_a_run_with_mappings_equals_a_run_from_the_start(seed: int, second: int) -> None:
    plan = random_mapping_plan(seed)
    assert_branch_is_exact(plan, mapping_fault(random.Random(seed), plan, plan.duration_s), second)


@OFTEN
@given(SEEDS)
def test_no_poller_and_no_environment_is_left_behind(seed: int) -> None:
    plan = random_mapping_plan(seed)
    plan = dataclasses.replace(plan, faults=tuple(f for f in plan.faults if f.kind != "poison"))
    s = run(quiet_after(plan, 20.0, 900.0)).world[0]
    in_hand = int(s["takers"]["in_hand"][: int(s["n_taker"])].sum())
    taken = int(s["queues"]["n_hidden"][: int(s["n_queue"])].sum())
    assert 0 <= in_hand <= taken, "some are so short of environments that they are still at it"
    assert taken or int(s["in_use"]) == int(s["inst"]["busy"].sum()) == 0


# ---- one queue, one function ----
def mapping(rate: float, function: Function, queue: Queue | None = None, pollers: Pollers | None = None, **more: Any) -> Plan:
    """Even arrivals into a queue (instance 1) that a function (2) consumes; a second one (3) is called by robots, about once a second."""
    other = Function(Distribution("constant", 30.0), Distribution("constant", 0.0), 60.0, 1000)
    nodes = {"users": Source(((0.0, rate), (20.0, 0.0)), "even", keys=more.pop("keys", None)), "jobs": queue or Queue(),
             "work": function, "other": other, "robots": Source(((0.0, 0.97),), "even"), "dead": Queue()}  # fmt: skip
    edges = {("users", "jobs"): CallPolicy(5.0), ("jobs", "work"): CallPolicy(1.0), ("robots", "other"): CallPolicy(50.0)}
    accounts = more.pop("accounts", ())
    plan = make_plan(nodes, edges, **{"duration_s": 60.0} | more)
    edge = dataclasses.replace(plan.edges[1], pollers=pollers or Pollers())
    return dataclasses.replace(plan, edges=(plan.edges[0], edge, plan.edges[2]), accounts=accounts)


def seconds_of(service_s: float, most: int = 1000) -> Function:
    """A function that takes exactly this long and starts in no time."""
    return Function(Distribution("constant", service_s), Distribution("constant", 0.0), 60.0, most)


def count(series: Series, what: str) -> list[int]:
    """Of the queue, second by second."""
    return [int(n) for n in series.queue_counts[:, 0, QUEUE_COUNTS.index(what)]]


def test_pollers_start_with_five_and_grow_by_three_hundred_a_minute_while_messages_wait() -> None:
    in_hand = count(run(mapping(200.0, seconds_of(1000.0))).series, "in_flight")
    assert in_hand[:20] == [10 + 5 * k for k in range(20)], "five at first, five more at a look a second, from a phase within the first"


def test_pollers_stop_growing_at_what_the_mapping_allows() -> None:
    in_hand = count(run(mapping(200.0, seconds_of(1000.0), pollers=Pollers(5, 300.0, 12))).series, "in_flight")
    assert in_hand[:4] == [10, 12, 12, 12] and max(in_hand) == 12


def test_a_function_with_few_environments_gets_its_messages_back_and_they_become_dead_letters_although_it_is_well() -> None:
    queue = Queue(visibility_timeout_s=6.0, max_receives=2, dead_letter="dead")
    series = run(mapping(20.0, seconds_of(0.5, most=1), queue)).series
    assert sum(count(series, "dead_lettered")) > 100 and series.inst_rejected[:, 2].sum() > 200
    enough = run(mapping(20.0, seconds_of(0.5, most=20), queue)).series
    assert sum(count(enough, "dead_lettered")) == 0 and sum(count(enough, "deleted")) == 400


def test_a_neighbour_can_use_up_the_account() -> None:
    alone = run(mapping(10.0, seconds_of(0.05))).series
    crowded = run(mapping(10.0, seconds_of(0.05), accounts=((10, (2, 3)),))).series
    assert alone.inst_rejected[:, 2].sum() == 0, "thirty of the neighbour's at once leave 970 of a thousand"
    assert crowded.inst_rejected[:6, 2].sum() == 0 and crowded.inst_rejected[10:20, 2].sum() > 0, "one more each second, up to all ten"
    assert crowded.inst_environments[:, 1].max() == 10


def test_in_order_a_function_works_on_as_many_batches_as_there_are_groups() -> None:
    in_hand = count(run(mapping(50.0, seconds_of(5.0), Queue(fifo=True), keys=Keys(3))).series, "in_flight")
    assert max(in_hand) == 3


def test_a_function_that_dies_and_comes_back_goes_on_with_its_pollers() -> None:
    plan = mapping(20.0, seconds_of(0.2), Queue(visibility_timeout_s=3.0), faults=(down(5.0, 9.0, [2], BLACK_HOLE),))
    series = run(plan).series
    assert sum(count(series, "deleted")) == 400 and series.inst_completed[6:9, 2].sum() == 0


def test_compiled_mappings_give_the_bytes_of_interpreted_ones() -> None:
    code = (
        "import hashlib; from engine.validation.plans_mappings import random_mapping_plan; from tests.test_invariants import run\n"
        "for seed in (0, 1, 7): s = run(random_mapping_plan(seed, 6.0)).series; "
        "print(hashlib.sha256(s.queue_counts.tobytes() + s.inst_busy_s.tobytes() + s.inst_cold.tobytes()).hexdigest())"
    )
    assert_same_when_interpreted(code)


# ---- documents ----
def triggered(**edge: object) -> dict[str, Any]:
    """The shop with a queue `jobs` that a function consumes."""
    data = with_queue(duration_s=20)
    data["nodes"][-1] = {"id": "workers", "kind": "function"}
    data["edges"][-1] |= edge
    return data


def test_a_document_in_which_a_queue_triggers_a_function_runs() -> None:
    row = simulate(parse(triggered(), "test")).summary["nodes"]
    assert row["workers"]["completed"] > 100 and row["jobs"]["deleted"] > 100


def test_the_edge_may_bound_how_much_is_worked_on_at_once() -> None:
    pollers = {e.id: e.pollers for e in lower(parse(triggered(max_concurrency=2), "test")).edges}
    assert pollers["jobs->workers"] == Pollers(2, 300.0, 2) and pollers["web->jobs"] == Pollers()
    data = triggered()
    data["edges"][0]["max_concurrency"] = 3
    assert [path for path, _ in said(data)] == ["edges.users->front.max_concurrency"]


def test_functions_share_what_the_account_leaves_them() -> None:
    data = triggered()
    data["nodes"] += [{"id": "mine", "kind": "function", "reserved_concurrency": 300}, {"id": "more", "kind": "function"}]
    data["edges"] += [{"from": "web", "to": "mine"}, {"from": "web", "to": "more"}]
    plan = lower(parse(data, "test"))
    assert plan.accounts == ((700, (plan.node_index("workers"), plan.node_index("more"))),)
    data["regions"][0]["account_concurrency"] = 300
    assert [path for path, _ in said(data)] == ["regions[0].account_concurrency"]
