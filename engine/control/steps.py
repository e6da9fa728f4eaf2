"""The steps of a failover that is under way: each takes its time, and what it does has to wait while the control plane itself is down."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Failover
from engine.control.lifecycle import is_uncontrolled
from engine.kernel.layout import ticks

if TYPE_CHECKING:
    from engine.control.conductor import Conductor, Process


def control_is_back(c: Conductor, n: int, i: int, f: Failover) -> Process:
    """Go on as soon as the control plane of instance i answers: it is asked once in a monitor's interval."""
    id = c.plan.nodes[n].id
    if not c.see(is_uncontrolled, c, i):
        return
    c.say("role", id, f"{id}: the control plane is down, so the failover that has begun waits for it", instance=c.name(i))
    while c.see(is_uncontrolled, c, i):
        yield c.wait(ticks(f.monitor_interval_s))
    c.say("role", id, f"{id}: the control plane answers again, and the failover goes on", instance=c.name(i))


def step(c: Conductor, n: int, p: int, i: int, f: Failover, takes_s: float) -> Generator[simpy.Event, Any, bool]:
    """One step of whoever changes the duty of a partition. It lets go of the duty while it waits for the control plane of instance i; False
    when another Region took the duty over meanwhile."""
    duty, id = c.duties[n, p], c.plan.nodes[n].id
    yield c.wait(ticks(takes_s))
    if c.see(is_uncontrolled, c, i):
        moves, duty.busy = duty.moves, False
        yield from control_is_back(c, n, i, f)
        if duty.busy or duty.moves != moves:
            c.say("role", id, f"{id}: another Region has the duty now, so the failover is called off", instance=c.name(i))
            return False
        duty.busy = True
    return True
