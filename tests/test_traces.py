"""Requests followed from end to end, and work for nobody."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine.behaviours import Balancer, CallPolicy, Distribution, Source, Station
from engine.control.conductor import Conductor
from engine.document import load
from engine.kernel.layout import span_dt
from engine.live import REFUSED
from engine.plan import Plan
from engine.results import traces
from engine.run import simulate
from engine.series import SPAN
from engine.validation.agreement import followed
from engine.validation.measuring import play
from engine.validation.plans import down, make_plan

ROOT = Path(__file__).resolve().parent.parent
WIDE = 1000


def chain(policy: CallPolicy, service_s: float, *, rate: float = 10.0, **more: object) -> Plan:
    """users → front → web (two instances) → db, 20 ms away from the users and nothing from each other."""
    nodes = {
        "users": Source(((0.0, rate),), "even"), "front": Balancer("round_robin", None),
        "web": Station(("a", "a"), WIDE, None, Distribution("constant", 0.01)),
        "db": Station(("a",), WIDE, None, Distribution("constant", service_s)),
    }  # fmt: skip
    edges = {("users", "front"): policy, ("front", "web"): CallPolicy(60.0), ("web", "db"): CallPolicy(60.0)}
    return make_plan(nodes, edges, client_s=0.02, **{"duration_s": 30.0} | more)  # type: ignore[arg-type]


def test_a_trace_has_every_hop_with_its_instance_and_its_times() -> None:
    plan = chain(CallPolicy(5.0), 0.05)
    frame = traces.frame(plan, play(plan).series.spans)
    one = frame[frame.trace == 3].reset_index()
    assert one.node.tolist() == ["users", "front", "web", "db"] and one.instance[2] in ("web[0]", "web[1]")
    assert one.edge.tolist() == ["", "users->front", "front->web", "web->db"] and one.outcome.tolist() == ["ok"] * 4
    start = one.sent_s[0]
    since = {name: (one[f"{name}_s"] - start).tolist() for name in ("sent", "arrived", "finished", "answered")}
    assert since == {
        "sent": pytest.approx([0, 0, 0.01, 0.02]), "arrived": pytest.approx([0, 0.01, 0.01, 0.02]),
        "finished": pytest.approx([0.08, 0.07, 0.07, 0.07]), "answered": pytest.approx([0.08, 0.08, 0.07, 0.07]),
    }  # fmt: skip
    assert [math.isnan(t) for t in one.started_s] == [True, True, False, False]
    assert [one.span[k] == one.parent[k + 1] for k in range(3)] == [True] * 3


def test_a_failed_request_shows_its_attempts_and_the_first_cause() -> None:
    plan = chain(CallPolicy(5.0, 3), 0.05, faults=(down(0.0, 1e9, [4], REFUSED),))
    frame = traces.frame(plan, play(plan).series.spans)
    one = frame[frame.trace == 0]
    tries = one[one.edge == "users->front"]
    assert tries.attempt.tolist() == [1, 2, 3] and tries.outcome.tolist() == ["error"] * 3
    assert (one.iloc[0].outcome, one.iloc[0].cause, one.iloc[0].cause_at) == ("refused", "refused", "web->db")
    assert set(one[one.edge == "web->db"].answer) == {"refused"}


def test_a_timeout_is_what_the_caller_saw_and_the_callee_answers_all_the_same() -> None:
    plan = chain(CallPolicy(0.05), 0.2)
    frame = traces.frame(plan, play(plan).series.spans)
    call = frame[(frame.edge == "users->front") & (frame.sent_s < 25)]
    assert set(call.outcome) == {"timeout"} and set(call.answer) == {"ok"}
    assert (call.answered_s - call.sent_s).to_numpy() == pytest.approx(0.05) and (call.finished_s > call.answered_s).all()


def test_an_attempt_that_never_left_has_no_instance() -> None:
    plan = chain(CallPolicy(5.0, bulkhead=1), 0.5, rate=10.0)
    frame = traces.frame(plan, play(plan).series.spans)
    stopped = frame[frame.outcome == "bulkhead_full"]
    stopped = stopped[stopped.parent.notna()]
    assert len(stopped) > 50 and set(stopped.instance) == {""} and stopped.arrived_s.isna().all()


def test_of_two_answers_the_slower_is_superseded() -> None:
    nodes = {"users": Source(((0.0, 10.0),), "even"), "web": Station(("a",), WIDE, None, Distribution("constant", 0.1))}
    plan = make_plan(nodes, {("users", "web"): CallPolicy(5.0, hedge_s=0.05)}, duration_s=20.0)
    frame = traces.frame(plan, play(plan).series.spans)
    calls = frame[frame.edge == "users->web"]
    assert calls[~calls.hedge].outcome.value_counts().index[0] == "ok" and set(calls[calls.hedge].outcome) <= {"superseded", "open"}


def test_requests_are_followed_evenly_over_the_run_and_no_more_than_a_few_hundred() -> None:
    plan = chain(CallPolicy(5.0), 0.05, rate=500.0, duration_s=60.0)
    spans = play(plan).series.spans
    begun = spans[spans[:, SPAN.index("parent")] < 0][:, SPAN.index("sent")] / 1e7
    assert len(begun) == 300 and np.diff(begun).max() < 0.21 and begun[-1] > 59.7


def test_every_request_of_a_quiet_run_is_followed() -> None:
    plan = chain(CallPolicy(5.0), 0.05, rate=2.0, duration_s=60.0)
    series = play(plan).series
    assert (series.spans[:, SPAN.index("parent")] < 0).sum() == series.start_begun.sum() == 120


def test_the_columns_are_those_of_the_kernel_and_rows_can_be_compared() -> None:
    assert span_dt.names == SPAN
    plan = chain(CallPolicy(5.0), 0.05)
    assert len(set(followed(plan, play(plan).series))) == 4 * 300


def test_the_same_requests_are_followed_whatever_happens_later() -> None:
    calm, struck = chain(CallPolicy(5.0), 0.05), chain(CallPolicy(5.0), 0.05, faults=(down(20.0, 25.0, [4], REFUSED),))
    before = [followed(plan, play(plan).series) for plan in (calm, struck)]
    early = [[row for row in rows if row[5] < 19e7] for rows in before]  # type: ignore[operator]
    assert early[0] == early[1] != []


# ---- work for nobody ----
def test_work_whose_caller_has_given_up_is_wasted_all_the_way_down() -> None:
    # 10/s, each 10 ms at web and 200 ms at the database, which web waits for with its slot; users give up after 50 ms
    plan = chain(CallPolicy(0.05), 0.2)
    series = play(plan).series
    assert series.inst_wasted[:, 2:4].sum() == series.inst_completed[:, 2:4].sum() == series.inst_wasted[:, 4].sum() > 290
    assert series.inst_wasted_s[:, 2:4].sum() == pytest.approx(series.inst_wasted[:, 2:4].sum() * 0.21)
    assert series.inst_wasted_s[:, 4].sum() == pytest.approx(series.inst_wasted[:, 4].sum() * 0.2)


def test_work_that_is_waited_for_is_not_wasted_nor_is_what_a_balancer_passes_on() -> None:
    series = play(chain(CallPolicy(5.0), 0.05)).series
    assert series.inst_wasted.sum() == 0
    assert play(chain(CallPolicy(0.05), 0.2)).series.inst_wasted[:, 1].sum() == 0


def test_a_slot_given_back_before_the_caller_gives_up_was_not_wasted() -> None:
    nodes = {
        "users": Source(((0.0, 10.0),), "even"), "web": Station(("a",), WIDE, None, Distribution("constant", 0.01), holds_slot=False),
        "db": Station(("a",), WIDE, None, Distribution("constant", 0.2)),
    }  # fmt: skip
    plan = make_plan(nodes, {("users", "web"): CallPolicy(0.05), ("web", "db"): CallPolicy(5.0)}, duration_s=20.0)
    series = play(plan).series
    assert series.inst_wasted[:, 1].sum() == 0 and series.inst_wasted[:, 2].sum() == series.inst_completed[:, 2].sum() > 100


def test_the_wait_in_the_queue_is_no_work() -> None:
    nodes = {"users": Source(((0.0, 10.0),), "even"), "web": Station(("a",), 1, None, Distribution("constant", 0.2))}
    conductor: Conductor = play(make_plan(nodes, {("users", "web"): CallPolicy(0.3)}, duration_s=20.0))
    series = conductor.series
    assert series.inst_wasted_s.sum() == pytest.approx(series.inst_wasted.sum() * 0.2) and series.inst_wasted.sum() > 50


def test_a_result_has_its_traces_and_what_the_answers_cost(tmp_path: Path) -> None:
    result = simulate(load(ROOT / "scenarios" / "three-tier-shop-az-loss.yaml"), duration_s=200.0)
    assert tuple(result.traces.columns) == traces.COLUMNS and result.traces.trace.nunique() == 300
    result.write(tmp_path)
    lines = (tmp_path / "traces.csv").read_text().splitlines()
    assert lines[0] == ",".join(traces.COLUMNS) and len(lines) == len(result.traces) + 1
    work = result.summary["work"]
    assert 0 < work["wasted_s"] < work["busy_s"] and work["wasted_share"] == pytest.approx(work["wasted_s"] / work["busy_s"])
    assert work["amplification"] > 1 and work["attempts_per_request"] > 2.5 and work["goodput_per_s"] > 100
    assert sum(n["wasted"] for n in result.summary["nodes"].values()) > 0
