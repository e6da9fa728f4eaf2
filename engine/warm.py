"""Compile the kernel into its disk cache ahead of time: ``python -m engine.warm``. A page starts it as a process and never waits."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.kernel.jit import CACHE_DIR, COMPILED

if TYPE_CHECKING:
    from engine.control.conductor import Conductor

MARK = CACHE_DIR / "warm"


def is_warm() -> bool:
    """Whether compiled code for these sources and versions is on disk (always, where nothing can be compiled)."""
    return not COMPILED or MARK.exists()


def start() -> subprocess.Popen[bytes] | None:
    """Begin compiling in another process; None when there is nothing to do."""
    if is_warm():
        return None
    root = Path(__file__).resolve().parent.parent
    return subprocess.Popen([sys.executable, "-m", "engine.warm"], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _stand_still(world: Any, until: int) -> int:
    """In the place of the loop: time passes and nothing happens."""
    world[0]["now"] = until
    return 0


def _help() -> None:
    """Compile what is not the loop, while the process that asked for it compiles the loop."""
    from engine.kernel import loop

    loop.advance = _stand_still  # before the doors are imported, which would take the loop with them
    rehearse()


def warm() -> None:
    """Compile and cache every entry point of the kernel: the loop here, the rest in a second process where there is a core for it."""
    helper = None
    if COMPILED and (os.cpu_count() or 1) > 1:
        helper = subprocess.Popen([sys.executable, "-m", "engine.warm", "doors"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        rehearse().sync()
    finally:
        if helper:
            helper.wait()
    if COMPILED:
        MARK.touch()


def rehearse() -> Conductor:
    """Run a tiny plan through every entry point of the kernel: what the disk does not hold yet is compiled."""
    import numpy as np

    from engine.behaviours import (
        Balancer,
        Cache,
        CallPolicy,
        Distribution,
        Failover,
        HealthCheck,
        Keys,
        Queue,
        Source,
        Station,
        Store,
        Topic,
    )
    from engine.control.conductor import Conductor
    from engine.kernel import doors, hangs, moves, registration, shards, views, writers
    from engine.live import BLACK_HOLE, Live
    from engine.plan import UNLIMITED, Place, Plan, PlanEdge, PlanFault, PlanInstance, PlanNode

    service, failover = Distribution("constant", 0.001), Failover(1, 0.5, 2, 0.1, 0.1, 0.1, 0.1)
    nodes = (
        PlanNode("c", "clients", "c", Source(((0.0, 5.0),), sessions=Keys(3)), 0, 1, (0,)),
        PlanNode("b", "balancer", "b", Balancer("round_robin", HealthCheck(1, 0.5, 2, 2, deep=True)), 1, 1, (1,)),
        PlanNode("s", "service", "s", Station(("a",), 1, None, service, keeps_sessions=True), 2, 1, (2, 3, 4, 5)),
        PlanNode("d", "store", "d", Store(("a", "a"), 1, None, service, failover), 3, 2, ()),
        PlanNode("e", "store", "e", Store(("a", "a"), 1, None, service, failover, replicas=1), 5, 2, ()),
        PlanNode("m", "cache", "m", Cache(("a",), 1, None, service), 7, 1, ()),
        PlanNode("q", "queue", "q", Queue(fifo=True), 8, 1, (6,)),
        PlanNode("t", "topic", "t", Topic(1.0), 9, 1, (7,)),
    )
    ends = ((0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (2, 6), (6, 2), (7, 6))
    edges = tuple(PlanEdge(f"{a}{b}", a, b, CallPolicy(1.0, pool_age_s=0.2 if b == 4 else None)) for a, b in ends)
    places = (Place("outside", "outside", None), Place("r", "region", "r"), Place("a", "az", "r"))
    where = [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 0, 2), (3, 1, 2), (4, 0, 2), (4, 1, 2), (5, 0, 2), (6, 0, 1), (7, 0, 1)]
    instances = tuple(PlanInstance(n, k, p, UNLIMITED if n in (0, 1, 6, 7) else 1, UNLIMITED) for n, k, p in where)

    def apply(live: Live) -> None:
        live.take_down([2, 3, 5], BLACK_HOLE)
        live.flushes[7] += 1
        live.withdrawn[2] = True

    fault = PlanFault("f", "warm", "a", 1.0, 4.5, "warm", apply)
    conductor = Conductor(Plan("warm", 1, 8.0, 0.0, places, np.zeros((3, 3)), nodes, edges, instances, (fault,)))
    conductor.run_to(conductor.end)
    doors.count_open(conductor.world)
    doors.count_messages(conductor.world, np.zeros((1, 2), np.int64))
    doors.index_message_groups(conductor.world)
    doors.set_pollers(conductor.world, 0, 1, conductor.now)
    shards.collect_shards(conductor.world, 0, conductor.now, np.zeros(0, np.int64), np.zeros((1, 0), np.float32))
    moves.redrive(conductor.world, 0, 0, 0, conductor.now)
    moves.replay(conductor.world, 0, 0, 0, 0)
    moves.wake_topics(conductor.world)
    hangs.let_answers_go(conductor.world, 2)
    registration.relist_balancers(conductor.world)
    views.set_answer(conductor.world, 0, np.zeros(1), conductor.now)
    writers.stranded(conductor.world, 0, conductor.now)
    return conductor


if __name__ == "__main__":
    gc.disable()  # a compiler makes millions of objects and keeps most: looking for cycles among them is a tenth of its time
    _help() if "doors" in sys.argv else warm()
