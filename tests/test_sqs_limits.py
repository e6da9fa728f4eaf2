"""What a queue takes in a second, what consumers may have in hand at once, how large a message may be."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from engine import simulate
from engine.behaviours import CallPolicy, Distribution, Queue, Source, Station
from engine.document import parse
from engine.plan import Plan
from engine.validation.plans import make_plan
from engine.validation.plans_mappings import random_mapping_plan
from engine.validation.plans_queues import random_queue_plan
from tests.documents import said
from tests.test_invariants import assert_branch_is_exact, run
from tests.test_oracle import differences


def limited(plan: Plan, seed: int) -> Plan:
    """The same system, whose queues have limits that are felt."""
    r = random.Random(seed)

    def tight(behaviour: Any) -> Any:
        if not isinstance(behaviour, Queue) or behaviour.shards:
            return behaviour
        rate, burst = r.choice([(None, 0.0), (9.7, 1.0), (31.3, 20.0)])
        return dataclasses.replace(behaviour, rate_per_s=rate, burst=burst, in_flight=r.choice([None, 1, 3, 12]))

    return dataclasses.replace(plan, nodes=tuple(dataclasses.replace(n, behaviour=tight(n.behaviour)) for n in plan.nodes))


@pytest.mark.parametrize("seed", range(24))
def test_kernel_and_oracle_agree_on_queues_with_limits(seed: int) -> None:
    plan = random_mapping_plan(seed, 30.0) if seed % 4 == 3 else random_queue_plan(seed)
    assert differences(limited(plan, seed)) == {}


def test_a_branch_of_a_system_with_limits_is_exact() -> None:
    for seed in range(4):
        plan = limited(random_queue_plan(seed, 20.0), seed)
        if plan.faults:
            assert_branch_is_exact(dataclasses.replace(plan, faults=plan.faults[1:]), plan.faults[0], 1)


def test_no_more_than_the_limit_are_ever_in_flight() -> None:
    """Little's law: with at most L messages in hand, S seconds each, L / S are worked on a second, however many slots there are."""
    worker = Station(("a",), 500, None, Distribution("constant", 0.1))
    nodes = {"users": Source(((0.0, 300.0),)), "jobs": Queue(30.0, in_flight=10), "workers": worker}
    plan = make_plan(nodes, {("users", "jobs"): CallPolicy(5.0), ("jobs", "workers"): CallPolicy(1.0)}, duration_s=60.0)
    series = run(plan).sync()
    assert series.queue_counts[:, 0, 1].max() == 10
    assert np.all(series.queue_counts[5:, 0, 5] == 100)


def fifo(rate: float, **fields: Any) -> Any:
    nodes = [{"id": "users", "kind": "clients", "rate_per_s": rate, "arrivals": "even", "keys": {"count": 500, "zipf": 0}},
             {"id": "jobs", "kind": "sqs", "fifo": True, **fields}, {"id": "workers", "kind": "service", "concurrency": 100}]  # fmt: skip
    edges = [{"from": "users", "to": "jobs", "timeout_s": 5}, {"from": "jobs", "to": "workers"}]
    data = {"faultline": 1, "duration_s": 30, "nodes": nodes, "edges": edges}
    assert said(data) == []
    return simulate(parse(data)).summary


def test_a_fifo_queue_takes_300_calls_a_second_and_3000_messages_in_batches() -> None:
    """Over 30 s: what the bucket holds at first, a second's worth, and 30 s of its rate."""
    alone, batched, high = fifo(400), fifo(400, batched_sends=True), fifo(400, high_throughput=True)
    assert alone["requests"]["ok"] == pytest.approx(31 * 300, rel=0.005)
    assert set(alone["requests"]["failed"]) == {"throttled"}
    assert batched["availability"] == high["availability"] == 1
    assert fifo(4_000, batched_sends=True)["requests"]["ok"] == pytest.approx(31 * 3_000, rel=0.005)
    assert fifo(4_000, fifo=False)["availability"] == 1


def test_a_message_may_have_a_mebibyte_and_not_more() -> None:
    def problems(kb: float) -> list[tuple[str, str]]:
        nodes = [{"id": "u", "kind": "clients"}, {"id": "q", "kind": "sqs"}]
        return said({"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "q", "request_kb": kb}]})

    assert problems(1_048) == []
    (path, message), = problems(1_049)
    assert path == "edges.u->q.request_kb" and "takes at most 1,048.58 kB at once, not 1,049" in message


def test_limits_of_fifo_queues_are_no_business_of_standard_ones() -> None:
    nodes = [{"id": "u", "kind": "clients"}, {"id": "q", "kind": "sqs", "batched_sends": True, "high_throughput": True}]
    found = said({"faultline": 1, "nodes": nodes, "edges": [{"from": "u", "to": "q"}]})
    assert [path for path, _ in found] == ["nodes.q.batched_sends", "nodes.q.high_throughput"]
