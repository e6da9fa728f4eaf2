"""AWS's simulator of back-off (aws-arch-backoff-simulator, 2015) around the kernel's own waits: clients contend for one row.

A client reads the version of the row and writes with it; the write succeeds when nobody was faster, else it waits and reads again. Every
message takes |N(10, 2)| ms. A call is a write; the end is the last message. The simulator numbers its retries from 1, so the first wait of
the exponential families is up to twice the base: the kernel's second.
"""

from __future__ import annotations

import heapq
import random

import numpy as np

from engine.behaviours import Backoff, CallPolicy, Distribution, Source, Station
from engine.build import build_world
from engine.kernel.caller import backoff_ticks
from engine.kernel.jit import entry
from engine.kernel.layout import TICKS_PER_S
from engine.kernel.rng import ZERO, stream_key
from engine.validation.plans import make_plan

NET_MS, SPREAD_MS, BASE_S, CAP_S = 10.0, 2.0, 0.005, 2.0
POLICIES: dict[str, Backoff | None] = {
    "none": None,
    "exponential": Backoff("exponential", BASE_S, CAP_S),
    "equal jitter": Backoff("exponential", BASE_S, CAP_S, "equal"),
    "full jitter": Backoff("exponential", BASE_S, CAP_S, "full"),
    "decorrelated": Backoff("exponential", BASE_S, CAP_S, "decorrelated"),
}


@entry
def wait_ticks(w, key, retry):  # type: ignore[no-untyped-def]  # compiled
    """The kernel's wait before a retry of the only edge there is."""
    return backoff_ticks(w[0].edges[0], key, ZERO, retry)


class Contest:
    """``clients`` who each want to change the row once, under one policy of back-off."""

    def __init__(self, policy: str, clients: int) -> None:
        self.clients, backoff = clients, POLICIES[policy]
        nodes = {"users": Source(((0.0, 1.0),)), "row": Station(("a",), 1, None, Distribution("constant", 0.001))}
        self.world = build_world(make_plan(nodes, {("users", "row"): CallPolicy(1.0, 100, backoff)}))
        self.numbered_from = 0 if backoff is None or backoff.jitter == "decorrelated" else 1

    def run(self, seed: int) -> tuple[int, float]:
        """(writes tried, milliseconds until all are done)."""
        net, keys = random.Random(seed), [stream_key(seed, "client", k) for k in range(self.clients)]
        retries, version, calls, now = [self.numbered_from] * self.clients, 0, 0, 0.0
        # (instant in ms, client, what happens: reads the row, knows the version, writes, knows whether it succeeded; and with what)
        events = [(abs(net.gauss(NET_MS, SPREAD_MS)), k, "reads", 0) for k in range(self.clients)]
        heapq.heapify(events)
        while events:
            now, k, what, value = heapq.heappop(events)
            after, then = abs(net.gauss(NET_MS, SPREAD_MS)), ("knows", version)
            if what == "knows":
                then = ("writes", value)
            elif what == "writes":
                calls += 1
                then = ("told", int(value == version))
                version += value == version
            elif what == "told":
                if value:
                    continue
                after += int(wait_ticks(self.world, keys[k], np.int64(retries[k]))) / TICKS_PER_S * 1e3
                retries[k] += 1
                then = ("reads", 0)
            heapq.heappush(events, (now + after, k, *then))
        return calls, now
