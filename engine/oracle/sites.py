"""What the oracle's callers keep about each edge: open calls, a circuit breaker, addresses."""

from __future__ import annotations

from engine.behaviours import Breaker
from engine.kernel.layout import ticks
from engine.oracle.state import Target


class Site:
    """What one caller instance keeps about one edge: open calls, its circuit breaker, the store address it believes in."""

    def __init__(self, breaker: Breaker | None) -> None:
        self.breaker, self.inflight = breaker, 0
        self.primaries: list[Target] = []  # of each partition
        self.moved: dict[int, Target] = {}  # where new connections to a partition go, while pooled ones still go to the old primary
        self.reset(0)

    def reconnect(self, dead: Target | None = None) -> None:
        """Connections to this target are dead (None: all are): new ones go where the address points now."""
        for p in [p for p in self.moved if dead is None or self.primaries[p] is dead]:
            self.primaries[p] = self.moved.pop(p)

    def give_place_back(self) -> None:
        """A call was cancelled: half open, another probe may take its place."""
        if self.breaker and self.state == "half open" and self.out > self.passed:
            self.out -= 1

    def reset(self, now: int) -> None:
        """Closed, with an empty window."""
        self.state, self.until, self.out, self.passed = "closed", 0, 0, 0
        self.old, self.new = [0, 0], [0, 0]  # calls, failures of the two half windows
        self.rotate = now + (ticks(self.breaker.window_s / 2) if self.breaker else 0)

    def admits(self, now: int) -> bool:
        """Whether the breaker lets an attempt through."""
        if self.breaker is None:
            return True
        if self.state == "open":
            if now < self.until:
                return False
            self.state, self.out, self.passed = "half open", 0, 0
        if self.state == "half open":
            if self.out >= self.breaker.probes:
                return False
            self.out += 1
        return True

    def note(self, failed: bool, now: int) -> None:
        """Feed the breaker with a result."""
        b = self.breaker
        if b is None or self.state == "open":
            return
        if self.state == "half open":
            if failed:
                self.state, self.until = "open", now + ticks(b.open_s)
            else:
                self.passed += 1
                if self.passed >= b.probes:
                    self.reset(now)
            return
        half = ticks(b.window_s / 2)
        if now >= self.rotate:
            self.old, self.new = ([0, 0] if now >= self.rotate + half else self.new), [0, 0]
            self.rotate = now + half
        self.new[0] += 1
        if failed:
            self.new[1] += 1
            calls = self.old[0] + self.new[0]
            if calls >= b.minimum_calls and self.old[1] + self.new[1] >= b.failure_share * calls:
                self.state, self.until = "open", now + ticks(b.open_s)
