"""A measured figure, and how times are taken."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One line of the report: ``value`` in ``unit`` (×, ns, ms, MB, requests/s), and the aim it stands beside."""

    what: str
    value: float
    unit: str
    aim: str = ""

    @property
    def text(self) -> str:
        """Value and unit for people."""
        if self.unit == "requests/s":
            return f"{self.value / 1e3:,.0f} k/s"
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        return f"{self.value:,.{digits}f} {self.unit}"

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def cpu_s(work: Callable[[], object], repeats: int = 5) -> float:
    """Median CPU seconds of this thread for ``work``, garbage collection aside."""
    times = []
    for _ in range(repeats):
        gc.collect()
        gc.disable()
        started = time.thread_time()
        work()
        times.append(time.thread_time() - started)
        gc.enable()
    return statistics.median(times)
