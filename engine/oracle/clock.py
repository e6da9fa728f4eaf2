"""Time in the oracle, with the kernel's order among events of one tick: control plane, requests, wires, timeouts, arrivals, queues.

Requests of one tick take turns by lot, drawn from each one's key.
"""

from __future__ import annotations

import simpy

from engine.behaviours import CallPolicy, Queue
from engine.kernel.layout import ticks
from engine.oracle.draws import Draws
from engine.oracle.state import Job
from engine.plan import Plan

CONTROL, REQUEST, WIRE, TIMER, ARRIVAL, QUEUE = -1.0, 2.0, 4.0, 5.0, 6.0, 7.0  # SimPy's own follow-ups have 0 and 1
LOTS = 1 << 40


class After(simpy.Event):
    """Happens ``delay`` ticks from now, among events of that tick in order of ``priority``."""

    def __init__(self, env: simpy.Environment, delay: int, priority: float) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=priority, delay=delay)


def lengths_of(policy: CallPolicy) -> list[int]:
    """A call's timeout in ticks, and its parts before and after the hedge."""
    whole = ticks(policy.timeout_s)
    return [whole] if policy.hedge_s is None else [whole, ticks(policy.hedge_s), max(0, whole - ticks(policy.hedge_s))]


class Clock:
    """The waiting half of `Oracle`."""

    plan: Plan
    env: simpy.Environment
    draws: Draws

    def set_clock(self) -> None:
        """Order timeouts of different length as the kernel numbers its timeout lists."""
        callers = [e for e in self.plan.edges if not isinstance(self.plan.nodes[e.caller].behaviour, Queue)]
        lengths = list(dict.fromkeys(length for e in callers for length in lengths_of(e.policy)))
        self.timer_order = {length: TIMER + k / (len(lengths) + 1) for k, length in enumerate(lengths)}

    def work(self, delay: int, key: int, local: int = 0) -> After:
        """Service, replication and waits before a retry, of the request with this key."""
        return After(self.env, delay, REQUEST + self.draws.lot(key, local) / LOTS)

    def wire(self, delay: int, extra: int, job: Job) -> After:
        """A message under way; one with a delay of its own is not on a common wire. Word of a cancellation is last of all in its tick."""
        if extra == 0:
            return After(self.env, delay, WIRE + delay * 1e-13)
        return After(self.env, delay + extra, REQUEST + job.word + self.draws.lot(job.key, 0) / LOTS)

    def timer(self, length: int) -> After:
        """A caller's timeout, or the part of it before or after its hedge."""
        order = self.timer_order.setdefault(length, TIMER + 1.0 - 1.0 / (len(self.timer_order) + 2))
        return After(self.env, length, order)

    def arrival(self, delay: int, source: int) -> After:
        """The next arrival of a source."""
        return After(self.env, delay, ARRIVAL + source / 4096)

    def control(self, delay: int) -> After:
        """Anything the control plane waits for."""
        return After(self.env, delay, CONTROL)
