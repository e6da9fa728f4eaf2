"""Edges and the policy of the calls over them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from engine.behaviours import Backoff, Breaker, CallPolicy, Pollers, Retries
from engine.components.connections import EdgeKind
from engine.fields import LONGEST_S, Id, OneOf, Strict, quantity

if TYPE_CHECKING:
    from engine.components import Component

AMAZON = "Exponential Backoff And Jitter, AWS Architecture Blog, 2015"
HYSTRIX = "Netflix Hystrix, HystrixCommandProperties"


class FixedBackoff(Strict):
    """The same wait before every retry."""

    fixed: float = quantity(0.1, "s", "Wait before each retry.", ge=0, le=LONGEST_S, label="Wait")

    def lower(self) -> Backoff:
        return Backoff("fixed", self.fixed)

    def check(self) -> Iterator[tuple[str, str]]:
        yield from ()


class ExponentialBackoff(Strict):
    """Doubles the wait from retry to retry; jitter spreads the callers so that they do not come back together."""

    exponential: float = quantity(0.1, "s", "Wait before the first retry; doubles with each.", ge=0, le=LONGEST_S, label="Base")
    cap_s: float | None = quantity(None, "s", "No wait is longer than this.", ge=0, le=LONGEST_S, label="Cap")
    jitter: Literal["none", "equal", "full", "decorrelated"] = quantity("none", "", f"How waits are spread ({AMAZON}).",
                                                                        assumption="what a naive client does")  # fmt: skip

    def lower(self) -> Backoff:
        return Backoff("exponential", self.exponential, math.inf if self.cap_s is None else self.cap_s, self.jitter)

    def check(self) -> Iterator[tuple[str, str]]:
        if self.cap_s is not None and self.cap_s < self.exponential:
            yield "cap_s", f"must be at least the base, {self.exponential:g} s, not {self.cap_s:g}"


BackoffValue = Annotated[FixedBackoff | ExponentialBackoff, OneOf("backoff", labels={"fixed": "Fixed", "exponential": "Exponential"})]


class BreakerFields(Strict):
    """Stops calling what keeps failing, and lets a few probes through after a while. Each caller instance has its own."""

    failure_share: float = quantity(0.5, "", "Share of failed calls that opens it.", gt=0, le=1, source=HYSTRIX, label="Failure share")
    window_s: float = quantity(10, "s", "Calls of this last while are counted.", gt=0, le=3_600, source=HYSTRIX, label="Window")
    minimum_calls: int = quantity(20, "", "Fewer calls in the window never open it.", ge=1, le=1_000_000, source=HYSTRIX,
                                  label="Minimum calls")  # fmt: skip
    open_s: float = quantity(5, "s", "Stays open this long before it probes.", gt=0, le=LONGEST_S, source=HYSTRIX, label="Stays open")
    probes: int = quantity(3, "", "Successful probes that close it, and the most it lets through meanwhile.", ge=1, le=10_000,
                           assumption="one lucky answer is little evidence", label="Probes")  # fmt: skip

    def lower(self) -> Breaker:
        return Breaker(self.failure_share, self.window_s, self.minimum_calls, self.open_s, self.probes)


class PoolFields(Strict):
    """Connections kept open between calls. When a store's address moves they stay where they are until one fails or they grow too old."""

    max_age_s: float = quantity(1800, "s", "A connection is replaced at this age at the latest.", gt=0, le=LONGEST_S,
                                source="HikariCP README: maxLifetime defaults to 30 minutes", label="Greatest age")  # fmt: skip


def _share(value: Any) -> Any:
    """`true` is every failed call, `false` none."""
    return float(value) if isinstance(value, bool) else value


Share = Annotated[float, BeforeValidator(_share), Field(ge=0, le=1), WithJsonSchema(
    {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "boolean"}]})]


class Edge(Strict):
    """One node calls another and waits for the answer."""

    caller: Id = quantity(..., "", "Node that calls.", alias="from")
    callee: Id = quantity(..., "", "Node that is called.", alias="to")
    kind: EdgeKind | None = quantity(None, "", "What passes over the edge; implied by its two ends.", later=("replicate",))
    timeout_s: float | None = quantity(None, "s", "Per attempt, from sending to the whole answer; the caller's default when not given.",
                                       gt=0, le=LONGEST_S, label="Timeout")  # fmt: skip
    attempts: int = quantity(1, "", "Attempts per call, the first included.", ge=1, le=100, assumption="no retries unless asked for")
    backoff: BackoffValue | None = quantity(None, "", "Wait between attempts; without it retries are immediate.", label="Backoff")
    retry_mode: Literal["legacy", "standard"] | None = quantity(
        None, "", "Attempts and waits as boto3 makes them, instead of `attempts` and `backoff`. legacy, its default: 5 attempts in all, 10 "
        "of DynamoDB; standard: 3. Waits have full jitter and begin with 1 s; those for DynamoDB in legacy mode have none and begin with "
        "50 ms. At most 20 s in standard mode, whose retry quota is left out.", label="SDK retries",
        source="botocore 1.43, _retry.json and retries/standard.py")  # fmt: skip
    breaker: BreakerFields | None = quantity(None, "", "Circuit breaker of each caller instance.", label="Circuit breaker")
    bulkhead: int | None = quantity(None, "", "Most attempts one caller instance has open at once.", ge=1, le=1_000_000)
    retry_budget: float | None = quantity(None, "", "Tokens a successful call adds to a bucket of 10; each retry takes one.", ge=0, le=10,
                                          label="Retry budget")  # fmt: skip
    hedge_s: float | None = quantity(None, "s", "Without an answer for this long, a second attempt is sent; the first good answer wins.",
                                     gt=0, le=LONGEST_S, label="Hedge after")  # fmt: skip
    cancel: bool = quantity(False, "", "When the caller gives up, the work it asked for, and all that work has called, is told to stop.",
                            label="Cancels", assumption="most clients just hang up and the work goes on")  # fmt: skip
    fallback: Share = quantity(0, "", "Share of failed calls the caller makes good with a degraded answer; `true` is all of them.",
                               label="Fallback share", assumption="no fallback unless asked for")  # fmt: skip
    idempotent: bool = quantity(False, "", "The callee does the work of a call once: a later attempt waits for it or gets its answer.",
                                label="Idempotent", assumption="retries do the work again unless a key says otherwise")  # fmt: skip
    connection_pool: PoolFields | None = quantity(None, "", "Keeps connections open, also to a store's old address; a new one per call "
                                                  "without it.", label="Connection pool")  # fmt: skip
    weight: float | None = quantity(None, "", "How often a weighted resolver names this target, or a weighted balancer sends a request to "
                                    "each of its instances, relative to the others; 1 when not given.", ge=0, le=255)  # fmt: skip
    locations: list[str] | None = quantity(
        None, "", "A geolocation resolver names this target to callers in these places (`location` of clients, Region of services); "
        "without any, to everybody else.", max_length=50)  # fmt: skip

    @property
    def weight_or_one(self) -> float:
        """The weight with its default."""
        return 1.0 if self.weight is None else self.weight

    consistency: Literal["strong", "eventual"] | None = quantity(
        None, "", "Reads from a store over this edge: from its primary, or from any replica, where they may be stale; as the store's "
        "`reads` says unless told otherwise.", label="Consistency")  # fmt: skip
    cache: Id | None = quantity(None, "", "Id of a cache the caller asks first; it needs an edge to it too. On a hit this call is not "
                                "made, a miss fills the cache, a write drops the key.", label="Cache",
                            widget="node:cache")  # fmt: skip
    request_kb: float = quantity(1, "kB", "Size of a request, for what the network carries.", ge=0, le=1e9, label="Request size",
                                 assumption="a small JSON body with its headers")  # fmt: skip
    response_kb: float = quantity(10, "kB", "Size of an answer, for what the network carries.", ge=0, le=1e9, label="Answer size",
                                  assumption="a page of JSON")  # fmt: skip

    max_concurrency: int | None = quantity(None, "", "From a queue to a function: most batches worked on at once over this edge.", ge=2,
                                           le=1_000, label="Most at once")  # fmt: skip
    filter: list[str] | None = quantity(None, "", "From a topic: the classes of requests this subscriber wants; without it, all.",
                                        min_length=1, max_length=64, label="Filter")  # fmt: skip
    dead_letter: Id | None = quantity(None, "", "From a topic: the queue that gets what cannot be delivered; without one it is dropped and "
                                      "counted.", label="Dead-letter queue", widget="node:queue")  # fmt: skip

    @property
    def id(self) -> str:
        """Its ends, "caller->callee": there is at most one edge between two nodes in one direction."""
        return f"{self.caller}->{self.callee}"

    def retries(self, legacy: Retries) -> tuple[int, Backoff | None]:
        """Attempts in all and the wait between them; ``legacy``: those of boto3 in that mode for the callee."""
        if self.retry_mode == "legacy":
            return legacy[0], Backoff("exponential", legacy[1], jitter=legacy[2])
        if self.retry_mode == "standard":
            return 3, Backoff("exponential", 1.0, 20.0, "full")
        return self.attempts, None if self.backoff is None else self.backoff.lower()

    def policy(self, default_timeout_s: float, legacy: Retries = (5, 1.0, "full")) -> CallPolicy:
        """The call policy with the caller's default timeout filled in."""
        attempts, backoff = self.retries(legacy)
        return CallPolicy(
            timeout_s=default_timeout_s if self.timeout_s is None else self.timeout_s,
            attempts=attempts,
            backoff=backoff,
            breaker=None if self.breaker is None else self.breaker.lower(),
            bulkhead=self.bulkhead,
            retry_budget=self.retry_budget,
            cancel=self.cancel,
            hedge_s=self.hedge_s,
            fallback=self.fallback,
            idempotent=self.idempotent,
            consistency=self.consistency,
            pool_age_s=None if self.connection_pool is None else self.connection_pool.max_age_s,
        )

    def pollers(self, at_once: int | None) -> Pollers:
        """How a function takes batches from a queue; from a stream one from each shard, ``at_once``. Lambda developer guide, scaling of
        SQS event sources: 5 at first, up to 300 more a minute, at most 1 250."""
        if at_once:
            return Pollers(at_once, 0.0, at_once)
        most = self.max_concurrency or 1250
        return Pollers(min(5, most), 300.0, most)

    def check(self) -> Iterator[tuple[str, str]]:
        """(field, problem) for what single fields cannot tell."""
        for field in sorted({"attempts", "backoff"} & self.model_fields_set) if self.retry_mode else ():
            yield field, f"retry_mode: {self.retry_mode} says how often and when; leave {field} out, or retry_mode"
        if self.backoff is not None:
            yield from ((f"backoff.{field}", message) for field, message in self.backoff.check())

    def check_between(self, caller: Component, callee: Component) -> Iterator[tuple[str, str]]:
        """(field, problem) for what depends on what the two ends are."""
        timeout_s = caller.call_timeout_s if self.timeout_s is None else self.timeout_s
        most_kb = callee.largest_request_kb
        if most_kb is not None and self.request_kb > most_kb:
            yield "request_kb", f"{callee.id!r} ({callee.label}) takes at most {most_kb:,g} kB at once, not {self.request_kb:,g}"
        if self.hedge_s is not None and caller.behaviour == "balancer":
            yield "hedge_s", f"{caller.id!r} passes each request on once; put hedge_s on the edge into it"
        elif self.hedge_s is not None and self.hedge_s >= timeout_s:
            yield "hedge_s", f"must be less than the timeout, {timeout_s:g} s, not {self.hedge_s:g}: after it nobody waits any more"
        if self.consistency is not None and callee.behaviour != "store" and not callee.may_be_stale():
            yield "consistency", f"only reads from a store are strong or eventual; {callee.id!r} is none ({callee.label}), remove it"
        elif self.consistency == "eventual" and not callee.may_be_stale():
            yield "consistency", f"{callee.id!r} has no replicas to read from; give it some, or read strongly"
        for field in ("filter", "dead_letter") if caller.behaviour != "topic" else ():
            if getattr(self, field) is not None:
                yield field, f"belongs to a subscription, an edge from a topic; {caller.id!r} ({caller.label}) is none"
        if self.max_concurrency is not None and caller.readers_at_once():
            yield "max_concurrency", f"a function reads one batch at once from each of the {caller.readers_at_once()} shards; remove it"
        elif self.max_concurrency is not None and (caller.behaviour, callee.behaviour) != ("queue", "function"):
            yield "max_concurrency", "bounds how many batches a function takes from a queue at once; this edge is no such"
        if self.retry_mode is not None and caller.behaviour == "topic":
            yield "retry_mode", f"{caller.id!r} ({caller.label}) delivers by rules of its own; give attempts and backoff, or neither"
        if self.fallback and caller.behaviour == "topic":
            yield "fallback", "a topic makes no answers of its own; name a dead_letter queue for what cannot be delivered"
        if self.connection_pool is not None and callee.behaviour != "store" and not callee.may_be_stale():
            yield "connection_pool", f"matters only for stores, whose address moves; {callee.id!r} ({callee.label}) has none that does"
