"""Giving up in the oracle: an attempt nobody waits for, and the word that travels down to stop its work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import CallPolicy, Function
from engine.oracle.state import Attempt, Job, Server
from engine.oracle.wires import Wires

Process = Generator[simpy.Event, Any, Any]


class Cancels(Wires):
    """The part of `Oracle` that calls work off."""

    policies: list[CallPolicy]  # of the edges, as the faults of now make them
    cancelled: Counter[int]

    def abandon(self, attempt: Attempt) -> None:
        """Nobody waits for this attempt; where the edge cancels, the callee is told."""
        attempt.job.abandoned = True
        if self.policies[attempt.target.edge].cancel:
            self.env.process(self.cancel(attempt.job))

    def cancel(self, job: Job) -> Process:
        """Word travels to the callee, which stops and tells those it has called."""
        word = Job(job.edge, job.caller, job.callee, job.key, None, job.about, word=True)
        if (yield from self.travel(word, 0)):
            self.stop(job)

    def stop(self, job: Job) -> None:
        """The work of a job ends where it is; a write being replicated goes on."""
        server = job.callee
        if job.stage == "travel":
            job.cancelled = True
        if isinstance(self.plan.nodes[server.node].behaviour, Function):
            return
        if job.stage not in ("wait", "serve", "joined", "backoff", "call", "fork", "await") or job not in server.jobs:
            return
        job.cancelled = True
        server.jobs.discard(job)
        self.cancelled[server.number] += 1
        waiting = next((item for item in server.queue if item[0] is job), None)
        if waiting is not None:
            server.queue.remove(waiting)
            return
        if job.record is not None:
            job.record.leave(job)
        self.leave_fetch(job)
        for part in (job, *job.branches):
            part.cancelled = True
            for attempt in part.open:
                self.close(attempt, None)
                attempt.site.give_place_back()
                attempt.job.abandoned = True
                self.env.process(self.cancel(attempt.job))
        if job.stage in ("wait", "serve", "joined") or self.holds_to_the_end(server.node):
            self.free_slot(server)

    if TYPE_CHECKING:  # in `Calls` and `Caches`

        def close(self, attempt: Attempt, outcome: str | None) -> None: ...
        def leave_fetch(self, job: Job) -> None: ...

    def free_slot(self, server: Server) -> None:
        """Hand the slot on; in `Oracle`."""
        raise NotImplementedError

    def holds_to_the_end(self, node: int) -> bool:
        """Whether calls are made with a slot held; in `Oracle`."""
        raise NotImplementedError
