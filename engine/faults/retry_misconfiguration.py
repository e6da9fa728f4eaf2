"""Somebody changed the retry policy of a caller: more attempts, no waits between them, shorter timeouts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.faults.base import Fault, Reach, quantity
from engine.fields import LONGEST_S
from engine.live import Live
from engine.topology import Topology


class RetryMisconfiguration(Fault):
    """Changes what the caller does over one edge. Of several the most attempts, the shortest timeout and no waiting win."""

    kind: Literal["retry_misconfiguration"] = "retry_misconfiguration"
    label: ClassVar = "Retry misconfiguration"
    group: ClassVar = "Names, checks and control"
    summary: ClassVar = "The caller tries more often, without waiting, or gives up sooner than designed."
    targets: ClassVar = ("edge",)

    attempts: int = quantity(5, "", "Attempts per call while it lasts, the first included.", ge=1, le=100, assumption="a nervous default")
    backoff: Literal["none", "designed"] = quantity("none", "", "Waits between attempts: none, or those of the edge.", label="Backoff",
                                                    assumption="retries at once")  # fmt: skip
    timeout_s: float | None = quantity(None, "s", "Timeout of each attempt while it lasts; the edge's own when not given.", gt=0,
                                       le=LONGEST_S, label="Timeout")  # fmt: skip

    def says(self) -> str:
        timeout = "" if self.timeout_s is None else f", each for {self.timeout_s:g} s"
        waits = " without waiting" if self.backoff == "none" else ""
        return f"Calls over {self.target} are tried {self.attempts} times{waits}{timeout}"

    def apply(self, live: Live, reach: Reach) -> None:
        for e in reach.edges:
            live.edge_attempts[e] = max(int(live.edge_attempts[e]), self.attempts)
            live.edge_hasty[e] |= self.backoff == "none"
            if self.timeout_s is not None:
                live.edge_timeout_s[e] = min(float(live.edge_timeout_s[e]), self.timeout_s)

    def check(self, topology: Topology) -> Iterator[tuple[str, str]]:
        found = list(super().check(topology))
        yield from found
        if not found:
            caller = topology.nodes[self.target.split("->")[0].strip()]
            if caller.behaviour in ("queue", "topic", "resolver"):
                yield "target", f"{caller.id!r} ({caller.label}) makes no calls with a policy that could be changed"
