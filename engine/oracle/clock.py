"""Time in the oracle, with the kernel's order among events of one tick: control plane, requests, wires, timeouts, arrivals, queues."""

from __future__ import annotations

import simpy

from engine.behaviours import CallPolicy, Queue
from engine.kernel.layout import ticks
from engine.plan import Plan

CONTROL, REQUEST, WIRE, TIMER, ARRIVAL, QUEUE = -1.0, 1.0, 2.0, 3.0, 4.0, 5.0  # SimPy's own follow-ups have 0 and 1


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

    def set_clock(self) -> None:
        """Order timeouts of different length as the kernel numbers its timeout lists."""
        callers = [e for e in self.plan.edges if not isinstance(self.plan.nodes[e.caller].behaviour, Queue)]
        lengths = list(dict.fromkeys(length for e in callers for length in lengths_of(e.policy)))
        self.timer_order = {length: TIMER + k / (len(lengths) + 1) for k, length in enumerate(lengths)}

    def work(self, delay: int) -> After:
        """Service, replication and waits before a retry."""
        return After(self.env, delay, REQUEST)

    def wire(self, delay: int, extra: int) -> After:
        """A message under way; one with a delay of its own is not on a common wire."""
        return After(self.env, delay + extra, WIRE + delay * 1e-13 if extra == 0 else REQUEST)

    def timer(self, length: int) -> After:
        """A caller's timeout, or the part of it before or after its hedge."""
        order = self.timer_order.setdefault(length, TIMER + 1.0 - 1.0 / (len(self.timer_order) + 2))
        return After(self.env, length, order)

    def arrival(self, delay: int) -> After:
        """The next arrival of a source."""
        return After(self.env, delay, ARRIVAL)

    def control(self, delay: int) -> After:
        """Anything the control plane waits for."""
        return After(self.env, delay, CONTROL)
