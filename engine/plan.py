"""The plan of a run: a scenario with every name turned into an index and every default filled in. Read by the kernel and by the oracle."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.behaviours import (
    WRITE,
    Balancer,
    Behaviour,
    Cache,
    CallPolicy,
    Function,
    Pollers,
    Queue,
    Resolver,
    Source,
    Station,
    Store,
    Topic,
)  # fmt: skip
from engine.live import Live

HOPS = ("same_az", "cross_az", "cross_region", "internet")  # kinds of way a message takes, as they are billed
UNLIMITED = 1 << 30  # slots or queue places without a bound


@dataclass(frozen=True, slots=True)
class Place:
    """A fault domain: ``outside`` every Region (clients), a ``region`` (its regional services) or an ``az``."""

    id: str
    kind: Literal["outside", "region", "az"]
    region: str | None


@dataclass(frozen=True, slots=True)
class PlanInstance:
    """One server process. Sources and balancers have a single one with unlimited slots."""

    node: int
    index: int  # its number within the node: web[2]
    place: int
    slots: int
    queue_capacity: int  # UNLIMITED = unbounded


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A node, its instances ``first … first + count − 1`` and the edges it calls, in order."""

    id: str
    kind: str
    label: str
    behaviour: Behaviour
    first: int
    count: int
    calls: tuple[int, ...]

    @property
    def store(self) -> Store | None:
        """How its data is kept by several members: a store is that itself, a cache may have shards with replicas."""
        behaviour = self.behaviour
        return behaviour if isinstance(behaviour, Store) else behaviour.shards if isinstance(behaviour, Cache) else None


@dataclass(frozen=True, slots=True)
class PlanEdge:
    """A call from one node to another; ``id`` is "caller->callee". From a queue it is a ``consume`` edge: its policy says nothing.

    From a topic it is a subscription: ``only`` are the classes of requests it wants (all when empty), ``dead_letter`` the id of the queue
    that gets what could not be delivered. ``lookup`` is the caller's edge to a cache it asks first: on a hit this call is not made, after
    one it fills, after a write it drops.
    """

    id: str
    caller: int
    callee: int
    policy: CallPolicy
    lookup: int = -1
    request_kb: float = 1.0  # size of a request and of an answer, for what the network carries
    response_kb: float = 1.0
    weight: float = 1.0  # of a resolver's record, of each target behind a balancer
    locations: tuple[str, ...] = ()  # a resolver's record is for callers there; none: for everybody else
    pollers: Pollers = field(default_factory=Pollers)  # where a function consumes a queue
    only: tuple[str, ...] = ()
    dead_letter: str | None = None


@dataclass(frozen=True, slots=True)
class Redrive:
    """Messages waiting in one queue (index of its node) become new messages of another, oldest first, until none is left."""

    queue: int
    to: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Replay:
    """What a topic (index of its node) has archived, published from ``from_s`` to ``to_s``, is delivered again, in that order."""

    topic: int
    from_s: float
    to_s: float
    per_s: float


@dataclass(frozen=True, slots=True)
class PlanFault:
    """A fault with its target resolved. ``apply`` changes a `Live`; ``end_s`` is inf when it outlasts every run; ``action``: what an
    operator does meanwhile; ``until_s``: the end of what follows from it, at least ``end_s``."""

    id: str
    kind: str
    target: str
    start_s: float
    end_s: float
    sentence: str
    apply: Callable[[Live], None] = field(compare=False)
    action: Redrive | Replay | None = None
    moments_s: tuple[float, ...] = ()  # instants after its start at which it changes
    until_s: float = 0.0

    @property
    def over_s(self) -> float:
        """When nothing of it is left."""
        return max(self.end_s, self.until_s)


@dataclass(frozen=True)
class Plan:
    """Everything a run needs. ``one_way_s[a, b]`` is the time from place a to place b in seconds (half a round trip)."""

    title: str
    seed: int
    duration_s: float
    warmup_s: float
    places: tuple[Place, ...]
    one_way_s: np.ndarray
    nodes: tuple[PlanNode, ...]
    edges: tuple[PlanEdge, ...]
    instances: tuple[PlanInstance, ...]
    faults: tuple[PlanFault, ...]
    accounts: tuple[tuple[int, tuple[int, ...]], ...] = ()  # environments that functions (indices of their nodes) share, and which
    jitter: float = 0.0  # each message takes between 1 − jitter and 1 + jitter times its one-way time, uniform

    def instances_of(self, node: int) -> range:
        """Indices of the node's instances."""
        n = self.nodes[node]
        return range(n.first, n.first + n.count)

    def node_index(self, node_id: str) -> int:
        """Index of the node with this id; KeyError when there is none."""
        return {n.id: i for i, n in enumerate(self.nodes)}[node_id]

    def sources(self) -> list[int]:
        """Node indices of all clients, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Source)]

    def classes(self) -> tuple[str, ...]:
        """Names of all classes of requests; a request's ``kind`` is an index into them. The first is the nameless one."""
        named = (name for n in self.nodes if isinstance(n.behaviour, Source) for name, _ in n.behaviour.classes)
        return ("", *dict.fromkeys(named))

    def eventual(self, e: int) -> bool:
        """Whether reads over edge e are answered by replicas, and may be stale: the edge says so, or else the store."""
        store, asked = self.nodes[self.edges[e].callee].store, self.edges[e].policy.consistency
        if store is None or store.replicas == 0:
            return False
        return store.reads == "replicas" if asked is None else asked == "eventual"

    def reads_replicas(self, n: int) -> bool:
        """Whether anybody reads from replicas of store n."""
        return not self.store(n).many_writers and any(edge.callee == n and self.eventual(e) for e, edge in enumerate(self.edges))

    def asked_first(self, callee: int, caller: int) -> int:
        """Which member of each partition a calling instance starts with: the primary, or with many writers the nearest."""
        store, first = self.nodes[callee].store, self.nodes[callee].first
        if store is None or not store.many_writers:
            return 0
        here = self.instances[caller].place
        ways = [float(self.one_way_s[here, self.instances[first + k].place]) for k in range(len(store.azs) - store.witness)]
        return ways.index(min(ways))

    def numbers_keys(self, n: int) -> bool:
        """Whether it matters which write of store n was the latest of each key: for its readers, or to forget what was not replicated."""
        if self.store(n).many_writers:
            return True
        return self.reads_replicas(n) or (self.store(n).replicas > 0 and isinstance(self.nodes[n].behaviour, Cache))

    def second(self, n: int) -> int:
        """Edge over which a cache asks again what its first origin could not answer; −1: it has no other."""
        id = getattr(self.nodes[n].behaviour, "second", None)
        return next((e for e in self.nodes[n].calls if self.nodes[self.edges[e].callee].id == id), -1)

    def only_remembers(self, n: int) -> bool:
        """Whether a node is a cache in front of something: what it forgets can be had again."""
        behaviour = self.nodes[n].behaviour
        return isinstance(behaviour, Cache) and not behaviour.keeps

    def write_kind(self) -> int:
        """Index of the class of writes, −1 when there is none; requests without a class are writes too."""
        names = self.classes()
        return names.index(WRITE) if WRITE in names else -1

    def balancers(self) -> list[int]:
        """Node indices of all balancers, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Balancer)]

    def named(self) -> list[int]:
        """Node indices of balancers with a node in each of several AZs: their callers learn from DNS which of them there are."""
        return [b for b in self.balancers() if self.is_named(b)]

    def is_named(self, n: int) -> bool:
        """Whether node n is such a balancer."""
        return self.nodes[n].count > 1 and isinstance(self.nodes[n].behaviour, Balancer)

    def sends_to(self, b: int, here: int, i: int) -> bool:
        """Whether the balancer's own instance ``here`` may choose instance i."""
        return self.nodes[b].behaviour.cross_zone or self.instances[here].place == self.instances[i].place  # type: ignore[union-attr]

    def region_of(self, i: int) -> int:
        """Place of the Region that instance i sits in."""
        region = self.places[self.instances[i].place].region
        return next(p for p, place in enumerate(self.places) if place.kind == "region" and place.region == region)

    def beliefs(self) -> list[tuple[int, int, int, int]]:
        """(balancer node, its own instance, edge, instance) of everything a balancer's instance believes something of."""
        return [
            (b, here, e, i)
            for b in self.balancers() for here in self.instances_of(b) for e in self.nodes[b].calls
            for i in self.instances_of(self.edges[e].callee) if self.sends_to(b, here, i)
        ]  # fmt: skip

    def shown_beliefs(self) -> list[int]:
        """For each of `targets`, which of `beliefs` is shown: that of the balancer's node in its AZ, else of the first one; −1: of none."""
        found: dict[tuple[int, int], int] = {}
        for k, (b, here, _, i) in enumerate(self.beliefs()):
            if (b, i) not in found or self.instances[here].place == self.instances[i].place:
                found[b, i] = k
        return [found.get((b, i), -1) for b, _, i in self.targets()]

    def stores(self) -> list[int]:
        """Node indices of all stores, caches with replicas among them, in document order."""
        return [i for i, n in enumerate(self.nodes) if n.store]

    def store(self, node: int) -> Store:
        """How a node's data is kept by its members."""
        store = self.nodes[node].store
        assert store is not None
        return store

    def memories(self) -> list[int]:
        """Instances of all caches, of those with replicas the first member of each shard, in the order of the cache series."""
        steps = [(n, len(node.store.azs) if node.store else 1) for n, node in enumerate(self.nodes) if isinstance(node.behaviour, Cache)]
        return [i for n, step in steps for i in self.instances_of(n)[::step]]

    def backlogs(self) -> list[int]:
        """Instances of all caches with something nobody else has: those that write back, and those that are used as a store."""
        nodes = {i: self.nodes[self.instances[i].node] for i in self.memories()}
        return [i for i, node in nodes.items() if node.behaviour.keeps or (node.calls and node.behaviour.writes == "back")]  # type: ignore[union-attr]

    def copies(self) -> list[int]:
        """Instances of all stores with replicas, in the order of the copy series: any of them may be a replica at some time."""
        return [i for n in self.stores() for i in self.instances_of(n) if self.store(n).replicas]

    def resolvers(self) -> list[int]:
        """Node indices of all resolvers, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Resolver)]

    def records(self) -> list[int]:
        """Edge indices of all records: what resolvers name, in the order of resolvers."""
        return [e for n in self.resolvers() for e in self.nodes[n].calls]

    def groups(self) -> list[int]:
        """Node indices of all groups that change their size, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Station) and n.behaviour.autoscaling]

    def sticky(self) -> list[int]:
        """Node indices of balancers that send a session where it was before, in document order."""
        return [b for b in self.balancers() if self.nodes[b].behaviour.stickiness_s > 0]  # type: ignore[union-attr]

    def keepers(self) -> list[int]:
        """Instances that sessions live on, in the order of the session series."""
        nodes = enumerate(self.nodes)
        return [i for n, node in nodes if getattr(node.behaviour, "keeps_sessions", False) for i in self.instances_of(n)]

    def functions(self) -> list[int]:
        """Node indices of all on-demand pools, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Function)]

    def most_environments(self) -> int:
        """Environments of all on-demand pools together, at most."""
        return sum(n.behaviour.concurrency for n in self.nodes if isinstance(n.behaviour, Function))

    def queues(self) -> list[int]:
        """Node indices of all message queues, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Queue)]

    def queue(self, node: int) -> Queue:
        """The behaviour of a message queue."""
        behaviour = self.nodes[node].behaviour
        assert isinstance(behaviour, Queue)
        return behaviour

    def readers(self) -> list[tuple[int, tuple[int, ...]]]:
        """(node, consuming edges) of every queue there is to read: one per queue, and one more for each further reader of a stream."""
        first = [(n, self.nodes[n].calls[:1] if self.queue(n).shards else self.nodes[n].calls) for n in self.queues()]
        return first + [(n, (e,)) for n in self.queues() if self.queue(n).shards for e in self.nodes[n].calls[1:]]

    def mappings(self) -> list[int]:
        """Edges over which functions consume message queues, in document order."""
        from_queue = (e for n in self.queues() for e in self.nodes[n].calls)
        return sorted(e for e in from_queue if isinstance(self.nodes[self.edges[e].callee].behaviour, Function))

    def topics(self) -> list[int]:
        """Node indices of all topics, in document order."""
        return [i for i, n in enumerate(self.nodes) if isinstance(n.behaviour, Topic)]

    def targets(self) -> list[tuple[int, int, int]]:
        """(balancer node, edge, instance) of every balancer's targets, in the order of the belief series."""
        return [(b, e, i) for b in self.balancers() for e in self.nodes[b].calls for i in self.instances_of(self.edges[e].callee)]

    def live(self, at_s: float | None = None) -> Live:
        """The design with the faults active at this time applied (none when ``at_s`` is None)."""
        live = Live(len(self.instances), len(self.edges), len(self.places))
        live.at_s = math.inf if at_s is None else at_s
        for fault in self.faults:
            if at_s is not None and fault.start_s <= at_s < fault.over_s:
                fault.apply(live)
        return live

    def hop(self, a: int, b: int) -> int:
        """Kind of the way between two places, an index into `HOPS`. A Region's endpoint may be in any AZ, so the way to it crosses AZs."""
        one, other = self.places[a], self.places[b]
        if one.region is None or other.region is None:
            return HOPS.index("internet")
        if one.region != other.region:
            return HOPS.index("cross_region")
        return HOPS.index("same_az" if a == b and one.kind == "az" else "cross_az")
