"""The bench measures what it says; how fast anything is, no test decides."""

from __future__ import annotations

import json

import pytest

from engine import bench
from engine.bench import memory, systems
from engine.bench.measure import Row
from engine.bench.races import play


def test_the_chain_serves_what_arrives() -> None:
    world = play(systems.chain(1000.0, 8, 0.8, 4, 5.0)).world[0]
    assert world["n_roots"] > 4500 and world["n_ended"] > 4400


def test_the_balanced_system_is_the_same_with_and_without_checks_while_nothing_fails() -> None:
    assert play(systems.balanced(True)).world[0]["n_ended"] == play(systems.balanced(False)).world[0]["n_ended"]


def test_a_short_run_needs_some_memory_but_not_much() -> None:
    rows = memory.peak()
    assert all(0.5 < row.value < 400 for row in rows)


def test_the_report_is_a_table_or_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "measure", lambda: [Row("ratio", 163.4, "×", "at least 150"), Row("speed", 1.5e6, "requests/s")])
    bench.main()
    assert capsys.readouterr().out.splitlines() == ["ratio         163 ×  at least 150", "speed     1,500 k/s  "]
    bench.main(as_json=True)
    assert json.loads(capsys.readouterr().out)[0] == {"what": "ratio", "value": 163.4, "unit": "×", "aim": "at least 150"}
