"""The memory budget: a document that is too long is refused, a crowd ends the run with the message, and the peak stays below."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import ScenarioError, loads, memory
from engine.control import room
from engine.document import limits
from engine.run import Run
from engine.series import empty_series
from tests.test_results_yield import DOCUMENT

CROWD = """
faultline: 1
duration_s: 600
nodes: [{id: users, kind: clients, rate_per_s: 20000}, {id: slow, kind: service, concurrency: 1, service: {constant: 1}}]
edges: [{from: users, to: slow, timeout_s: 80000}]
"""
LONG = "faultline: 1\nduration_s: 80000\nnodes:\n" + "".join(f"  - {{id: s{k}, kind: service, instances: 8}}\n" for k in range(60))
MESSAGE = r"more than 256 MiB of memory are needed at [\d.]+ s: [\d,]+ requests and calls in flight and 0 messages in queues make it "

PEAK = """
import re, sys
from pathlib import Path
from engine import loads
from engine.run import Run
def play(text):
    run = Run(loads(text))
    run.advance()
    return run.result().summary
def said(what):
    return int(re.search(what + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
play("faultline: 1\\nduration_s: 5\\nnodes: [{id: u, kind: clients, rate_per_s: 1}, {id: s, kind: service}]\\nedges: [{from: u, to: s}]")
Path("/proc/self/clear_refs").write_text("5")  # the peak from here on: a first run may have compiled the kernel
before = said("VmRSS")
assert play(sys.argv[1])["stopped"]
print(said("VmHWM") - before)
"""


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    monkeypatch.setattr(memory, "_given", [])


def test_a_crowd_that_needs_more_ends_the_run_with_a_partial_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.VARIABLE, "256")
    run = Run(loads(CROWD))
    assert run.advance()
    summary = run.result().summary
    assert re.match(MESSAGE, summary["stopped"]["why"])
    assert 1 < summary["stopped"]["at_s"] < 100 and summary["requests"]["in_flight"] > 50_000
    assert run.events[-1].kind == "stopped" and run.events[-1].text == summary["stopped"]["why"]


def test_the_command_line_takes_the_budget_and_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "crowd.yaml").write_text(CROWD, encoding="utf-8")
    command = [sys.executable, "-m", "engine", "run", str(tmp_path / "crowd.yaml"), "--json", "--memory-mib", "256"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 3
    assert re.match(MESSAGE, json.loads(done.stdout)["stopped"]["why"])


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_peak_stays_below_the_budget() -> None:
    done = subprocess.run([sys.executable, "-c", PEAK, CROWD], capture_output=True, text=True, env=_with_budget(400))
    assert done.returncode == 0, done.stderr
    assert 50 < int(done.stdout) < 400


def _with_budget(mib: int) -> dict[str, str]:
    return os.environ | {memory.VARIABLE: str(mib)}


def test_a_document_too_long_for_the_budget_says_how_long_it_may_be_and_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ScenarioError) as refused:
        loads(LONG)
    pattern = r"at most ([\d,]+) s can be measured in the 4,096 MiB that are allowed; ([\d,]+) MiB would be needed"
    says = re.search(pattern, str(refused.value))
    assert says is not None
    longest, needed = (int(number.replace(",", "")) for number in says.groups())
    assert loads(LONG.replace("80000", str(longest))).duration_s == longest
    monkeypatch.setenv(memory.VARIABLE, str(needed))
    assert loads(LONG).duration_s == 80000
    monkeypatch.setenv(memory.VARIABLE, str(needed - 10))
    with pytest.raises(ScenarioError):
        loads(LONG)


def test_what_a_document_is_let_in_with_covers_what_its_run_measures() -> None:
    run = Run(loads(DOCUMENT))
    plan = run.plan
    sizes = [room.measured_bytes(plan, empty_series(plan, rows)) for rows in (3600, 7200)]
    row = (sizes[1] - sizes[0]) / 3600
    known = len(plan.edges) * limits.EDGE_ROW_BYTES + len(plan.nodes) * limits.NODE_ROW_BYTES
    known += len(plan.instances) * limits.INSTANCE_ROW_BYTES + len(plan.targets()) * limits.TARGET_ROW_BYTES
    known += len(plan.sources()) * (limits.SOURCE_ROW_BYTES + 16_000) + len(plan.queues()) * limits.QUEUE_ROW_BYTES
    assert row <= known


def test_the_columns_of_a_result_are_counted() -> None:
    run = Run(loads(DOCUMENT), duration_s=30)
    run.advance()
    per_second, plan = run.result().per_second, run.plan
    for columns, items, each in (
        (per_second.edges, len(plan.edges), "edge"), (per_second.nodes, len(plan.nodes), "node"),
        (per_second.instances, len(plan.instances), "instance"),
    ):  # fmt: skip
        assert sum(values.nbytes for values in columns.values()) <= 30 * items * room.COLUMN_BYTES[each]


def test_a_nonsensical_variable_means_the_assumption_and_a_tiny_budget_the_least(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for said in ("", "much", "-3", "1", "8192"):
        monkeypatch.setenv(memory.VARIABLE, said)
        found.append(memory.budget_bytes() // memory.MIB)
    assert found == [4096, 4096, 4096, 256, 8192]


def test_frames_and_messages_are_counted_whole() -> None:
    world = Run(loads(CROWD), duration_s=3)
    world.advance()
    s = world._conductor.world[0]
    assert room.crowd_bytes(s) == 3 * (int(s["n_used"]) * room.FRAME_BYTES + int(s["n_messages"]) * room.MESSAGE_BYTES) > 3e6
    assert np.asarray(s["frames"][:1]).nbytes + np.asarray(s["calls"][:1]).nbytes + 8 == room.FRAME_BYTES
