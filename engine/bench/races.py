"""Speed: against the same document in plain SimPy, against the same loop in C, and with features on and off."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from engine.bench.measure import Row, cpu_s
from engine.bench.systems import balanced, chain, three_tier
from engine.control.conductor import Conductor
from engine.lowering import lower
from engine.oracle import Oracle
from engine.plan import Plan


def play(plan: Plan) -> Conductor:
    """A whole run."""
    conductor = Conductor(plan)
    conductor.run_to(conductor.end)
    return conductor


def against_simpy() -> list[Row]:
    """The three-tier document, 1000 requests a second for 600 s, against plain SimPy."""
    plan = lower(three_tier())
    requests = int(play(plan).world[0]["n_roots"])
    ours = cpu_s(lambda: play(plan), 5) / requests
    short = replace(plan, duration_s=12.0)
    theirs = cpu_s(lambda: Oracle(short).run(), 3) / Oracle(short).run().begun
    return [
        Row("three tiers, requests per CPU second", 1 / ours, "requests/s"),
        Row("the same in plain SimPy", 1 / theirs, "requests/s"),
        Row("ratio", theirs / ours, "×", "at least 150"),
    ]


def against_c() -> list[Row]:
    """A chain of four M/M/8 stations against the same loop in C."""
    plan = chain(1000.0, 8, 0.8, 4, 300.0)
    events = int(play(plan).world[0]["n_events"])
    ours = cpu_s(lambda: play(plan), 5) / events * 1e9
    rows = [Row("chain of four stations, our kernel", ours, "ns/event")]
    theirs = c_ns_per_event()
    if theirs is None:
        return [*rows, Row("the same loop in C", float("nan"), "ns/event", "no C compiler here")]
    return [*rows, Row("the same loop in C", theirs, "ns/event"), Row("ratio", ours / theirs, "×", "at most 2")]


def c_ns_per_event() -> float | None:
    """Nanoseconds per event of chain.c, or None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "chain"
        built = subprocess.run([compiler, "-O2", "-o", str(program), str(Path(__file__).with_name("chain.c")), "-lm"], capture_output=True)
        if built.returncode != 0:
            return None
        return float(subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout)


def cost_of_features() -> list[Row]:
    """What health checks and retries cost where nothing fails."""
    bare, checked = balanced(check=False), balanced(check=True)
    retried = replace(bare, edges=tuple(replace(e, policy=replace(e.policy, attempts=3)) for e in bare.edges))
    base = cpu_s(lambda: play(bare), 5)
    return [
        Row("health checks on / off", cpu_s(lambda: play(checked), 5) / base, "×"),
        Row("three attempts / one, none needed", cpu_s(lambda: play(retried), 5) / base, "×"),
    ]
