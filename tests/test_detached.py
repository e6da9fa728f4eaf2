"""Calls that an instance makes of its own accord: they take no slot, obey their edge and are counted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = """
import numpy as np
from engine.behaviours import Backoff, CallPolicy, Distribution, Source, Station
from engine.build_detached import detached_steps
from engine.control.conductor import Conductor
from engine.kernel import doors
from engine.kernel.detached import call_detached
from engine.kernel.loop import advance
from engine.kernel.rng import draw_u64
from engine.live import REFUSED
from engine.outcomes import OUTCOMES
from engine.oracle import Oracle
from engine.oracle.state import About
from engine.validation.plans import down, make_plan

work = Distribution("exponential", 0.05)
nodes = {"users": Source(((0.0, 20.0),)),
         "api": Station(("a",), 1, None, Distribution("constant", 0.01)), "db": Station(("a",), 2, 3, work)}  # fmt: skip
policy = CallPolicy(0.0703, 3, Backoff("exponential", 0.02, 0.5, "full"), bulkhead=40)
edges = {("users", "api"): CallPolicy(5.0), ("api", "db"): policy}
plan = make_plan(nodes, edges, duration_s=20.0, cross_az_s=0.002, same_az_s=0.0013, client_s=0.02, faults=(down(12.0, 14.0, [1], REFUSED),))
keys = [int(draw_u64(np.uint64(7), k)) for k in range(100)]

c = Conductor(plan)
pc = detached_steps(c.world[0], 1)  # the second pool is that of api -> db
for second, some in ((5, keys[:60]), (11, keys[60:])):
    c.run_to(second * 10_000_000 + 9_870_003)
    for key in some:
        call_detached(c.world[0], 1, pc, np.uint64(key), 0, -1)
    advance(c.world, c.now)
    c.sync()
c.run_to(c.end)
series = c.sync()

oracle = Oracle(plan, exact=True)
def at(when, some):
    yield oracle.env.timeout(when)
    for key in some:
        oracle.env.process(oracle.call_detached(oracle.servers[1], oracle.pools[1][0], key, About(0, -1)))
oracle.env.process(at(59_870_003, keys[:60]))
oracle.env.process(at(119_870_003, keys[60:]))
oracle.run()
theirs = np.zeros_like(series.edge_call_ends)
for (second, e, outcome), n in oracle.call_ends.items():
    theirs[second, e, OUTCOMES.index(outcome)] += n
world = c.world[0]
print(np.abs(theirs - series.edge_call_ends).sum(), int(world["n_detached"]), int(world["n_detached_ended"]), oracle.detached["begun"])
full = series.edge_attempt_ends[:, 1, OUTCOMES.index("bulkhead_full")]
print(oracle.detached["lost"] > 0, full.sum() > 20, series.inst_arrived[5, 2] > 40)  # one slot at api, forty calls at once
"""


def test_detached_calls_agree_with_the_oracle_die_with_their_instance_and_take_no_slot() -> None:
    root = Path(__file__).resolve().parent.parent
    env = os.environ | {"PYTHONPATH": str(root), "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=root, env=env, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["0 100 100 100", "True True True"], done.stderr[-2000:] + done.stdout
