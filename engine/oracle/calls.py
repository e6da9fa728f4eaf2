"""The oracle's wires and calls: travel, choice, timeout, retry, breaker, budget, bulkhead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Backoff
from engine.kernel.layout import TICKS_PER_S, ticks
from engine.oracle.clock import Clock
from engine.oracle.draws import BACKOFF, PICK, PICK2, Draws
from engine.oracle.state import About, Attempt, First, Job, Pool, Server, Site, Target

Process = Generator[simpy.Event, Any, Any]


class Calls(Clock):
    """The caller's half of `Oracle`."""

    draws: Draws
    add: list[int]
    cut: list[list[bool]]
    path_cut: set[tuple[int, int]]
    flying: dict[Job, int]
    sites: dict[tuple[int, Server], Site]
    tokens: list[float]
    attempt_ends: Counter[tuple[int, int, str]]
    call_ends: Counter[tuple[int, int, str]]

    def one_way(self, a: int, b: int) -> int:
        """Ticks from place a to place b."""
        return ticks(float(self.plan.one_way_s[a, b]))

    def is_cut(self, job: Job, direction: int) -> bool:
        """Whether nothing gets through in this direction (0 request, 1 answer)."""
        assert job.caller is not None
        a, b = (job.caller, job.callee) if direction == 0 else (job.callee, job.caller)
        return self.cut[job.edge][direction] or (a.place, b.place) in self.path_cut

    def travel(self, job: Job, direction: int) -> Process:
        """Cross the network; False when the message was lost, at the start or by a cut meanwhile."""
        assert job.caller is not None
        if self.is_cut(job, direction):
            return False
        a, b = (job.caller, job.callee) if direction == 0 else (job.callee, job.caller)
        half = self.add[job.edge] >> 1
        extra = half if direction == 0 else self.add[job.edge] - half
        self.flying[job] = direction
        yield self.wire(self.one_way(a.place, b.place), extra)
        return self.flying.pop(job, None) is not None

    def answer(self, job: Job, outcome: str, first: First) -> Process:
        """Carry an outcome back to a caller that still waits."""
        if not job.abandoned and (yield from self.travel(job, 1)) and not job.abandoned:
            assert job.done is not None
            job.done.succeed((outcome, first))

    # ---- choosing ----
    def choose(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About) -> Target | None:
        """The target of the next attempt, by what the caller believes."""
        if pool.algorithm == "primary":
            return self.member(pool, caller, key, local, tries, about)
        targets = pool.rotation
        if len(targets) <= 1:
            return targets[0] if targets else None
        if pool.algorithm == "round_robin":
            k = pool.next if pool.next < len(targets) else 0
            pool.next = k + 1
            return targets[k]
        u = self.draws.uniform(key, PICK, local, tries)
        if pool.algorithm == "random":
            return targets[int(u * len(targets))]
        if pool.algorithm == "least_outstanding":
            fewest = min(t.out for t in targets)
            tied = [t for t in targets if t.out == fewest]
            return tied[int(u * len(tied))]
        a, b = int(u * len(targets)), int(self.draws.uniform(key, PICK2, local, tries) * (len(targets) - 1))
        b += b >= a
        return targets[a] if targets[a].out <= targets[b].out else targets[b]

    # ---- calling ----
    def call(self, caller: Server, pool: Pool, key: int, local: int, epoch: int, about: About) -> Process:
        """A whole call with its retries: (outcome, first cause), or None when the caller died."""
        tries, first = 0, None
        while True:
            target = self.choose(pool, caller, key, local, tries, about)
            e = target.edge if target else pool.targets[0].edge
            policy = self.plan.edges[e].policy
            result = yield from self.attempt(caller, target, self.draws.child(key, local, tries), epoch, about)
            if result is None:
                return None
            outcome, theirs = result
            second = self.env.now // TICKS_PER_S
            self.attempt_ends[second, e, outcome] += 1
            if outcome == "ok":
                self.call_ends[second, e, "ok"] += 1
                if policy.retry_budget is not None:
                    self.tokens[e] = min(10.0, self.tokens[e] + policy.retry_budget)
                return "ok", None
            first = first or theirs or (e, outcome)
            if tries + 1 >= policy.attempts or not self.pay(e):
                self.call_ends[second, e, outcome] += 1
                return outcome, first
            wait = self.backoff(policy.backoff, key, local, tries)
            tries += 1
            yield self.work(wait)
            if caller.epoch != epoch:
                return None

    def pay(self, e: int) -> bool:
        """Take a token for a retry, where retries are budgeted."""
        if self.plan.edges[e].policy.retry_budget is None:
            return True
        if self.tokens[e] < 1.0:
            return False
        self.tokens[e] -= 1.0
        return True

    def attempt(self, caller: Server, target: Target | None, key: int, epoch: int, about: About) -> Process:
        """One attempt: (outcome, first cause of the callee's own failure), or None when the caller died."""
        if target is None:
            return "no_healthy_target", None
        site, policy = self.sites[target.edge, caller], self.plan.edges[target.edge].policy
        if policy.bulkhead is not None and site.inflight >= policy.bulkhead:
            return "bulkhead_full", None
        if not site.admits(self.env.now):
            return "breaker_open", None
        job = Job(target.edge, caller, target.server, key, self.env.event(), about)
        mine = Attempt(target, site, job)
        site.inflight += 1
        target.out += 1
        caller.attempts.add(mine)
        self.env.process(self.handle(job))
        yield job.done | self.timer(policy.timeout_s)
        if caller.epoch != epoch:
            return None
        caller.attempts.discard(mine)
        site.inflight -= 1
        target.out -= 1
        answered = job.done.triggered  # type: ignore[union-attr]
        job.abandoned = not answered
        outcome, first = job.done.value if answered else ("timeout", None)  # type: ignore[union-attr]
        site.note(outcome != "ok", self.env.now)
        return outcome, first

    def handle(self, job: Job) -> Process:
        """The callee's side; in `Oracle`."""
        raise NotImplementedError

    def backoff(self, backoff: Backoff | None, key: int, local: int, retry: int) -> int:
        """Wait in ticks before retry number ``retry`` (0 for the first)."""
        if backoff is None:
            return 0
        base, cap = backoff.base_s * TICKS_PER_S, backoff.cap_s * TICKS_PER_S
        if backoff.kind == "fixed":
            return int(base)
        if backoff.jitter == "decorrelated":
            wait = base
            for n in range(retry + 1):
                wait = min(cap, base + self.draws.uniform(key, BACKOFF, local, n) * (3 * wait - base))
            return int(wait)
        wait = min(cap, base * 2.0**retry)
        if backoff.jitter == "full":
            wait *= self.draws.uniform(key, BACKOFF, local, retry)
        elif backoff.jitter == "equal":
            wait = wait / 2 + wait / 2 * self.draws.uniform(key, BACKOFF, local, retry)
        return int(wait)

    if TYPE_CHECKING:  # in `Replication`

        def member(self, pool: Pool, caller: Server, key: int, local: int, tries: int, about: About) -> Target: ...
