"""The closed vocabulary every component lowers to: what a node *does*, in seconds and counts, without its vendor's name.

A component's ``lower()`` returns exactly one of the behaviours below. The compiled kernel and the
plain SimPy oracle both read these, and nothing else, so a new component never touches either of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Distribution:
    """A service time. ``scale_s`` is the constant, the mean (exponential, Erlang), the lognormal's *median* or the Pareto's minimum."""

    kind: Literal["constant", "exponential", "lognormal", "erlang", "pareto", "empirical"]
    scale_s: float
    sigma: float = 0.0  # of the logarithm; lognormal only
    shape: float = 0.0  # Erlang: number of stages k; Pareto: tail index α > 1
    samples_s: tuple[float, ...] = ()  # empirical only: measured values, in any order

    @property
    def mean_s(self) -> float:
        """Expected value in seconds. Lognormal: median · exp(σ²/2); Pareto: minimum · α / (α − 1)."""
        if self.kind == "lognormal":
            return self.scale_s * math.exp(self.sigma**2 / 2)
        if self.kind == "pareto":
            return self.scale_s * self.shape / (self.shape - 1)
        return sum(self.samples_s) / len(self.samples_s) if self.kind == "empirical" else self.scale_s


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Probes of one target: every ``interval_s``, no answer within ``timeout_s`` is a failure, thresholds are consecutive results."""

    interval_s: float
    timeout_s: float
    unhealthy: int
    healthy: int
    deep: bool = False  # a probe of a service waits for a slot and is worked on like a request


@dataclass(frozen=True, slots=True)
class Failover:
    """The clocks of a promotion, in seconds: how often the primary is watched, how many misses decide, how long each phase lasts."""

    monitor_interval_s: float  # detect: a probe of the primary each interval …
    monitor_timeout_s: float  # … answered within this, or it is a miss
    misses: int  # consecutive misses before the controller believes the primary lost
    decide_s: float  # fencing the old primary and choosing the standby
    promote_s: float  # log recovery on the standby
    propagate_ttl_s: float  # callers keep the old address for up to this long (DNS TTL)
    resync_s: float  # a returned member copies what it missed before it counts as a standby again
    warm_s: float = 0.0  # for this long after a promotion the new primary's buffers are cold …
    warm_factor: float = 1.0  # … and its work takes so many times as long
    fail_back: bool = False  # the original primary takes over again once it has caught up


@dataclass(frozen=True, slots=True)
class Keys:
    """What requests are about: ``count`` things, numbered by popularity from 0, the r-th asked for in proportion to (r + 1)^−zipf."""

    count: int
    zipf: float = 0.0  # 0: all alike


WRITE = "write"  # a request of this class changes what it is about, one of any other class reads it; one without: caches read, stores write


@dataclass(frozen=True, slots=True)
class Source:
    """Clients. Open loop: ``segments`` is the rate in requests per second from each start time on (piecewise constant), and requests
    start however slow the answers are. Closed loop: ``users`` who each think, ask, wait for the answer, and think again."""

    behaviour: ClassVar = "source"
    segments: tuple[tuple[float, float], ...]  # ((t_s, rate_per_s), …), first at 0, times ascending
    arrivals: Literal["poisson", "even"] = "poisson"
    batch: int = 1  # requests per arrival instant; batches come `batch` times as rarely
    classes: tuple[tuple[str, float], ...] = ()  # (name, share), the shares adding up to 1
    keys: Keys | None = None
    repeat_s: float = 0.0  # the segments start over after this long; 0 = the last one stays
    users: int = 0  # closed loop: this many users; 0 = open loop
    think_s: float = 0.0  # closed loop: mean of the exponential think time
    location: str = ""  # where the clients are, for resolvers that answer by location
    sessions: Keys | None = None  # open loop: the users who come back, and how often each of them does; None: everybody is new

    @property
    def session_count(self) -> int:
        """How many sessions there are; each user of a closed loop has one."""
        return self.users or (self.sessions.count if self.sessions else 0)


@dataclass(frozen=True, slots=True)
class Autoshift:
    """When a balancer moves its traffic out of an AZ by itself: ``points`` periods in a row in which that AZ alone fails too much."""

    period_s: float = 10.0
    share: float = 0.05  # of the attempts that ended in a period, from which on an AZ is ill
    minimum: int = 20  # attempts in every AZ and period; with fewer nothing is concluded
    points: int = 3
    hold_s: float = 600.0  # stays away for this long, then looks again


@dataclass(frozen=True, slots=True)
class Balancer:
    """Forwards each request to one target instance among all instances of all nodes it points to."""

    behaviour: ClassVar = "balancer"
    algorithm: Literal["round_robin", "least_outstanding", "random", "power_of_two", "flow_hash", "weighted"]
    health_check: HealthCheck | None
    slow_start_s: float = 0.0  # a target that is new or back gets a share that grows to the full one for so long
    connections: int = 10  # flow_hash: each calling instance keeps so many open; each stays with one target
    cross_zone: bool = True  # False: each of its nodes sends only to targets of its own AZ
    ttl_s: float = 60.0  # callers of one with several nodes keep the answer that names them for this long
    autoshift: Autoshift | None = None
    node_check: HealthCheck = HealthCheck(10.0, 5.0, 3, 3)  # of its nodes; what fails it is not named any more
    stickiness_s: float = 0.0  # a session's first attempts go to the target that answered it within so long, while that can be chosen


@dataclass(frozen=True, slots=True)
class Autoscaling:
    """A group that changes its size. The instances of its station are places for some: the first ``initial`` serve from the start."""

    initial: int
    least: int
    most: int
    metric: Literal["cpu", "requests_per_target", "backlog_per_worker"] | None  # None: the size stays, the dead are replaced
    target: float  # share of the slots at work · requests per second and instance · messages waiting per instance
    queue: str | None = None  # id of the queue whose messages count
    period_s: float = 60.0  # a point of the metric is about this long …
    metric_delay_s: float = 60.0  # … and known this long after its end
    points_out: int = 3  # points in a row above the target before it grows
    points_in: int = 15  # points in a row below nine tenths of the target before it shrinks
    launch_s: float = 120.0  # from the launch to service
    warmup_s: float = 0.0  # in service, but not yet in the metric
    drain_s: float = 300.0  # a leaving instance finishes what it has for this long at most
    health: Literal["ec2", "elb"] = "ec2"  # how it learns that an instance is dead: by status checks, or also from its balancers
    check_s: float = 60.0  # how often it looks at its instances, and at what it has left undone
    unhealthy: int = 2  # status checks in a row that fail before an instance is dead
    grace_s: float = 0.0  # nothing is held against an instance for so long after its launch
    rebalance: bool = True  # launches where there are too few and drains where there are too many, when AZs differ by two or more


@dataclass(frozen=True, slots=True)
class Station:
    """Instances that serve. A request holds one slot of one instance from the start of its service to its answer."""

    behaviour: ClassVar = "station"
    azs: tuple[str, ...]  # one AZ id per instance, in instance order
    concurrency: int  # slots per instance
    queue_capacity: int | None  # waiting requests per instance; None = unbounded
    service: Distribution
    holds_slot: bool = True  # False: the slot is given back before dependencies are called (asynchronous I/O)
    lifo: bool = False  # the latest in the queue is served next
    shed_above: float | None = None  # answers `shed` once requests in service and waiting reach this share of the slots
    parallel: bool = False  # all dependencies are called at once; the first failure decides
    autoscaling: Autoscaling | None = None  # None: the instances are there, dead or alive, for ever
    keeps_sessions: bool = False  # each session lives on one instance and dies with it; an instance that does not have it answers an error


@dataclass(frozen=True, slots=True)
class Cache(Station):
    """Stations that remember. With calls of its own it reads through: on a miss it calls them, then keeps what came back. Without any its
    callers look things up, and fill and drop them (`engine.plan.PlanEdge.lookup`). A key is kept by one instance, the one it hashes to."""

    behaviour: ClassVar = "cache"
    capacity: int | None = None  # keys per instance; None: all there are
    ttl_s: float | None = None  # from the fill on; hits do not prolong it
    hit_ratio: float | None = None  # instead of remembering: this share of look-ups hits
    writes: Literal["through", "around", "back"] = "through"  # what succeeded is kept, or its key dropped; back: kept, and stored later
    flush_interval_s: float = 1.0  # with `back`: a key goes to the store this long after its first write, or when it is pushed out
    stale_while_revalidate_s: float = 0.0  # an expired value is given out for this long while the instance fetches a new one
    stale_if_error_s: float = 0.0  # an expired value is given out for this long when a new one cannot be had
    rate_per_s: float | None = None  # requests per second an instance takes, in tokens of a bucket; None: no limit
    burst: float = 0.0  # tokens it holds at most, and at the start
    coalesce: bool = False  # of the requests that miss one key at the same time, one fetches it and the others wait; reading through only
    second: str | None = None  # id of a node it calls: only when a read's other call has failed; nothing of that is remembered
    shards: Store | None = None  # each key is kept by several members: who they are, who is promoted. ``azs`` then repeats them
    keeps: bool = False  # its callers have nothing behind it: they write and read it, and what it forgets is lost


def shed_from(station: Station) -> int:
    """Requests in service and waiting at one instance from which on it answers `shed`: its share of the slots, rounded up."""
    return max(1, math.ceil((station.shed_above or 0.0) * station.concurrency - 1e-9))


@dataclass(frozen=True, slots=True)
class Store:
    """Stations with roles. Each partition has a primary that takes its writes, a synchronous standby that receives every write before it is
    acknowledged, and replicas that receive it afterwards. Capacity is per member: a partition is served by one primary."""

    behaviour: ClassVar = "store"
    azs: tuple[str, ...]  # members of each partition: azs[0] the primary at first, the last ``replicas`` replicas, between them standbys
    concurrency: int
    queue_capacity: int | None
    service: Distribution
    failover: Failover | None  # None: nobody promotes
    partitions: int = 1  # a request goes to the partition its key hashes to
    replicas: int = 0  # members that follow asynchronously; without a standby the one that has received most is promoted
    reads: Literal["primary", "replicas"] = "primary"  # of edges that do not say; replicas: eventually consistent, may be stale
    apply_per_s: float | None = None  # writes per second a replica applies; None: as fast as they come
    rate_per_s: float | None = None  # requests per second each member of a partition answers, in tokens of a bucket; None: no limit
    burst: float = 0.0  # tokens it holds at most, and at the start
    table_rate_per_s: float | None = None  # … and all partitions together, at each place a member of them is; None: no limit
    table_burst: float = 0.0
    write_quorum: int = 1  # members that have a write when it is acknowledged, the primary included; with more than 1 no standbys
    read_quorum: int = 1  # members a read asks, the answering one included
    shared: bool = False  # all members use one storage: a promotion loses nothing
    replica_lag_s: float = 0.0  # replicas are behind by this much anyway
    many_writers: bool = False  # every member takes writes, for the callers nearest to it; all are replicas of each other, the latest wins
    witness: bool = False  # the last member answers nobody: it only counts for the others' quorums
    abroad: Failover | None = None  # how a replica in another Region is promoted, by a person's decision; None: never


@dataclass(frozen=True, slots=True)
class Limiter:
    """A token bucket in front of what it calls: a request takes a token or is answered `throttled` at once."""

    behaviour: ClassVar = "limiter"
    rate_per_s: float  # tokens added per second
    burst: float  # tokens it holds at most, and at the start


@dataclass(frozen=True, slots=True)
class Function:
    """An on-demand pool: every request has an environment of its own, made cold when none is idle."""

    behaviour: ClassVar = "function"
    queue_capacity: ClassVar[int] = 0
    service: Distribution
    cold_start: Distribution  # before the service, in a new environment
    keep_alive_s: float  # an idle environment goes away after this long; the newest idle one is used first
    concurrency: int  # environments at once, at most
    provisioned: int = 0  # of which so many are always there
    scaling_per_10_s: float = 1000.0  # new environments at once and per 10 s; unused ones do not accumulate


@dataclass(frozen=True, slots=True)
class Pollers:
    """Who takes batches from a queue and invokes a function with each, one batch at a time: ``start`` of them, more while messages wait."""

    start: int = 5
    per_minute: float = 300.0
    most: int = 1250


@dataclass(frozen=True, slots=True)
class Queue:
    """Keeps messages until a consumer has worked on them. Who publishes waits until the message is stored; consumers ask for work."""

    behaviour: ClassVar = "queue"
    visibility_timeout_s: float = 30.0  # a taken message reappears after this, unless it was deleted
    max_receives: int | None = None  # None = unlimited
    dead_letter: str | None = None  # id of the queue that takes what was received that often; None: it is dropped and counted
    batch: int = 1  # most messages handed over together, as one unit of work
    retention_s: float = math.inf  # from publication, also through a dead-letter queue
    fifo: bool = False  # one delivery at a time per group, in order; the group is the request's subject
    shards: int = 0  # a stream: records hash by subject to one of these, each in order; every consuming edge reads all of them on its own
    records_per_s: float = math.inf  # each shard takes; more is throttled
    kb_per_s: float = math.inf
    bisect: bool = False  # of a batch that failed only the first half is tried next
    rate_per_s: float | None = None  # messages per second it stores, in tokens of a bucket; more are throttled; None: no limit
    burst: float = 0.0  # tokens the bucket holds at most, and at the start
    in_flight: int | None = None  # most messages taken at once; with so many, who asks for more gets none


@dataclass(frozen=True, slots=True)
class Resolver:
    """Names one of the nodes behind its edges (its records). Callers keep the answer for ``ttl_s``, a share of them for ``sticky_s``."""

    behaviour: ClassVar = "resolver"
    policy: Literal["simple", "weighted", "latency", "failover", "geolocation", "multivalue"]
    ttl_s: float
    health_check: HealthCheck | None
    sticky_share: float = 0.0
    sticky_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Topic:
    """Acknowledges what is published and passes a copy on over each of its edges (`engine.plan.PlanEdge.only`), tried as the edge says."""

    behaviour: ClassVar = "topic"
    archive_s: float = 0.0  # what was published is kept for this long, to be delivered again; 0: not at all


Behaviour = Source | Balancer | Station | Cache | Store | Limiter | Function | Queue | Resolver | Topic


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait before retry n = 1, 2, …; formulas of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    fixed: base. exponential: temp = min(cap, base · 2^(n−1)), then jitter none: temp · full: U(0, temp) ·
    equal: temp/2 + U(0, temp/2) · decorrelated: min(cap, U(base, 3 · previous wait)), the first previous wait being base.
    """

    kind: Literal["fixed", "exponential"]
    base_s: float
    cap_s: float = math.inf
    jitter: Literal["none", "full", "equal", "decorrelated"] = "none"


Retries = tuple[int, float, Literal["none", "full"]]  # attempts in all; s of the first wait, which doubles; its jitter


@dataclass(frozen=True, slots=True)
class Breaker:
    """Circuit breaker of one caller instance: opens when `failure_share` of at least `minimum_calls` in `window_s` failed."""

    failure_share: float
    window_s: float
    minimum_calls: int
    open_s: float
    probes: int  # successes in the half-open state that close it; also the most calls it lets through meanwhile


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How a caller treats one edge. ``timeout_s`` is per attempt, ``attempts`` includes the first."""

    timeout_s: float
    attempts: int = 1
    backoff: Backoff | None = None  # None = immediate retry
    breaker: Breaker | None = None
    bulkhead: int | None = None  # concurrent attempts per caller instance
    retry_budget: float | None = None  # tokens added per successful call; see SCENARIO "Calls"
    cancel: bool = False  # tells the callee, and all it called, when it gives up
    hedge_s: float | None = None  # second attempt after this long without an answer; less than timeout_s, never on a balancer's edge
    fallback: float = 0.0  # share of failed calls the caller makes good by a degraded answer
    idempotent: bool = False  # the callee does the work of a call once, however many attempts it takes
    consistency: Literal["strong", "eventual"] | None = None  # of reads from a store; None: what the store's `reads` says
    pool_age_s: float | None = None  # pooled connections to a store's old address live up to this long; None = a new one each call
