"""What must hold in every run of every system. Each function names what does not hold; nothing is all is well."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import numpy as np

from engine.behaviours import CallPolicy, Distribution, Source, Station
from engine.control.conductor import Broken, Conductor
from engine.kernel.layout import FREE, SERVE, TICKS_PER_S, ticks
from engine.plan import Plan, PlanFault
from engine.series import Series
from engine.validation.families import FAMILIES
from engine.validation.measuring import play
from engine.validation.plans import make_plan
from engine.validation.plans_elastic import quiet_after


def equal(a: Series, b: Series) -> list[str]:
    """Names of the series that differ anywhere; bit for bit, NaN equal to NaN."""
    names = [f.name for f in fields(a) if isinstance(getattr(a, f.name), np.ndarray)]
    return [n for n in names if not np.array_equal(getattr(a, n), getattr(b, n), equal_nan=getattr(a, n).dtype.kind == "f")]


def different(a: Conductor, b: Conductor) -> list[str]:
    """What two runs do not have in common: series, log, lost writes."""
    wrong = equal(a.sync(), b.sync())
    return wrong + (["events"] if a.events != b.events else []) + (["lost_writes"] if a.series.lost_writes != b.series.lost_writes else [])


def breaks_its_books(plan: Plan) -> list[str]:
    """Conservation of requests, frames, messages and writes, looked at every five seconds; no slot taken twice."""
    conductor = Conductor(plan)
    try:
        for stop in (*np.arange(5.0, plan.duration_s, 5.0), plan.duration_s):
            conductor.run_to(ticks(stop))
            conductor.sync()
    except Broken as broken:
        return [str(broken)]
    series, slots = conductor.series, np.array([i.slots for i in plan.instances])
    return ["busier than its slots"] if (series.inst_busy_s > slots * series.inst_up_s + 1e-6).any() else []


def goes_back_in_time(plan: Plan, r: random.Random) -> list[str]:
    """The clock, the log and the next event, looked at wherever the run is stopped."""
    conductor, before, wrong = Conductor(plan), 0, []
    for stop in sorted(r.randrange(1, conductor.end) for _ in range(50)):
        conductor.run_to(stop)
        world = conductor.world[0]
        if int(world["now"]) < before or conductor.now < before:
            wrong.append(f"the clock at {stop}")
        if int(world["heap_n"]) and int(world["heap"][0]) >> 22 < conductor.now:
            wrong.append(f"an event before {stop}")
        before = conductor.now
    times = [e.t_s for e in conductor.events]
    return wrong + (["the log"] if times != sorted(times) else [])


def differs_when_repeated(plan: Plan) -> list[str]:
    """The same plan twice."""
    return different(play(plan), play(plan))


def differs_when_split(plan: Plan, stops: Iterable[int]) -> list[str]:
    """Stopped at these instants (ticks) and continued."""
    pieces = Conductor(plan)
    for stop in sorted(stops):
        pieces.run_to(stop)
    pieces.run_to(pieces.end)
    return different(play(plan), pieces)


def differs_when_branched(plan: Plan, extra: PlanFault, second: int) -> list[str]:
    """Branched at ``second`` with one more fault, against a run that had it from the start; what is before must be shared."""
    extra = dataclasses.replace(extra, start_s=float(second), end_s=second + 5.0)
    with_fault = dataclasses.replace(plan, faults=(*plan.faults, extra))
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    branch = first.branch(with_fault, ticks(second))
    branch.run_to(branch.end)
    wrong = different(branch, play(with_fault))
    return wrong + ([] if branch.series.equal_until(first.sync(), second) else ["what came before"])


def differs_when_taken_back(plan: Plan, extra: PlanFault, second: int) -> list[str]:
    """Branched, played on, and branched again without the fault, against the run without it."""
    extra = dataclasses.replace(extra, start_s=float(second), end_s=second + 5.0)
    first = Conductor(plan, checkpoint_every_s=3.0)
    first.run_to(first.end)
    there = first.branch(dataclasses.replace(plan, faults=(*plan.faults, extra)), ticks(second))
    there.run_to(ticks(min(second + 8.0, plan.duration_s)))
    back = there.branch(plan, ticks(second))
    back.run_to(back.end)
    return different(back, first)


def does_not_heal(plan: Plan, faults: Iterable[PlanFault], healed_s: float) -> list[str]:
    """Faults that overlap and heal in any order: what of the live configuration is not the design's afterwards."""
    conductor = play(dataclasses.replace(plan, faults=tuple(faults), duration_s=healed_s))
    s, live = conductor.world[0], plan.live()
    inst, edges, n = s["inst"][: live.n_instances], s["edges"][: live.n_edges], live.n_places
    design = {"struck": 0, "strain": 1, "error_share": 0, "throttle_share": 0, "paused": 0, "withdrawn": 0, "flap_share": 0, "shifted": 0}
    wrong = [name for name, value in design.items() if (inst[name] != value).any()]
    wrong += ["down"] if ((inst["down"] != 0) & (inst["absent"] == 0)).any() else []  # absent: not launched, by a group's own decision
    wrong += [name for name in ("add", "cut_request", "cut_answer") if (edges[name] != 0).any()]
    return wrong + (["path_cut"] if s["path_cut"][:n, :n].any() else [])


def leaves_behind(plan: Plan) -> list[str]:
    """The traffic stops and every fault heals: what is still busy, open or reserved long after. Messages nobody consumes stay."""
    conductor = play(quiet_after(plan, plan.duration_s * 0.7, plan.duration_s + 400.0))
    s = conductor.world[0]
    keeps = {plan.nodes[n].first for n in plan.queues()}
    free, r = 0, int(s["free_call"])
    while r >= 0:
        free, r = free + 1, int(s["calls"]["refs"][r])
    inst = s["inst"][: s["n_inst"]]
    probes = np.setdiff1d(s["probes"][: s["n_target"]], [0]) - 1  # records of deep health checks that are under way; those never stop
    frames = s["frames"][: s["n_used"]]
    working = frames["state"][(frames["state"] != FREE) & np.isin(frames["group"], probes)]
    left = {
        "frames": int(s["in_use"]) - len(working), "busy slots": int(inst["busy"].sum()) - int((working == SERVE).sum()),
        "queued": int(sum(q for i, q in enumerate(inst["queued"]) if i not in keeps)),
        "outstanding": int(np.abs(s["targets"]["out"]).sum()), "open calls": int(np.abs(s["sites"]["inflight"]).sum()),
        "stalled writes": int((inst["stall_head"] >= 0).sum()), "records": int(s["n_call"]) - free - len(probes),
    }  # fmt: skip
    left |= {
        f"messages of {plan.nodes[n].id}": int(conductor.series.queue_counts[-1, q, :2].sum())
        for q, n in enumerate(plan.queues()) if plan.nodes[n].calls
    }  # fmt: skip
    return [f"{n} {what}" for what, n in left.items() if n]


def is_disturbed_by_a_stranger(seed: int) -> list[str]:
    """A system beside another one that has nothing to do with it, and alone; every second one is full of ties."""
    if seed % 2:
        nodes = {"users": Source(((0.0, 100.0),), batch=8), "web": Station(("a", "b"), 2, 2, Distribution("constant", 0.02))}
    else:
        nodes = {"users": Source(((0.0, 100.0),)), "web": Station(("a", "b"), 2, 5, Distribution("lognormal", 0.02, 0.5))}
    edges = {("users", "web"): CallPolicy(0.1, 3)}
    more = {"early": Source(((0.0, 77.0),)), "other": Station(("a",), 1, None, Distribution("exponential", 0.01))} | nodes
    alone = play(make_plan(nodes, edges, seed=seed, duration_s=30.0)).series
    together = play(make_plan(more, {("early", "other"): CallPolicy(5.0)} | edges, seed=seed, duration_s=30.0)).series
    same_calls = np.array_equal(alone.edge_attempt_ends[:, 0], together.edge_attempt_ends[:, 1])
    return [] if same_calls and np.array_equal(alone.start_ends[:, 0], together.start_ends[:, 1]) else ["traffic"]


def random_stops(r: random.Random, plan: Plan) -> list[int]:
    """Forty instants of the run, in ticks."""
    return [r.randrange(1, int(plan.duration_s * TICKS_PER_S)) for _ in range(40)]


PROGRAM = "import sys; from engine.validation.invariants import fingerprints; print(fingerprints(int(sys.argv[1])))"


def fingerprints(systems: int) -> list[str]:
    """SHA-256 of short runs of every family, as this process runs the kernel."""
    found = []
    for family in FAMILIES:
        for seed in range(2, 2 + systems):
            series = play(family.plan(seed, 2.0)).series
            arrays = (getattr(series, f.name) for f in fields(series))
            found.append(hashlib.sha256(b"".join(a.tobytes() for a in arrays if isinstance(a, np.ndarray))).hexdigest())
    return found


def differs_when_interpreted(systems: int) -> list[str]:
    """The same source run by Python and compiled, each in a process of its own."""
    root = Path(__file__).resolve().parents[2]
    outputs = []
    for switch in ("0", "1"):
        env = os.environ | {"NUMBA_DISABLE_JIT": switch, "PYTHONPATH": str(root)}
        done = subprocess.run([sys.executable, "-c", PROGRAM, str(systems)], cwd=root, env=env, capture_output=True, text=True)
        if done.returncode:
            return [done.stderr[-2000:]]
        outputs.append(done.stdout)
    return [] if outputs[0] == outputs[1] else ["bytes"]
