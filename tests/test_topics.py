"""Topics: kernel and oracle agree on every copy, nothing is lost, and what retries, filters, dead letters, redrive and replay feel like."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import simulate
from engine.behaviours import Backoff, CallPolicy, Distribution, Queue, Source, Station, Topic
from engine.document import parse
from engine.live import REFUSED, Live
from engine.lowering import lower
from engine.outcomes import OUTCOMES
from engine.plan import Plan, PlanFault, Redrive, Replay
from engine.series import QUEUE_COUNTS, TOPIC_COUNTS, Series
from engine.validation.plans import down, fault, make_plan
from engine.validation.plans_elastic import quiet_after
from engine.validation.plans_topics import nothing, random_topic_plan, topic_fault
from tests.documents import said, with_queue, with_topic
from tests.interpreted import assert_same_when_interpreted
from tests.test_invariants import OFTEN, SEEDS, assert_branch_is_exact, run
from tests.test_oracle import differences
from tests.test_theory import assert_close, estimate


@pytest.mark.parametrize("seed", range(40))
def test_kernel_and_oracle_agree_on_every_copy(seed: int) -> None:
    assert differences(random_topic_plan(seed)) == {}


def test_random_topics_reach_everything_that_can_happen_to_a_copy() -> None:
    happened = sum(run(random_topic_plan(seed)).series.topic_counts.sum((0, 1)) for seed in range(40))
    assert {what: int(n) for what, n in zip(TOPIC_COUNTS, happened, strict=True) if n < 50} == {}
    redriven = sum(run(random_topic_plan(seed)).series.queue_counts[:, :, QUEUE_COUNTS.index("redriven")].sum() for seed in range(40))
    assert redriven > 50


@OFTEN
@given(SEEDS, st.integers(1, 20))
def test_a_branch_of_a_run_with_topics_equals_a_run_from_the_start(seed: int, second: int) -> None:
    plan = random_topic_plan(seed)
    extra = topic_fault(random.Random(seed), plan, plan.duration_s)
    assert_branch_is_exact(plan, extra, second)


@OFTEN
@given(SEEDS)
def test_when_nothing_is_published_any_more_every_copy_ends(seed: int) -> None:
    plan = random_topic_plan(seed)
    calm = tuple(dataclasses.replace(f, end_s=min(f.end_s, 20.0)) for f in plan.faults)
    conductor = run(quiet_after(dataclasses.replace(plan, faults=calm), 18.0, 600.0))
    s = conductor.world[0]
    assert int(s["in_use"]) == 0 and int(s["n_detached"]) == int(s["n_detached_ended"]) > 0
    assert conductor.series.topic_counts[-1, :, 0].tolist() == [0] * len(plan.topics())


# ---- one publisher, one topic ----
def news(
    rate: float = 20.0, policy: CallPolicy | None = None, topic: Topic | None = None, *, faults: tuple[PlanFault, ...] = (),
    dead_letter: str | None = "dead", only: tuple[str, ...] = (), **more: object,
) -> Plan:  # fmt: skip
    """Even arrivals for 10 s straight into a topic (instance 1); a service (2) and a queue (3) subscribe; dead letters (4)."""
    classes = (("read", 0.75), ("write", 0.25))
    nodes = {
        "users": Source(((0.0, rate), (10.0, 0.0)), "even", classes=classes), "news": topic or Topic(),
        "mailer": Station(("a",), 100, None, Distribution("constant", 0.01)), "inbox": Queue(), "dead": Queue(),
    }  # fmt: skip
    edges = {("users", "news"): CallPolicy(5.0), ("news", "mailer"): policy or CallPolicy(1.0), ("news", "inbox"): CallPolicy(1.0)}
    plan = make_plan(nodes, edges, faults=faults, **{"duration_s": 60.0} | more)  # type: ignore[arg-type]
    mailer = dataclasses.replace(plan.edges[1], dead_letter=dead_letter, only=only)
    return dataclasses.replace(plan, edges=(plan.edges[0], mailer, plan.edges[2]))


def total(series: Series, what: str) -> int:
    """Messages, or copies, of the topic over the whole run."""
    return int(series.topic_counts[:, 0, TOPIC_COUNTS.index(what)].sum())


def waiting(series: Series, queue: int, second: int = -1) -> int:
    """Messages in a queue at the end of a second: 0 inbox, 1 dead."""
    return int(series.queue_counts[second, queue, 0])


def test_every_subscriber_gets_a_copy_of_every_message_and_the_publisher_does_not_wait_for_them() -> None:
    series = run(news()).series
    assert (total(series, "published"), total(series, "delivered"), waiting(series, 0)) == (200, 400, 200)
    assert series.total_latency_s[0] == 0.0, "no network here, and nothing to wait for"


def test_a_filter_lets_only_its_classes_pass() -> None:
    (found,) = estimate(
        lambda seed: news(2000.0, only=("write",), seed=seed, duration_s=10.0),
        lambda s: float(s.inst_arrived[:, 2].sum() / s.topic_counts[:, 0, 1].sum()),
    )
    assert_close(found, 0.25)
    series = run(news(only=("write",))).series
    assert total(series, "filtered") + total(series, "delivered") == 400 and waiting(series, 0) == 200


def test_deliveries_that_fail_with_probability_p_are_dead_letters_with_p_to_the_attempts() -> None:
    flaky = fault("errors", 0.0, 100.0, lambda live: live.add_errors([2], 0.5))
    found = estimate(
        lambda seed: news(2000.0, CallPolicy(1.0, 3, Backoff("fixed", 0.1)), faults=(flaky,), seed=seed, duration_s=20.0),
        lambda s: float(s.topic_counts[:, 0, TOPIC_COUNTS.index("dead_lettered")].sum() / s.topic_counts[:, 0, 1].sum()),
        lambda s: float(s.edge_attempts[:, 1].sum() / s.edge_calls[:, 1].sum()),
    )
    assert_close(found[0], 0.5**3)
    assert_close(found[1], 1 + 0.5 + 0.25)


def test_without_a_dead_letter_queue_what_cannot_be_delivered_is_dropped_and_counted() -> None:
    dead = down(0.0, 100.0, [2], REFUSED)
    series = run(news(faults=(dead,), dead_letter=None)).series
    assert (total(series, "dropped"), total(series, "dead_lettered"), waiting(series, 1), waiting(series, 0)) == (200, 0, 0, 200)
    series = run(news(faults=(dead,))).series
    assert (total(series, "dropped"), total(series, "dead_lettered"), waiting(series, 1)) == (0, 200, 200)


def test_a_topic_that_is_down_refuses_publishers_and_goes_on_with_what_it_had_accepted() -> None:
    policy = CallPolicy(1.0, 50, Backoff("fixed", 1.0))
    broken, away = down(0.0, 8.0, [2], REFUSED), down(4.0, 30.0, [1], REFUSED)
    series = run(news(faults=(broken, away), policy=policy)).series
    assert series.start_ends[4:10, 0, OUTCOMES.index("refused")].sum() == 120 and total(series, "published") == 80
    assert series.inst_arrived[5:30, 2].sum() == 0 and series.inst_arrived[30, 2] == 80, "nothing is tried meanwhile, all of it afterwards"
    assert (total(series, "delivered"), total(series, "dropped") + total(series, "dead_lettered")) == (160, 0)


def test_a_redrive_brings_dead_letters_back_at_its_velocity_and_they_are_new_messages() -> None:
    nodes = {"users": Source(((0.0, 20.0), (10.0, 0.0)), "even"), "jobs": Queue(1.0, 1, "dead"), "dead": Queue(),
             "workers": Station(("a",), 50, None, Distribution("constant", 0.01))}  # fmt: skip
    bug = fault("errors", 0.0, 15.0, lambda live: live.add_errors([3], 1.0))
    action = dataclasses.replace(fault("redrive", 20.0, 500.0, nothing), action=Redrive(2, 1, 40.0))
    edges = {("users", "jobs"): CallPolicy(5.0), ("jobs", "workers"): CallPolicy(1.0)}
    plan = make_plan(nodes, edges, duration_s=60.0, faults=(bug, action))
    conductor = run(plan)
    counts = {what: conductor.series.queue_counts[:, :, k] for k, what in enumerate(QUEUE_COUNTS)}
    assert counts["dead_lettered"][:, 0].sum() == 200 and counts["waiting"][19, 1] == 200
    assert counts["redriven"][20:25, 1].tolist() == [36, 40, 40, 40, 40] and counts["deleted"][20:, 0].sum() == 200
    assert counts["waiting"][-1].tolist() == [0, 0] and conductor.series.queue_oldest_s[20:, 0].max() < 1.1
    said = [e.text for e in conductor.events if e.kind == "messages"]
    assert said == ["the redrive to jobs is done: dead is empty, 200 messages were moved"]


def test_a_replay_delivers_what_was_published_in_its_window_again_and_no_more_than_is_kept() -> None:
    action = dataclasses.replace(fault("replay", 12.0, 500.0, nothing), action=Replay(1, 0.0, 8.0, 1000.0))
    series = run(news(topic=Topic(9.0), faults=(action,))).series
    assert total(series, "replayed") == 99, "twenty a second, from 3.1 s, the oldest still kept at 12.1 s, to 8 s"
    assert total(series, "delivered") == 400 + 2 * 99 and waiting(series, 0) == 299
    assert series.inst_queue[9, 1] == 180 and series.inst_queue[-1, 1] == 0, "nine seconds of messages are kept, then none"


def test_compiled_topics_give_the_bytes_of_interpreted_ones() -> None:
    code = (
        "import hashlib; from engine.validation.plans_topics import random_topic_plan; from tests.test_invariants import run\n"
        "for seed in (0, 5, 8): s = run(random_topic_plan(seed, 6.0)).series; "
        "print(hashlib.sha256(s.topic_counts.tobytes() + s.inst_busy_s.tobytes() + s.edge_attempt_ends.tobytes()).hexdigest())"
    )
    assert_same_when_interpreted(code)


# ---- documents ----
def test_deliveries_are_retried_as_sns_does_unless_the_edge_says_otherwise() -> None:
    plan = lower(parse(with_topic(), "test"))
    policy = {e.id: e.policy for e in plan.edges}
    assert (policy["news->workers"].attempts, policy["news->workers"].backoff) == (4, Backoff("fixed", 20.0))
    assert (policy["news->jobs"].attempts, policy["news->jobs"].backoff) == (100_015, Backoff("exponential", 1.0, 20.0))
    data = with_topic()
    data["edges"][-1] |= {"attempts": 2}
    policy = {e.id: e.policy for e in lower(parse(data, "test")).edges}
    assert (policy["news->workers"].attempts, policy["news->workers"].backoff) == (2, None)


def test_a_document_with_a_topic_runs_and_its_copies_add_up() -> None:
    data = with_topic(duration_s=20)
    data["nodes"][0]["classes"] = [{"name": "read", "share": 0.5}, {"name": "write", "share": 0.5}]
    data["nodes"].append({"id": "letters", "kind": "queue"})
    data["edges"][-1] |= {"filter": ["write"], "dead_letter": "letters"}
    data["faults"] = [{"kind": "replay", "target": "news", "at_s": 10}]
    row = simulate(parse(data, "test")).summary["nodes"]["news"]
    ends = row["filtered"] + row["delivered"] + row["dead_lettered"] + row["dropped"] + row["in_flight"]
    assert 2 * (row["published"] + row["replayed"]) == ends and row["replayed"] > 100 and row["filtered"] > 100


def test_what_a_subscription_cannot_mean_is_said() -> None:
    data = with_topic()
    data["edges"][-1] |= {"filter": ["write"], "dead_letter": "web", "fallback": 0.5}
    data["edges"][0] |= {"dead_letter": "jobs"}
    data["nodes"].append({"id": "more", "kind": "topic"})
    data["edges"] += [{"from": "news", "to": "more"}, {"from": "more", "to": "news"}]
    assert sorted(path for path, _ in said(data)) == [
        "edges.news->more", "edges.news->workers.dead_letter", "edges.news->workers.fallback", "edges.news->workers.filter",
        "edges.users->front.dead_letter",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        ({"kind": "redrive", "target": "jobs"}, "to", "no queue has 'jobs' for their dead letters"),
        ({"kind": "redrive", "target": "jobs", "to": "web"}, "to", "'web' is no other queue"),
        ({"kind": "replay", "target": "bare"}, "target", "'bare' keeps no archive"),
        ({"kind": "replay", "target": "news", "to_s": 50}, "to_s", "must be at most the start of the replay"),
        ({"kind": "replay", "target": "news", "from_s": 8, "to_s": 5}, "from_s", "must be at most 5 s"),
    ],
)  # fmt: skip
def test_what_an_operator_cannot_do_is_said(fields: dict[str, object], path: str, message: str) -> None:
    data = with_topic(faults=[{"at_s": 10, **fields}])
    data["nodes"].append({"id": "bare", "kind": "topic"})
    data["edges"].append({"from": "bare", "to": "jobs"})
    found = [(p, m) for p, m in said(data) if p.startswith("faults")]
    assert len(found) == 1 and found[0][0] == f"faults[0].{path}" and message in found[0][1]


def test_a_redrive_knows_where_its_messages_came_from() -> None:
    data = with_queue(faults=[{"kind": "redrive", "target": "dead", "at_s": 10}])
    data["nodes"] += [{"id": "dead", "kind": "queue"}]
    next(n for n in data["nodes"] if n["id"] == "jobs")["dead_letter"] = "dead"
    plan = lower(parse(data, "test"))
    assert plan.faults[0].action == Redrive(plan.node_index("dead"), plan.node_index("jobs"), 500)
    live = Live(1, 1, 1)
    plan.faults[0].apply(live)
    assert not np.any(live.down)
