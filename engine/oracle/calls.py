"""The oracle's calls: attempts, timeouts, retries, hedges, with breaker, budget and bulkhead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from engine.behaviours import Backoff, Balancer, Limiter
from engine.kernel.layout import TICKS_PER_S
from engine.oracle.balancing import Choice
from engine.oracle.cancels import Cancels
from engine.oracle.clock import lengths_of
from engine.oracle.draws import BACKOFF, FALLBACK
from engine.oracle.sites import Site
from engine.oracle.state import Attempt, First, Job, Pool, Record, Server, Span, Target

Process = Generator[simpy.Event, Any, Any]
HEDGE = 128  # added to the number of a try for its hedge


class Calls(Choice, Cancels):
    """The caller's half of `Oracle`."""

    sites: dict[tuple[int, Server], Site]
    tokens: list[float]
    attempt_ends: Counter[tuple[int, int, str]]
    call_ends: Counter[tuple[int, int, str]]
    spans: list[Span]
    parked: list[tuple[Server, simpy.Event]]

    def call(self, job: Job, pool: Pool, local: int, epoch: int) -> Process:
        """A whole call with its retries on behalf of ``job``: (outcome, first cause), or None when the caller died or was cancelled."""
        caller, tries, first = job.callee, 0, None
        record, job.asks = self.record_of(job, pool), pool.verb
        while True:
            target = self.choose(pool, caller, job.key, local, tries, job.about, job.caller)
            e = target.edge if target else pool.edge
            result = yield from self.attempt(job, pool, target, record, local, tries, epoch)
            if result is None:
                return None
            policy = self.policies[e]  # as it is now
            outcome, theirs, earlier = result
            second = self.env.now // TICKS_PER_S
            self.attempt_ends[second, e, outcome] += 1
            if outcome == "ok":
                self.call_ends[second, e, "ok"] += 1
                if policy.retry_budget is not None:
                    self.tokens[e] = min(10.0, self.tokens[e] + policy.retry_budget)
                return "ok", theirs
            first = first or earlier or theirs or (e, outcome)
            if tries + 1 >= policy.attempts or not self.pay(e):
                self.call_ends[second, e, outcome] += 1
                return self.fall_back(job, e, local, (outcome, first))
            wait = self.backoff(policy.backoff, job.key, local, tries)
            tries += 1
            job.stage = "backoff"
            yield self.work(wait, job.key, local if job.decided is not None else 0)
            if self.gone(job, epoch):
                return None
            if caller.down:  # a topic: what it has accepted is safe, and goes on when it is back
                yield self.back(caller)

    def back(self, server: Server) -> simpy.Event:
        """Happens when a topic that is down has come back."""
        self.parked.append((server, self.env.event()))
        return self.parked[-1][1]

    def fall_back(self, job: Job, e: int, local: int, failed: tuple[str, First]) -> tuple[str, First]:
        """A degraded answer instead of a failed call, where the edge has one."""
        share = self.policies[e].fallback
        if share <= 0 or (share < 1 and self.draws.uniform(job.key, FALLBACK, local) >= share):
            return failed
        job.degraded = True
        self.extras[self.env.now // TICKS_PER_S, e, "degraded"] += 1
        return "ok", None

    @staticmethod
    def gone(job: Job, epoch: int) -> bool:
        """Whether this work has ended while its process waited."""
        return job.cancelled or job.callee.epoch != epoch

    def record_of(self, job: Job, pool: Pool) -> Record | None:
        """What the attempts of the call that begins share; a balancer passes on what it belongs to."""
        if job.record is not None and isinstance(self.plan.nodes[job.callee.node].behaviour, Balancer | Limiter):
            return job.record
        policy = self.policies[pool.edge]
        return Record(policy.idempotent) if policy.attempts > 1 or policy.hedge_s is not None else None

    def pay(self, e: int) -> bool:
        """Take a token for a retry, where retries are budgeted."""
        if self.policies[e].retry_budget is None:
            return True
        if self.tokens[e] < 1.0:
            return False
        self.tokens[e] -= 1.0
        return True

    def attempt(self, job: Job, pool: Pool, target: Target | None, record: Record | None, local: int, tries: int, epoch: int) -> Process:
        """One attempt and its hedge: (outcome, first cause of the callee's own failure, first cause of a hedge that failed before),
        or None when the caller died or was cancelled."""
        if target is None:
            outcome = "unresolved" if pool.algorithm == "named" else "no_healthy_target"
            self.never_left(job, pool.edge, tries, outcome)
            return outcome, None, None
        caller = job.callee
        site, policy = self.sites[target.edge, caller], self.policies[target.edge]
        if policy.bulkhead is not None and site.inflight >= policy.bulkhead:
            self.never_left(job, target.edge, tries, "bulkhead_full")
            return "bulkhead_full", None, None
        if not site.admits(self.env.now):
            self.never_left(job, target.edge, tries, "breaker_open")
            return "breaker_open", None, None
        job.stage = "call"
        job.open = [self.dispatch(job, target, record, local, tries)]
        lengths = lengths_of(policy)
        if policy.hedge_s is not None:
            yield job.open[0].job.done | self.timer(lengths[1])
            if self.gone(job, epoch):
                return None
            if not job.open[0].job.answered:
                self.hedge(job, pool, record, local, tries)
            lengths = lengths_of(self.policies[target.edge])
        timer, earlier = self.timer(lengths[0] if policy.hedge_s is None else lengths[2]), None
        while True:
            if not any(a.job.answered for a in job.open):
                yield simpy.AnyOf(self.env, [timer, *(a.job.done for a in job.open)])
            if self.gone(job, epoch):
                return None
            answered = [a for a in job.open if a.job.answered]
            if not answered:
                return self.time_out(job, earlier)
            this = min(answered, key=lambda a: a.job.answered)
            outcome, first = this.job.done.value  # type: ignore[union-attr]
            job.open.remove(this)
            self.close(this, outcome)
            if outcome == "ok":
                for other in job.open:
                    self.supersede(other, hedge_won=this.tries != tries)
                job.open = []
                job.degraded |= this.job.degraded
                return "ok", first, None
            if not job.open:
                return outcome, first, earlier
            self.attempt_ends[self.env.now // TICKS_PER_S, this.target.edge, outcome] += 1
            earlier = earlier or first or (this.target.edge, outcome)

    def dispatch(self, job: Job, target: Target, record: Record | None, local: int, tries: int) -> Attempt:
        """Send one attempt."""
        caller = job.callee
        site = self.sites[target.edge, caller]
        key = self.draws.child(job.key, local, tries)
        over = target.via if target.via >= 0 else target.edge
        sent = Job(over, caller, target.server, key, self.env.event(), job.about, record=record, verb=job.asks, above=job)
        sent.span = self.write_down(job, over, target.server.number, tries)
        mine = Attempt(target, site, sent, tries)
        site.inflight += 1
        target.out += 1
        caller.attempts.add(mine)
        self.env.process(self.handle(sent))
        return mine

    def write_down(self, job: Job, edge: int, inst: int, tries: int) -> Span | None:
        """Write down an attempt of a followed request."""
        if job.span is None:
            return None
        self.spans.append(Span(job.span.root, job.span, edge, inst, tries, int(self.env.now)))
        return self.spans[-1]

    def never_left(self, job: Job, edge: int, tries: int, outcome: str) -> None:
        """The same for one that failed before anything was sent."""
        span = self.write_down(job, edge, -1, tries)
        if span:
            span.answered, span.seen = span.sent, outcome

    def hedge(self, job: Job, pool: Pool, record: Record | None, local: int, tries: int) -> None:
        """A second attempt, where bulkhead, breaker and budget allow one."""
        target = self.choose(pool, job.callee, job.key, local, tries + HEDGE, job.about, job.caller)
        if target is None:
            return
        site, policy = self.sites[target.edge, job.callee], self.policies[target.edge]
        if policy.bulkhead is not None and site.inflight >= policy.bulkhead:
            return
        if (policy.breaker and site.state != "closed") or not self.pay(target.edge):
            return
        self.extras[self.env.now // TICKS_PER_S, target.edge, "hedges"] += 1
        job.open.append(self.dispatch(job, target, record, local, tries + HEDGE))

    def close(self, attempt: Attempt, outcome: str | None) -> None:
        """An attempt is over for its caller; what it teaches (None: nothing)."""
        assert attempt.job.caller is not None
        attempt.job.caller.attempts.discard(attempt)
        attempt.site.inflight -= 1
        attempt.target.out -= 1
        self.give_cookie(attempt, outcome)
        if outcome is not None:
            attempt.site.note(outcome != "ok", self.env.now)
            attempt.target.ended += 1
            attempt.target.bad += outcome != "ok"
            if attempt.target.via >= 0:  # on the edge of a record every attempt is a call
                second = self.env.now // TICKS_PER_S
                self.attempt_ends[second, attempt.target.via, outcome] += 1
                self.call_ends[second, attempt.target.via, outcome] += 1
            if outcome in ("timeout", "refused"):
                attempt.site.reconnect(attempt.target)

    def supersede(self, loser: Attempt, hedge_won: bool) -> None:
        """The other attempt was faster."""
        self.close(loser, None)
        second = self.env.now // TICKS_PER_S
        self.extras[second, loser.target.edge, "superseded"] += 1
        self.extras[second, loser.target.edge, "hedge_wins"] += hedge_won
        self.abandon(loser)

    def time_out(self, job: Job, earlier: First) -> tuple[str, First, First]:
        """Whatever is still open has taken too long."""
        for attempt in job.open[1:]:
            self.attempt_ends[self.env.now // TICKS_PER_S, attempt.target.edge, "timeout"] += 1
        for attempt in job.open:
            if attempt.job.span:
                attempt.job.span.answered, attempt.job.span.seen = int(self.env.now), "timeout"
            self.close(attempt, "timeout")
            self.abandon(attempt)
        job.open = []
        return "timeout", None, earlier

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
        wait = min(cap, base * 2.0 ** min(retry, 60))
        if backoff.jitter == "full":
            wait *= self.draws.uniform(key, BACKOFF, local, retry)
        elif backoff.jitter == "equal":
            wait = wait / 2 + wait / 2 * self.draws.uniform(key, BACKOFF, local, retry)
        return int(wait)

    if TYPE_CHECKING:  # in `Sessions`

        def give_cookie(self, attempt: Attempt, outcome: str | None) -> None: ...
