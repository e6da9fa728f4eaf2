"""The command line: what it prints where, and with which code it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from engine.cli import main, tables

ROOT = Path(__file__).resolve().parent.parent
SMALL = """
faultline: 1
title: Small
seed: 5
duration_s: 40
nodes:
  - {id: users, kind: clients, rate_per_s: 50}
  - {id: api, kind: service, instances: 2, concurrency: 4, service: {exponential: 0.01}}
edges: [{from: users, to: api, timeout_s: 1}]
faults: [{id: outage, kind: node_down, target: api, at_s: 10, for_s: 5}]
expect: [{metric: availability, at_least: 0.8, because: five of forty seconds are lost}]
variants:
  - {id: twice, title: Twice the traffic, change: {nodes: {users: {rate_per_s: 100}}}}
  - {id: unharmed, change: {faults: {outage: null}}, expect: [{metric: error_ratio, at_most: 0}]}
"""
SATURATES = """
faultline: 1
duration_s: 3000
nodes:
  - {id: users, kind: clients, rate_per_s: 20000}
  - {id: api, kind: service, concurrency: 1, service: {constant: 10}}
edges: [{from: users, to: api, timeout_s: 3000}]
"""
TOO_LARGE = """
faultline: 1
nodes:
  - {id: users, kind: clients, rate_per_s: 10, keys: {count: 1000000}}
  - {id: web, kind: service}
  - {id: near, kind: cache, instances: 6}
  - {id: db, kind: store}
edges:
  - {from: users, to: web, timeout_s: 1}
  - {from: web, to: near, timeout_s: 1}
  - {from: web, to: db, timeout_s: 1, cache: near}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return str(path)


def ends(*arguments: str) -> int:
    return main(list(arguments))


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "engine", *arguments]


def test_run_prints_one_json_object_and_nothing_else(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("run", small, "--json") == 0
    out, err = capfd.readouterr()
    summary = json.loads(out)
    assert err == ""
    assert (summary["seed"], summary["duration_s"], len(summary["digest"])) == (5, 40, 64)
    assert set(summary) >= {"wall_s", "availability", "requests", "latency_s", "nodes", "edges", "faults", "expectations"}
    assert summary["faults"][0].keys() >= {"id", "kind", "target", "start", "rto_s", "rpo_s", "phases", "lost_requests"}
    assert summary["edges"]["users->api"].keys() >= {"calls", "attempts", "ok", "failed"}
    assert summary["expectations"][0]["pass"] is True
    assert "stopped" not in summary


def test_the_same_seed_gives_the_same_digest_and_another_seed_another(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    digests = []
    for seed in ("5", "5", "6"):
        ends("run", small, "--json", "--seed", seed)
        digests.append(json.loads(capfd.readouterr().out)["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_totals_add_up(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    ends("run", small, "--json")
    requests = json.loads(capfd.readouterr().out)["requests"]
    assert requests["started"] == requests["ok"] + sum(requests["failed"].values()) + requests["in_flight"]
    assert requests["failed_at"] == {"users->api": requests["failed"]}


def test_run_takes_variant_and_duration(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("run", small, "--json", "--variant", "twice", "--duration", "8") == 0
    summary = json.loads(capfd.readouterr().out)
    assert summary["duration_s"] == 8
    assert summary["requests"]["started"] == pytest.approx(800, rel=0.2)
    assert [(f["id"], f["began"], f["rto_s"]) for f in summary["faults"]] == [("outage", False, None)]
    assert ends("run", small, "--duration", "8") == 0
    assert "not reached" in capfd.readouterr().out


def test_run_prints_a_short_table_for_people(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("run", small) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert all(word in out for word in ("Small", "availability", "users->api", "node_down api", "five of forty seconds"))
    assert "\x1b" not in out


def test_run_writes_its_files(small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("run", small, "--json", "--out", str(tmp_path / "a" / "b")) == 0
    summary = json.loads(capfd.readouterr().out)
    written = tmp_path / "a" / "b"
    assert json.loads((written / "summary.json").read_text()) == summary
    frame = pd.read_parquet(written / "frames.parquet")
    calls = frame[(frame.scope == "edge") & (frame.id == "users->api") & (frame.metric == "calls_per_s")]
    assert calls.value.sum() == summary["edges"]["users->api"]["calls"]
    assert "fault_start" in (written / "events.csv").read_text()


def test_what_cannot_be_written_is_said_before_anything_runs(small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for arguments, says in (
        (("run", small, "--json", "--out", str(file / "below")), f"{file} is not a folder"),
        (("run", small, "--json", "--out", str(file)), f"{file} is not a folder"),
        (("check", small, "--junit", str(tmp_path)), "it is a folder"),
        (("check", small, "--junit", str(tmp_path / "none" / "report.xml")), f"there is no folder {tmp_path / 'none'}"),
    ):
        assert ends(*arguments) == 2
        out, err = capfd.readouterr()
        assert out == ""
        assert "cannot write to" in err and says in " ".join(err.split())
    assert [p.name for p in tmp_path.iterdir() if p.name != "small.yaml"] == ["file"]


def test_a_disk_that_fills_up_is_said_after_the_result(
    small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.results.frames.write", full)
    assert ends("run", small, "--json", "--out", str(tmp_path / "out")) == 2
    out, err = capfd.readouterr()
    assert json.loads(out)["seed"] == 5
    assert "No space left" in err


def test_only_everything_reads_100_percent() -> None:
    shares = (None, 0.0, 0.5, 0.9949, 0.9995, 0.99995, 0.999999, 1 - 4e-7, 1.0, 1.2)
    assert [tables.percent(share) for share in shares] == [
        "–", "0.0 %", "50.0 %", "99.49 %", "99.9500 %", "99.9950 %", "99.99990 %", "99.999960 %", "100 %", "120.0 %",
    ]  # fmt: skip


def test_a_run_whose_requests_are_mostly_open_does_not_boast_of_its_availability(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "slow.yaml"
    path.write_text(SATURATES.replace("20000", "50").replace("constant: 10", "constant: 2").replace("3000", "40"))
    assert ends("run", str(path)) == 0
    out = capfd.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("availability")]
    assert line.split("100 % ")[1].startswith("of those that ended; 1,9")
    assert line.rstrip().endswith("requests are still open")


def test_saturation_ends_with_3_and_the_partial_summary(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "saturates.yaml"
    path.write_text(SATURATES)
    assert ends("run", str(path), "--json") == 3
    summary = json.loads(capfd.readouterr().out)
    assert 50 <= summary["stopped"]["at_s"] < 3000
    assert "saturated" in summary["stopped"]["why"]
    assert summary["requests"]["started"] >= 1_000_000
    assert ends("check", str(path)) == 1
    assert "stopped at" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("run", "{small}", "--variant", "thrice"), "there are twice, unharmed"),
     (("run", "{small}", "--seed", "-1"), "-1"), (("run", "{small}", "--seed", "many"), "'many' is not a whole number"),
     (("run", "{small}", "--duration", "nan"), "nan is not above 0"), (("run", "{small}", "--duration", "-3"), "-3 is not above 0"),
     (("run", "{small}", "--duration", "inf"), "inf is not above 0"), (("check", "{small}", "--seeds", "0"), "0"),
     (("run", "{folder}"), "folder"), (("run", "{folder}/none.yaml"), "there is no such file"), (("run", "a\0b"), "cannot be read"),
     (("run", "{binary}"), "UTF-8"), (("run", "{empty}"), "empty"), (("fly",), "No such command 'fly'"), (("run",), "Missing argument")],
)  # fmt: skip
def test_bad_input_ends_with_2_and_a_sentence(
    arguments: tuple[str, ...], says: str, small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "binary").write_bytes(b"nodes: \xff\xfe\xfd")
    (tmp_path / "empty").write_bytes(b"")
    names = {"small": small, "folder": str(tmp_path), "binary": str(tmp_path / "binary"), "empty": str(tmp_path / "empty")}
    assert ends(*(a.format(**names) for a in arguments)) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_a_metric_that_does_not_exist_is_a_bad_document(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "typo.yaml"
    path.write_text(SMALL.replace("metric: error_ratio", "metric: eror_ratio"))
    assert [ends(command, str(path)) for command in ("validate", "check")] == [2, 2]
    out, err = capfd.readouterr()
    says = f"{path}: variants.unharmed.expect[0].metric: there is no metric 'eror_ratio' of all requests; there are availability, "
    assert says in out
    assert says in err


def test_validate_prints_every_problem_of_every_file(small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(SMALL.replace("rate_per_s: 50", "rate_per_s: -50").replace("instances: 2", "instances: none"))
    assert ends("validate", small) == 0
    assert capfd.readouterr().out == ""
    assert ends("validate", small, str(bad)) == 2
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{bad}: nodes.") for line in lines)
    assert any("nodes.api.instances" in line for line in lines)


def test_check_judges_base_and_variants_under_every_seed(small: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("check", small, "--seeds", "2", "--json") == 0
    (document,) = json.loads(capfd.readouterr().out)
    runs = [(r["variant"], r["seed"], r["pass"]) for r in document["runs"]]
    assert runs == [(variant, seed, True) for variant in ("base", "twice", "unharmed") for seed in (5, 6)]


def test_check_fails_with_1_and_says_by_how_much(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "strict.yaml"
    path.write_text(SMALL.replace("at_least: 0.8", "at_least: 0.999"))
    assert ends("check", str(path)) == 1
    out = capfd.readouterr().out
    assert "is less than 0.999 (because five of forty seconds are lost)" in out
    assert out.count("✘") >= 2


def test_objectives_are_judged_only_where_they_are_enforced(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "objectives.yaml"
    for enforce, code in (("false", 0), ("true", 1)):
        variants = SMALL.index("variants:")
        path.write_text(SMALL[:variants] + f"objectives: {{availability: 0.9999, enforce: {enforce}}}\n")
        assert ends("check", str(path)) == code


def test_the_worst_of_several_documents_decides(small: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    strict = tmp_path / "strict.yaml"
    strict.write_text(SMALL[: SMALL.index("variants:")].replace("at_least: 0.8", "at_least: 0.999"))
    missing = str(tmp_path / "missing.yaml")
    report = tmp_path / "report.xml"
    assert ends("check", small, str(strict)) == 1
    assert ends("check", missing, str(strict), small, "--junit", str(report)) == 2
    assert small in capfd.readouterr().out
    suites = ElementTree.parse(report).getroot().findall("testsuite")
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites] == [("1", "0", "1"), ("1", "1", "0"), ("3", "0", "0")]


def test_schema_describes_the_document(capfd: pytest.CaptureFixture[str]) -> None:
    assert ends("schema") == 0
    schema = json.loads(capfd.readouterr().out)
    assert {"nodes", "edges", "faults", "expect"} <= set(schema["properties"])


def test_standard_input_is_a_file_too(small: str) -> None:
    done = subprocess.run(python("run", "-", "--json"), input=Path(small).read_bytes(), capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["title"] == "Small"


def test_ctrl_c_ends_a_run_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(SMALL.replace("duration_s: 40", "duration_s: 80000").replace("rate_per_s: 50", "rate_per_s: 500"))
    process = subprocess.Popen(python("run", str(path)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (130, "", "Interrupted.")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_a_progress_bar_shows_on_a_terminal_only(small: str) -> None:
    master, slave = os.openpty()
    with os.fdopen(master, "rb", buffering=0) as terminal:
        done = subprocess.run(python("run", small, "--json"), stdout=subprocess.PIPE, stderr=slave, cwd=ROOT, check=False)
        os.close(slave)
        shown = terminal.read(65536)
    assert "stopped" not in json.loads(done.stdout)
    assert shown


@pytest.mark.parametrize("command", ["run", "check", "validate"])
def test_a_document_too_large_for_a_run_is_told_so(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(TOO_LARGE)
    assert ends(command, str(path)) == 2
    printed = capsys.readouterr()
    said = printed.out + printed.err
    assert "large.yaml: the document needs 6,000,000 keys times cache instances; one run holds at most 4,194,304" in said
