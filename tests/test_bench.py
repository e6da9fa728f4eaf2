"""The bench measures what it says; how fast anything is, no test decides."""

from __future__ import annotations

import ast
import json

import pytest

from engine import bench
from engine.bench import memory, scaling, systems
from engine.bench.ablation import Cut
from engine.bench.measure import Row
from engine.bench.races import play


def test_the_chain_serves_what_arrives() -> None:
    world = play(systems.chain(1000.0, 8, 0.8, 4, 5.0)).world[0]
    assert world["n_roots"] > 4500 and world["n_ended"] > 4400


def test_the_balanced_system_is_the_same_with_and_without_checks_while_nothing_fails() -> None:
    assert play(systems.balanced(True)).world[0]["n_ended"] == play(systems.balanced(False)).world[0]["n_ended"]


def test_a_request_passes_five_services_however_many_there_are() -> None:
    for services in (5, 50):
        conductor = play(scaling.columns(services, 2, 200.0, 5.0))
        attempts, requests = conductor.series.edge_attempts.sum(), conductor.world[0]["n_ended"]
        assert len(conductor.plan.nodes) == services + 2 and attempts / requests == pytest.approx(6, rel=0.02)


def test_what_is_quicker_has_as_many_in_flight() -> None:
    slow, quick = (play(scaling.columns(5, 3, 2000.0 * q, 5.0, q)).world[0]["in_use"] for q in (1.0, 10.0))
    assert quick == pytest.approx(slow, rel=0.5)


def test_a_short_run_needs_some_memory_but_not_much() -> None:
    rows = memory.peak()
    assert all(0.5 < row.value < 400 for row in rows)


def test_what_did_not_run_is_cut_out_and_what_a_test_calls_is_kept() -> None:
    source = "def f(s):\n if s.a:\n  x = 1\n elif s.b:\n  x = 2\n if g(s):\n  x = 3\n for i in s.c:\n  x = i\n if s.d:\n  x = 4\n return x"
    function = ast.parse(source).body[0]
    ran = {2, 4, 5, 6, 8, 10, 11, 12}  # the second branch, a call that said no, a loop over nothing, a branch that was taken
    Cut(ran).generic_visit(function)
    left = "def f(s):\n if s.b:\n  x = 2\n if g(s):\n  pass\n pass\n if s.d:\n  x = 4\n return x"
    assert ast.unparse(function) == ast.unparse(ast.parse(left))


def test_the_report_is_a_table_or_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "measure", lambda: [Row("ratio", 163.4, "×", "at least 150"), Row("speed", 1.5e6, "requests/s")])
    bench.main()
    assert capsys.readouterr().out.splitlines() == ["ratio         163 ×  at least 150", "speed     1,500 k/s  "]
    bench.main(as_json=True)
    assert json.loads(capsys.readouterr().out)[0] == {"what": "ratio", "value": 163.4, "unit": "×", "aim": "at least 150"}
