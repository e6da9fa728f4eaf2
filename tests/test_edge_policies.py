"""What cancellation, hedging, fallbacks, idempotency keys and connection pools mean, by hand and by formula."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.behaviours import Backoff, Balancer, Breaker, CallPolicy, Distribution, Failover, Source, Station, Store
from engine.control.conductor import Conductor
from engine.kernel.layout import HELPER, JOINING, TICKS_PER_S
from engine.live import REFUSED, Live
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import EXTRAS, Series
from engine.validation.plans import down, fault, make_plan, random_fault
from engine.validation.plans_edges import random_edge_plan
from engine.validation.plans_elastic import quiet_after
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import assert_branch_is_exact, equal, run

SEEDS = st.integers(0, 10_000)
OFTEN = settings(max_examples=20, deadline=None, derandomize=True)


def extra(series: Series, name: str, edge: int = 0) -> int:
    return int(series.edge_extras[:, edge, EXTRAS.index(name)].sum())


def slow_server(policy: CallPolicy, service: Distribution, *, rate: float = 5.0, slots: int = 50, **keywords: object) -> Plan:
    nodes = {"users": Source(((0.0, rate),), "even"), "web": Station(("a",), slots, None, service)}
    return make_plan(nodes, {("users", "web"): policy}, **keywords)  # type: ignore[arg-type]


# ---- cancellation ----
def test_a_cancelled_request_frees_its_slot_as_soon_as_word_arrives() -> None:
    plan = slow_server(CallPolicy(1.0, cancel=True), Distribution("constant", 10.0), duration_s=30.0, client_s=0.2)
    series = run(plan).series
    assert series.inst_completed[:, 1].sum() == 0 and series.inst_cancelled[5:, 1].sum() == 5 * 25
    # one way 0.1 s: the work lasts from 0.1 s to 1.1 s after the start of the request
    assert series.inst_busy_s[5:25, 1].sum() == pytest.approx(20 * 5 * 1.0, rel=1e-6)


def test_cancelling_a_request_that_waits_makes_room_in_the_queue() -> None:
    policy = CallPolicy(0.5, cancel=True)
    plan = slow_server(policy, Distribution("constant", 0.3), rate=10.0, slots=1, duration_s=60.0)
    patient = slow_server(CallPolicy(0.5), Distribution("constant", 0.3), rate=10.0, slots=1, duration_s=60.0)
    assert run(plan).series.inst_queue[-1, 1] <= 5 < 300 < run(patient).series.inst_queue[-1, 1]


def test_word_travels_down_the_whole_chain_of_calls() -> None:
    tier = Station(("a",), 1000, None, Distribution("constant", 0.0))
    nodes = {
        "users": Source(((0.0, 10.0),), "even"), "front": Balancer("round_robin", None), "web": tier, "api": tier,
        "db": Station(("a",), 1000, None, Distribution("constant", 20.0)),
    }  # fmt: skip
    long = CallPolicy(60.0)
    edges = {("users", "front"): CallPolicy(1.0, cancel=True), ("front", "web"): long, ("web", "api"): long, ("api", "db"): long}
    series = run(make_plan(nodes, edges, duration_s=30.0, cross_az_s=0.002, same_az_s=0.002, client_s=0.02)).series
    assert series.inst_cancelled[:, 1:].sum(0).tolist() == [290] * 4
    assert series.edge_abandoned.sum(0).tolist() == [0, 290, 290, 290]


def test_a_partition_stops_the_word_and_the_work_goes_on() -> None:
    def cut(live: Live) -> None:
        live.edge_cut[0, 0] = True

    partition = (fault("partition", 5.05, 10.05, cut),)
    plan = slow_server(CallPolicy(1.0, cancel=True), Distribution("constant", 3.0), duration_s=20.0, client_s=0.2, faults=partition)
    series = run(plan).series
    # what began less than 1 s before the cut is given up during it; what began within the last 0.1 s did not even arrive
    assert series.inst_completed[:, 1].sum() == 5


def test_work_that_was_not_cancelled_can_still_be_counted_as_waste() -> None:
    series = run(slow_server(CallPolicy(1.0), Distribution("constant", 3.0), duration_s=20.0)).series
    assert series.total_ends[0, 0] == 0 and series.inst_completed[:, 1].sum() == 5 * 17 and series.inst_cancelled.sum() == 0


def test_a_cancelled_half_open_probe_does_not_close_the_breaker_for_ever() -> None:
    nodes = {
        "users": Source(((0.0, 50.0),), "even"), "web": Station(("a",), 1000, None, Distribution("constant", 0.0)),
        "db": Station(("a",), 1000, None, Distribution("constant", 0.01)),
    }  # fmt: skip
    breaker = Breaker(0.5, 2.0, 5, 1.0, 2)
    edges = {("users", "web"): CallPolicy(0.5, cancel=True), ("web", "db"): CallPolicy(0.8, breaker=breaker)}
    # the breaker opens by refusals; its probes are cancelled while the database is slow; then it is well again
    refuses = down(2.0, 3.0, [2], REFUSED)
    slow = fault("slow", 3.0, 20.0, lambda live: live.slow.__imul__(np.array([1.0, 1.0, 1000.0])))
    series = run(make_plan(nodes, edges, duration_s=40.0, faults=(refuses, slow))).series
    assert series.start_ends[25:39, 0, 0].sum() == 14 * 50


def test_breakers_are_counted_by_state_while_they_are_open_and_no_longer() -> None:
    nodes = {"users": Source(((0.0, 200.0),), "even"), "web": Station(("a",) * 3, 50, None, Distribution("constant", 0.001)),
             "db": Station(("a",), 50, None, Distribution("constant", 0.001))}  # fmt: skip
    breaker = Breaker(0.5, 4.0, 10, 5.0, 2)
    edges = {("users", "web"): CallPolicy(1.0), ("web", "db"): CallPolicy(0.5, breaker=breaker)}
    series = run(make_plan(nodes, edges, duration_s=40.0, faults=(down(10.0, 20.0, [4], REFUSED),))).series
    opened = series.edge_breakers[:, 1, 0]
    assert series.edge_breakers[:, 0].sum() == 0 and opened[:10].sum() == 0 and (opened[11:19] == 3).any()
    assert opened.max() == 3 and series.edge_breakers[26:, 1].sum() == 0


# ---- hedging ----
def test_a_hedge_is_an_attempt_and_the_slower_one_is_superseded() -> None:
    series = run(slow_server(CallPolicy(60.0, hedge_s=0.5), Distribution("constant", 1.0), duration_s=20.0)).series
    calls, attempts = int(series.edge_calls.sum()), int(series.edge_attempts.sum())
    assert abs(attempts - 2 * calls) <= 3 and extra(series, "superseded") == series.edge_call_ends[:, 0, 0].sum()
    assert extra(series, "hedge_wins") == 0 and series.inst_cancelled.sum() == 0


def test_the_superseded_attempt_is_cancelled_where_the_edge_cancels() -> None:
    nodes = {"users": Source(((0.0, 5.0),), "even"), "web": Station(("a", "a"), 50, None, Distribution("constant", 0.1))}
    slow = fault("slow", 0.0, 1e9, lambda live: live.slow.__imul__(np.array([1.0, 100.0, 1.0])))
    plan = make_plan(nodes, {("users", "web"): CallPolicy(60.0, hedge_s=0.3, cancel=True)}, duration_s=30.0, faults=(slow,))
    series = run(plan).series
    assert series.inst_cancelled.sum() == pytest.approx(extra(series, "superseded"), abs=1) and extra(series, "hedge_wins") > 20
    answered = series.edge_call_ends[:, 0, 0].sum()
    assert series.inst_completed[:, 1:].sum() == pytest.approx(answered, abs=1), "no work is done for nobody"


def test_a_hedge_that_fails_leaves_the_first_attempt_to_answer() -> None:
    nodes = {"users": Source(((0.0, 50.0),), "even"), "web": Station(("a", "a"), 50, None, Distribution("constant", 1.0))}
    gone = down(0.0, 1e9, [2], REFUSED)
    plan = make_plan(nodes, {("users", "web"): CallPolicy(60.0, hedge_s=0.5)}, duration_s=20.0, faults=(gone,))
    series = run(plan).series
    refused = series.edge_call_ends[:, 0, OUTCOMES.index("refused")].sum()
    sent_first = series.edge_calls.sum() - extra(series, "hedges")
    assert abs(refused - sent_first) <= 25 and series.edge_call_ends[:, 0, 0].sum() > 300
    assert series.edge_attempt_ends[:, 0, OUTCOMES.index("refused")].sum() > refused + 150, "failed hedges are attempts that failed"


def test_a_hedge_takes_a_token_and_a_place_in_the_bulkhead() -> None:
    poor = run(slow_server(CallPolicy(60.0, hedge_s=0.1, retry_budget=0.0), Distribution("constant", 0.5), duration_s=20.0)).series
    assert extra(poor, "hedges") == 10
    tight = run(slow_server(CallPolicy(60.0, hedge_s=0.1, bulkhead=1), Distribution("constant", 0.15), duration_s=20.0)).series
    assert extra(tight, "hedges") == 0 and tight.total_ends[0, 0] >= 99


# ---- fallback ----
# ---- idempotency ----
def twice(policy: CallPolicy, **keywords: object) -> Series:
    """A server that takes 1.5 s, callers that give up after 1 s and try three times."""
    return run(slow_server(policy, Distribution("constant", 1.5), rate=2.0, **keywords)).series  # type: ignore[arg-type]


def test_retries_after_timeouts_do_the_work_again_and_each_time_too_many_is_counted() -> None:
    series = twice(CallPolicy(1.0, 3), duration_s=60.0)
    done = int(series.inst_completed[:, 1].sum())
    assert series.total_ends[0, 0] == 0 and extra(series, "duplicates") == pytest.approx(done * 2 / 3, abs=3)


def test_an_idempotency_key_lets_the_retry_have_the_answer_of_the_first() -> None:
    series = twice(CallPolicy(1.0, 3, idempotent=True), duration_s=60.0)
    assert extra(series, "duplicates") == 0
    assert series.total_ends[0, 0] == pytest.approx(116, abs=2)
    assert series.total_latency_s[0] / series.total_ends[0, 0] == pytest.approx(1.5)


def test_the_key_passes_through_a_balancer() -> None:
    nodes = {"users": Source(((0.0, 2.0),), "even"), "front": Balancer("round_robin", None),
             "web": Station(("a", "b"), 50, None, Distribution("constant", 1.5))}  # fmt: skip
    for idempotent in (False, True):
        edges = {("users", "front"): CallPolicy(1.0, 3, idempotent=idempotent), ("front", "web"): CallPolicy(60.0)}
        series = run(make_plan(nodes, edges, duration_s=60.0)).series
        assert (extra(series, "duplicates", 1) == 0) is idempotent
        assert bool(series.total_ends[0, 0] > 100) is idempotent


def test_a_lost_answer_is_found_again_by_its_key() -> None:
    def cut(live: Live) -> None:
        live.edge_cut[0, 1] = True

    policy = CallPolicy(0.5, 3, Backoff("fixed", 0.3), idempotent=True)
    for idempotent, duplicates in ((True, 0), (False, 5)):
        plan = slow_server(
            dataclasses.replace(policy, idempotent=idempotent), Distribution("constant", 0.1), duration_s=20.0, client_s=0.02,
            faults=(fault("answers lost", 5.05, 6.05, cut),),
        )  # fmt: skip
        series = run(plan).series
        assert series.total_ends[0, 0] == series.total_begun[0] and extra(series, "duplicates") >= duplicates
        assert (extra(series, "duplicates") == 0) is idempotent


def test_when_the_one_that_does_the_work_dies_another_takes_over() -> None:
    nodes = {"users": Source(((0.0, 1.0),), "even"), "web": Station(("a", "b"), 50, None, Distribution("constant", 4.0))}
    policy = CallPolicy(20.0, 1, hedge_s=1.0, idempotent=True)
    crash = down(10.5, 30.0, [1])  # the black hole keeps its own callers waiting; those who joined elsewhere take over
    series = run(make_plan(nodes, {("users", "web"): policy}, duration_s=60.0, faults=(crash,))).series
    late = series.start_latency_s[7:11, 0]
    assert extra(series, "duplicates") == 0 and (late.max() > 4.0)


# ---- connection pools ----
def fails_over(pool_age_s: float | None, how: int) -> Series:
    failover = Failover(1.0, 0.5, 2, 0.5, 1.0, 1.0, 5.0)
    store = Store(("a", "b"), 1000, None, Distribution("constant", 0.01), failover)
    nodes = {"users": Source(((0.0, 50.0),), "even"), "web": Station(("a",) * 4, 100, None, Distribution("constant", 0.0)), "db": store}
    edges = {("users", "web"): CallPolicy(5.0), ("web", "db"): CallPolicy(0.5, pool_age_s=pool_age_s)}
    # away just long enough to be replaced; when it comes back it is fenced, and its old connections' owners do not know
    return run(make_plan(nodes, edges, duration_s=120.0, same_az_s=0.001, cross_az_s=0.001, faults=(down(10.0, 15.0, [5], how),))).series


def test_without_a_pool_everybody_follows_the_address() -> None:
    series = fails_over(None, REFUSED)
    assert series.edge_attempt_ends[20:, 1, 1:].sum() == 0


def test_a_pooled_connection_that_fails_is_made_anew_where_the_address_points() -> None:
    series = fails_over(1000.0, REFUSED)
    assert series.edge_attempt_ends[20:, 1, 1:].sum() == 0, "the old primary refused until 15 s: every caller has noticed"


def test_a_pool_sticks_to_a_fenced_primary_until_its_connections_are_too_old() -> None:
    failover = Failover(1.0, 0.5, 2, 0.5, 1.0, 1.0, 5.0)
    nodes = {
        "users": Source(((0.0, 50.0),), "even"), "web": Station(("a",) * 20, 100, None, Distribution("constant", 0.0)),
        "db": Store(("a", "b"), 1000, None, Distribution("constant", 0.01), failover),
    }  # fmt: skip

    def apart(live: Live) -> None:  # the monitor, at the Region's place, cannot see the primary; the callers can
        live.path_cut[1, 2] = True

    def no_writer(pool_age_s: float | None) -> np.ndarray:
        edges = {("users", "web"): CallPolicy(5.0), ("web", "db"): CallPolicy(0.5, pool_age_s=pool_age_s)}
        plan = make_plan(nodes, edges, duration_s=120.0, same_az_s=0.001, cross_az_s=0.001, faults=(fault("cut", 10.0, 16.0, apart),))
        return run(plan).series.edge_attempt_ends[:, 1, OUTCOMES.index("no_writer")]

    assert no_writer(None)[20:].sum() == 0, "fresh connections follow within the TTL"
    assert no_writer(1000.0)[20:].sum() > 95 * 50 * 0.9, "nothing ever fails on an old connection, it only says: not the writer"
    aging = no_writer(60.0)
    assert aging[20:30].sum() > aging[40:50].sum() > aging[60:70].sum() > 0 == aging[80:].sum()


# ---- invariants ----
@OFTEN
@given(SEEDS)
def test_when_the_traffic_stops_nothing_is_left_behind(seed: int) -> None:
    plan = random_edge_plan(seed, 30.0)
    s = run(quiet_after(plan, 20.0, 120.0)).world[0]
    free, r = 0, int(s["free_call"])
    while r >= 0:
        free, r = free + 1, int(s["calls"]["refs"][r])
    left = {
        "frames": int(s["in_use"]), "busy": int(s["inst"]["busy"].sum()), "queued": int(s["inst"]["queued"].sum()),
        "outstanding": int(np.abs(s["targets"]["out"]).sum()), "open": int(np.abs(s["sites"]["inflight"]).sum()),
        "records": int(s["n_call"]) - free,
    }  # fmt: skip
    assert left == dict.fromkeys(left, 0)


@OFTEN
@given(SEEDS, st.integers(1, 28))
def test_a_branch_equals_a_run_from_the_start_with_that_fault(seed: int, second: int) -> None:
    plan = random_edge_plan(seed)
    assert_branch_is_exact(plan, random_fault(random.Random(seed), plan, plan.duration_s), second)


@OFTEN
@given(SEEDS, st.lists(st.integers(1, 15 * TICKS_PER_S), max_size=40))
def test_stopping_anywhere_and_going_on_changes_nothing(seed: int, stops: list[int]) -> None:
    whole, pieces = run(random_edge_plan(seed, 15.0)), Conductor(random_edge_plan(seed, 15.0))
    for stop in sorted(stops):
        pieces.run_to(stop)
    pieces.run_to(pieces.end)
    assert equal(whole.series, pieces.sync()) == [] and whole.events == pieces.events


@OFTEN
@given(SEEDS)
def test_every_instance_and_every_edge_accounts_for_everything(seed: int) -> None:
    conductor = run(random_edge_plan(seed, 20.0))
    series, s = conductor.series, conductor.world[0]
    frames = s["frames"][: s["n_used"]]
    present = np.zeros(len(conductor.plan.instances), int)
    there = np.isin(frames["state"], [*range(4, 11), int(JOINING)]) & (frames["edge"] != HELPER)  # WAIT … JOINED; helpers never arrived
    np.add.at(present, frames["inst"][there], 1)
    ended = (series.inst_completed.astype(int) + series.inst_rejected + series.inst_killed + series.inst_cancelled).sum(0)
    assert (series.inst_arrived.sum(0) == ended + present).all()
    attempts, ends = series.edge_attempts.sum(0), series.edge_attempt_ends.sum((0, 2))
    superseded = series.edge_extras[:, :, EXTRAS.index("superseded")].sum(0)
    assert (attempts >= ends + superseded).all()


INTERPRETED = """
import hashlib
from engine.validation.plans_edges import random_edge_plan
from tests.test_invariants import run
for seed in (3, 8):
    series = run(random_edge_plan(seed, 3.0)).series
    print(hashlib.sha256(b"".join(getattr(series, n).tobytes() for n in ("edge_attempt_ends", "edge_extras", "start_hist"))).hexdigest())
"""


def test_the_interpreted_kernel_gives_the_same_bytes_as_the_compiled_one() -> None:
    assert_same_when_interpreted(INTERPRETED)
