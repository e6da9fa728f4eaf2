"""The oracle's detached calls: an instance calls of its own accord, and nobody waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

import simpy

from engine.kernel.layout import DETACHED_LOCAL
from engine.oracle.calls import Calls
from engine.oracle.state import About, Job, Pool, Server

Process = Generator[simpy.Event, Any, Any]


class Detached(Calls):
    """The part of `Oracle` for calls that no request waits for."""

    detached: Counter[str]  # begun, over, lost with their instance

    def call_detached(self, server: Server, pool: Pool, key: int, about: About) -> Process:
        """One such call: (outcome, first cause), or None when the instance died."""
        self.detached["begun"] += 1
        job = Job(-1, None, server, key, None, about.alone(), detached=True)
        result = yield from self.call(job, pool, DETACHED_LOCAL, server.epoch)
        self.detached["lost" if result is None else "over"] += 1
        return result
