"""What the oracle keeps about instances, requests and choices."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import simpy

if TYPE_CHECKING:
    from engine.oracle.sites import Site

T = TypeVar("T")
First = tuple[int, str] | None  # (edge, outcome) of the first failure


class InOrder(dict[T, None]):
    """A set that is gone through in the order things came: a run of the oracle must not depend on where Python keeps its objects."""

    def add(self, thing: T) -> None:
        """Have it, behind all others."""
        self[thing] = None

    def discard(self, thing: T) -> None:
        """Have it no longer."""
        self.pop(thing, None)


@dataclass(frozen=True)
class About:
    """What a request is: its class (index into `Plan.classes`), the key of the thing it is about and the session it belongs to, −1 for
    none."""

    kind: int
    subject: int
    session: int = -1

    def alone(self) -> About:
        """The same in a call nobody waits for: no user is behind it."""
        return About(self.kind, self.subject)


@dataclass(eq=False)
class Job:
    """One attempt as its callee sees it. ``done`` carries (outcome, first cause) to whoever still waits."""

    edge: int
    caller: Server | None
    callee: Server
    key: int
    done: simpy.Event | None
    about: About
    verb: str = ""  # what a cache that is only asked is to do
    abandoned: bool = False
    cold: bool = False  # it runs in a new environment
    in_slot: bool = False  # its work had been done already when it got its slot, and it is answered from there
    word: bool = False  # no request but word that it is cancelled
    detached: bool = False  # nobody waits for it
    parts: int = 1  # messages of a queue it carries
    answered: int = 0  # how many answers came before this one's, itself included; 0: none yet
    record: Record | None = None
    asks: str = ""  # the verb of its present call, where that goes to a cache
    stage: str = "travel"  # then: wait, cold, serve, joined, sync, backoff, call, fork, over
    cancelled: bool = False
    degraded: bool = False  # built on a fallback
    open: list[Attempt] = field(default_factory=list)  # attempts of its present call
    branches: list[Job] = field(default_factory=list)  # its parallel calls
    above: Job | None = None  # whose call this is an attempt of; None: a client's request, a delivery, a detached call
    decided: simpy.Event | None = None  # of a parallel call: the others have decided
    since: int = 0  # when it got its slot
    span: Span | None = None  # where it is followed

    def for_nobody(self) -> bool:
        """Whether the caller, or somebody further up, has given up."""
        job = self
        while job.above is not None:
            if job.abandoned or (job.decided is not None and job.decided.triggered):
                return True
            job = job.above
        return False


@dataclass(eq=False)
class Span:
    """An attempt of a followed request as it is written down, or the request itself; instants in ticks, −1: not."""

    root: int
    parent: Span | None
    edge: int
    inst: int
    tries: int
    sent: int
    arrived: int = -1
    started: int = -1
    finished: int = -1
    answered: int = -1
    outcome: str = ""
    seen: str = ""

    def row(self) -> tuple[object, ...]:
        """For comparison with the kernel's: the span above it stands for itself by where and when it began. Whether work that was never
        finished began is left out: a slot may come free and its new holder be called off in one tick, in either order."""
        p = self.parent
        above = (p.edge, p.inst, p.tries, p.sent) if p else None
        times = (self.sent, self.arrived, self.started if self.finished >= 0 else -1, self.finished, self.answered)
        return (self.root, above, self.edge, self.inst, self.tries, *times, self.outcome, self.seen)


@dataclass(eq=False)
class Record:
    """What the attempts of one call share: how often its work was done, who does it now, who waits for him."""

    idempotent: bool
    executions: int = 0
    worker: Job | None = None
    followers: list[tuple[Job, simpy.Event]] = field(default_factory=list)

    def wake(self) -> None:
        """Whoever waited looks again, in order."""
        waiting, self.followers = self.followers, []
        for _, event in waiting:
            event.succeed()

    def leave(self, job: Job) -> None:
        """This attempt has died or was cancelled."""
        self.followers = [(j, event) for j, event in self.followers if j is not job]
        if self.worker is job:
            self.worker = None
            self.wake()


@dataclass(eq=False)
class Server:
    """An instance. ``epoch`` rises with each death; whatever started in an older one is gone."""

    number: int
    node: int
    place: int
    slots: int
    capacity: int
    role: str = "none"
    standby: Server | None = None
    down: int = 0
    slow: float = 1.0
    strain: float = 1.0  # what faults make of it
    warmings: int = 0
    chill: float = 1.0  # what cold buffers make of it
    spike: int = 0  # ticks that a share of all work takes more
    spike_share: float = 0.0
    extra: int = 0  # ticks more for every piece of work
    tokens: float | None = None  # of a limiter's bucket; None: never used
    filled: int = 0
    idle: list[int] = field(default_factory=list)  # since when each idle environment of a function is, ascending
    hot_share: float = 0.0
    paused: bool = False
    flushes: int = 0
    error_share: float = 0.0
    flap_share: float = 0.0
    throttle_share: float = 0.0
    stopped: bool = False
    registered: bool = True
    withdrawn: bool = False
    hung: bool = False
    held_back: list[simpy.Event] = field(default_factory=list)  # answers that wait until it hangs no more
    enrolled: bool = True  # by its group
    absent: bool = False  # a place of a group where nothing runs
    stage: str = "serving"
    struck: int = 0  # how the faults of now would have it down
    up: int = 0  # ticks it was up until `turned`
    turned: int = 0
    shifted: bool = False
    poison_share: float = 0.0
    busy: int = 0
    epoch: int = 0
    queue: deque[tuple[Job, simpy.Event]] = field(default_factory=deque)
    jobs: InOrder[Job] = field(default_factory=lambda: InOrder())  # admitted and not yet answered, waiting ones included
    attempts: InOrder[Attempt] = field(default_factory=lambda: InOrder())  # open calls of its own
    stalled: list[tuple[simpy.Event, About]] = field(default_factory=list)
    split: list[int] = field(default_factory=list)  # when it acknowledged writes although another is the primary


@dataclass(eq=False)
class Duty:
    """Who takes the writes of a partition, as its controllers know it."""

    primary: Server
    home: Server
    busy: bool = False
    abroad: bool = False
    moves: int = 0


@dataclass(eq=False)
class Attempt:
    """One open attempt as its caller sees it."""

    target: Target
    site: Site
    job: Job
    tries: int


@dataclass(eq=False)
class Target:
    """One choice of a pool."""

    server: Server
    edge: int
    out: int = 0
    healthy: bool = True
    weight: float = 1.0
    ended: int = 0  # attempts, and those of them that failed
    bad: int = 0
    away: bool = False  # the balancer has left its AZ by itself
    warm_at: int = 0  # instant at which its slow start is over
    via: int = -1  # behind a resolver: the edge of the record it stands for


@dataclass(eq=False)
class Pool:
    """The targets among which a call chooses."""

    targets: list[Target]
    algorithm: str
    rotation: list[Target] = field(default_factory=list)
    resolver: int | None = None  # node that says which of the targets it is
    edge: int = -1  # its first
    balances: bool = False
    next: int = 0
    ramp: int = 0  # ticks of a slow start
    verb: str = ""  # what a cache that is only asked is to do

    def __post_init__(self) -> None:
        self.rotation = list(self.targets)

    def believe(self, target: Target, healthy: bool) -> None:
        """A target enters or leaves the rotation; with nobody healthy everybody is used."""
        target.healthy = healthy
        self.relist()

    def warmth(self, target: Target, now: int) -> float:
        """Its share during a slow start, 0 to 1."""
        return 1.0 - max(0, target.warm_at - now) / self.ramp if self.ramp else 1.0

    def relist(self) -> None:
        """Only registered targets can be chosen, and a balancer leaves out AZs its traffic is shifted away from."""
        registered = [t for t in self.targets if t.server.registered]
        near = [t for t in registered if not (self.balances and t.server.shifted) and not t.away]
        healthy = [[t for t in some if t.healthy] for some in (near, registered)]
        self.rotation = healthy[0] or near or healthy[1] or registered
