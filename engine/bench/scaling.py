"""What grows with what: a large system, more nodes beside the path, more requests, more memory, more runs at once, the first compile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from engine.behaviours import Balancer, Behaviour, CallPolicy, Distribution, Source, Station
from engine.bench.measure import Row, cpu_s
from engine.bench.races import play
from engine.control.conductor import Conductor
from engine.plan import Plan
from engine.replications import replicate
from engine.validation.plans import Edges, make_plan

ROOT = Path(__file__).resolve().parents[2]
PATH = 5  # services a request passes


def columns(services: int, instances: int, rate: float, duration_s: float, quicker: float = 1.0) -> Plan:
    """Clients → a balancer → one of several columns of services, each calling the next: a path of five services, however many there are.
    Everything may take so many times less."""
    many, visit_s = max(1, services // PATH), 0.004 / quicker
    busy = rate / many / instances * visit_s / 0.5  # slots for half a load
    station = Station(("a", "b", "a")[:instances], max(1, round(busy)), None, Distribution("exponential", visit_s), holds_slot=False)
    nodes: dict[str, Behaviour] = {"users": Source(((0.0, rate),)), "front": Balancer("random", None)}
    nodes |= {f"s{c}.{k}": station for c in range(many) for k in range(PATH)}
    policy = CallPolicy(60.0)
    edges: Edges = {("users", "front"): policy} | {("front", f"s{c}.0"): policy for c in range(many)}
    edges |= {(f"s{c}.{k}", f"s{c}.{k + 1}"): policy for c in range(many) for k in range(PATH - 1)}
    return make_plan(
        nodes, edges, duration_s=duration_s, same_az_s=0.0003 / quicker, cross_az_s=0.001 / quicker, client_s=0.04 / quicker,
    )  # fmt: skip


def a_large_system() -> list[Row]:
    """100 services of three instances, 1000 requests a second for 600 s."""
    plan = columns(100, 3, 1000.0, 600.0)
    play(columns(100, 3, 1000.0, 2.0))
    return [Row("100 services, 300 instances, 1000/s, 600 s", cpu_s(lambda: play(plan), 1), "s", "below 10")]


def per_request_us(plan: Plan) -> float:
    """Of the run alone, without building its world."""
    requests = int(play(plan).world[0]["n_roots"])
    return (cpu_s(lambda: play(plan), 3) - cpu_s(lambda: Conductor(plan), 3)) / requests * 1e6


def cost_by_nodes() -> list[Row]:
    """The same path of five services among 10 to 500 nodes."""
    return [Row(f"a request among {n} services", per_request_us(columns(n, 1, 2000.0, 100.0)), "µs", "flat") for n in (10, 50, 100, 500)]


def cost_by_rate() -> list[Row]:
    """The same path from 100 to 100 000 requests a second, with slots to match."""
    rates = ((100, 600.0), (1000, 120.0), (10_000, 12.0), (100_000, 4.0))
    return [Row(f"a request at {rate:,}/s", per_request_us(columns(5, 3, float(rate), s)), "µs", "flat") for rate, s in rates]


def runs_at_once() -> list[Row]:
    """32 replications of a run one by one and as many at a time as there are processors."""
    plan = columns(10, 3, 1000.0, 60.0)
    times = []
    for threads in (1, None):
        started = time.perf_counter()
        list(replicate(plan, range(32), lambda c: None, threads))
        times.append(time.perf_counter() - started)
    cores = min(8, os.cpu_count() or 1)
    return [Row(f"32 replications, {cores} at a time / one by one", times[0] / times[1], "×", "at least 1.7 on two cores")]


def first_compile() -> list[Row]:
    """Everything compiled, in a process of its own with an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"FAULTLINE_CACHE_DIR": folder, "PYTHONPATH": str(ROOT)}
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "engine.warm"], cwd=ROOT, env=env, capture_output=True)
        took = time.perf_counter() - started
    return [Row("first compile", took, "s", "below 15")] if done.returncode == 0 else []


MEMORY = """
import engine.bench.memory as memory, engine.bench.scaling as scaling
from engine.bench.races import play
before = memory.size("VmRSS")
play(scaling.columns(5, 3, {rate}, 1000.0, {rate} / 1000))
print(memory.size("VmHWM") - before)
"""


def memory_by_requests() -> list[Row]:
    """1000 s with a million requests and with twenty million that are twenty times as quick, so that as many are in flight."""
    rows = []
    for rate in (1000.0, 20_000.0):
        done = subprocess.run([sys.executable, "-c", MEMORY.format(rate=rate)], cwd=ROOT, capture_output=True, text=True)
        if done.returncode == 0:
            rows.append(Row(f"memory for {rate / 1000:.0f} M requests", float(done.stdout) / 2**20, "MB", "the same"))
    return rows
