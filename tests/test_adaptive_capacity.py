"""A provisioned table's capacity is its own, not its partitions': a hot one uses what the others leave."""

from __future__ import annotations

import pytest

from engine import simulate
from engine.document import parse
from tests.documents import said


def ran(rate, count, **fields):
    """Throttled attempts and all attempts of two minutes at a provisioned table."""
    data = {
        "faultline": 1, "seed": 5, "duration_s": 120,
        "nodes": [
            {"id": "users", "kind": "clients", "rate_per_s": rate, "keys": {"count": count, "zipf": 0}},
            {"id": "web", "kind": "service", "concurrency": 1_000, "service": {"constant": 0.001}},
            {"id": "t", "kind": "dynamodb", "mode": "provisioned", **fields},
        ],
        "edges": [{"from": "users", "to": "web"}, {"from": "web", "to": "t"}], "faults": [],
    }  # fmt: skip
    assert said(data) == []
    edge = simulate(parse(data)).summary["edges"]["web->t"]
    return edge["failed"].get("throttled", 0), edge["attempts"]


def test_one_hot_key_may_use_the_capacity_of_the_whole_table():
    """400 a second for one key of a table of 500 on four partitions: a share of 125 each would turn most of it away."""
    assert ran(400, 1, capacity_per_s=500)[0] == 0


def test_a_partition_has_a_ceiling_whatever_the_table_leaves():
    """600 a second for one key, the partition answers 300, the table has plenty: half is throttled."""
    throttled, attempts = ran(600, 1, capacity_per_s=5_000, partition_rate_per_s=300)
    assert throttled / attempts == pytest.approx(0.5, abs=0.02)


def test_all_partitions_together_get_no_more_than_the_table_and_what_it_saved():
    """200 a second at a table of 50 that has saved 300 s of it, 15,000: in 120 s it answers 15,000 + 6,000 of 24,000."""
    throttled, attempts = ran(200, 10_000, capacity_per_s=50)
    assert attempts - throttled == pytest.approx(21_000, abs=5)
