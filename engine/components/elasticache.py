"""Amazon ElastiCache: shards in memory, each key on one of them; with replicas a shard survives the loss of a node."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import ClassVar, Literal

from engine.behaviours import Cache as CacheBehaviour
from engine.behaviours import Store
from engine.components.base import Limit, quantity
from engine.components.cache import Cache
from engine.components.values import Constant, FailoverFields, ServiceTime
from engine.fields import LONGEST_S, listed
from engine.geography import Geography

GUIDE = "ElastiCache user guide"
SPLIT = "our split of about half a minute for an unplanned failover; AWS publishes no figure, measurements say 15 to 60 s"


class CacheFailover(FailoverFields):
    """AWS states no time for an unplanned failover: these add up to 20 to 35 s after a power loss, 15 to 30 s after a crash."""

    monitor_interval_s: float = quantity(5, "s", "The primary is probed this often.", ge=1, le=60, label="Monitor interval",
                                         assumption=SPLIT, likely=(1, 10))  # fmt: skip
    monitor_timeout_s: float = quantity(3, "s", "A probe without an answer for this long is a miss.", ge=1, le=60,
                                        label="Monitor timeout", assumption=SPLIT, likely=(1, 5))  # fmt: skip
    misses: int = quantity(3, "", "Misses in a row before the primary is taken for lost.", ge=1, le=10, label="Misses",
                           assumption=SPLIT, likely=(2, 5))  # fmt: skip
    decide_s: float = quantity(2, "s", "Choosing the replica that lags least.", ge=0, le=300, label="Decide", assumption=SPLIT,
                               likely=(1, 10))  # fmt: skip
    promote_s: float = quantity(5, "s", "The replica becomes the primary.", ge=0, le=600, label="Promote", assumption=SPLIT,
                                likely=(1, 20))  # fmt: skip
    propagate_ttl_s: float = quantity(5, "s", "Callers keep the primary endpoint's old address for up to this long.", ge=0, le=300,
                                      label="Endpoint TTL", assumption="the user guide speaks of a few seconds until its DNS has changed",
                                      likely=(1, 60))  # fmt: skip
    resync_s: float = quantity(60, "s", "A returned node copies everything before it follows as a replica.", ge=0, le=LONGEST_S,
                               label="Resync", assumption="some GB over the network", likely=(10, 600))  # fmt: skip


class ElastiCache(Cache):
    """Memcached, or shards of Valkey or Redis. Without replicas a node that dies takes its part of the keys with it. With them, a replica
    follows asynchronously; Multi-AZ promotes the one that lags least, with all keys but the last writes."""

    kind: Literal["elasticache"] = "elasticache"  # type: ignore[assignment]  # a cache of another kind
    label: ClassVar = "ElastiCache"
    category: ClassVar = "Caches"
    glyph: ClassVar = "cache"
    summary: ClassVar = "Keys in memory, spread over shards by their hash; a shard without a replica forgets all it had when its node dies."
    unplaced: ClassVar = "az"
    one_region: ClassVar = True
    az_loss: ClassVar = ("Nodes in the AZ fall silent. With Multi-AZ and a replica elsewhere a shard is back in about half a minute with "
                         "all keys but the last; without, its keys are gone.")  # fmt: skip
    region_loss: ClassVar = "All nodes fall silent; they come back empty."
    control_loss: ClassVar = "Nodes serve as before; nothing is promoted, replaced or added."
    create: ClassVar = {"ttl_s": 300}
    limits: ClassVar = (
        Limit("Memory of the node type", "evictions, least recently used first", "capacity, in keys of one node", GUIDE),
        Limit("65,000 connections to a node", "ERR max number of clients reached"),
        Limit("5 replicas of a shard", "InvalidParameterValue", "refused in the document", GUIDE),
    )  # fmt: skip
    left_out: ClassVar = ("Global Datastore, backups, serverless scaling. A node that is back before anybody noticed has what its replicas "
                          "have; of a key whose latest change a replica lacks it is taken to have what was before.")  # fmt: skip

    engine: Literal["valkey", "redis", "memcached"] = quantity(
        "valkey", "", "Memcached has no replicas: what a lost node kept is gone, the rest stays.", label="Engine",
        assumption="what the console offers first")  # fmt: skip
    instances: int = quantity(1, "", "Cache nodes or shards; each key is kept by the one it hashes to.", ge=1, le=500, label="Shards",
                              likely=(1, 20), assumption="the smallest cluster")  # fmt: skip
    replicas: int = quantity(0, "", "Nodes of each shard that follow its primary, in the AZs after it.", ge=0, le=5,
                             label="Replicas per shard", likely=(0, 2), assumption="none unless asked for")  # fmt: skip
    multi_az: bool = quantity(False, "", "Promotes the replica that lags least when a primary is lost. With several shards that is so "
                              "anyway.", label="Multi-AZ", source="botocore 1.43, service model of elasticache: AutomaticFailoverEnabled "
                              "is false, and required with cluster mode")  # fmt: skip
    reads: Literal["primary", "replicas"] = quantity(
        "primary", "", "Who answers look-ups: the primary endpoint, or the replicas, which may lack the latest change.",
        source=GUIDE + ": primary and reader endpoint")  # fmt: skip
    used_as: Literal["cache", "store"] = quantity(
        "cache", "", "In front of a store; or it is one, of sessions or tokens: its callers write and read it, what it forgets is lost.",
        label="Used as", assumption="what most are for")  # fmt: skip
    replica_lag_s: float = quantity(0, "s", "Replicas are behind by this much anyway, beside the network.", ge=0, le=600,
                                    label="Replica lag", assumption="as fast as the network: usually below a millisecond",
                                    likely=(0, 1))  # fmt: skip
    failover: CacheFailover = quantity(CacheFailover(), "", "The clocks of a failover.", assumption=SPLIT)
    concurrency: int = quantity(1_000, "", "Requests one node works on at once.", ge=1, le=100_000, label="Slots per node",
                                likely=(100, 10_000), assumption="a cache waits for nothing, so it has plenty")  # fmt: skip
    service: ServiceTime = quantity(Constant(constant=0.0003), "s", "Time a look-up occupies a slot.", label="Service time",
                                    assumption="the user guide says below a millisecond", likely=(0.0001, 0.001))  # fmt: skip
    stale_if_error_s: float = quantity(0, "s", "How long after its time to live a value is still given out when a new one cannot be had.",
                                       ge=0, le=LONGEST_S, label="Stale if error", likely=(0, 3_600),
                                       assumption="old answers are not given out")  # fmt: skip
    node_type: Literal["cache.m4.large", "cache.m5.large", "cache.m6g.large", "cache.r5.large", "cache.r6g.large"] = quantity(
        "cache.m6g.large", "", "For the cost alone: slots, service time and capacity say what a node can do.", label="Node type",
        assumption="the smallest node that is not burstable")  # fmt: skip

    def home_azs(self, geography: Geography) -> list[str]:
        """With replicas all AZs of its Region, unless it is told which."""
        if self.replicas and not self.azs:
            return list(geography.azs_of[self.region or geography.first_region])
        return super().home_azs(geography)

    def members(self, geography: Geography) -> list[tuple[str, ...]]:
        """Places of each shard's members, the primary first: primaries are spread over the AZs, replicas come in the AZs after theirs."""
        azs = self.home_azs(geography)
        return [tuple(azs[(shard + k) % len(azs)] for k in range(1 + self.replicas)) for shard in range(self.instances)]

    def sits(self, geography: Geography) -> tuple[str, ...]:
        return tuple(az for shard in self.members(geography) for az in shard)

    def most_instances(self) -> int:
        return self.instances * (1 + self.replicas)

    def fails_over(self) -> bool:
        """Whether a replica is promoted by itself."""
        return self.replicas > 0 and (self.multi_az or self.instances > 1)

    def lower(self, geography: Geography) -> CacheBehaviour:
        plain = dataclasses.replace(super().lower(geography), keeps=self.used_as == "store")
        if not self.replicas:
            return plain
        shards = Store(
            self.members(geography)[0], plain.concurrency, plain.queue_capacity, plain.service,
            self.failover.lower() if self.fails_over() else None, self.instances, self.replicas, self.reads,
            replica_lag_s=self.replica_lag_s,
        )  # fmt: skip
        return dataclasses.replace(plain, shards=shards)

    def may_be_stale(self) -> bool:
        return self.replicas > 0

    def stands_alone(self) -> bool:
        return self.used_as == "store"

    def refuses_edges(self) -> Iterator[str]:
        if self.replicas:
            yield "replicas"
        if self.used_as == "store":
            yield "used_as"

    def check(self, geography: Geography) -> Iterator[tuple[str, str]]:
        misplaced = list(super().check(geography))
        yield from misplaced
        if self.engine == "memcached" and self.replicas:
            yield "replicas", "Memcached has none; choose valkey or redis, or 0"
        if self.multi_az and not self.replicas:
            yield "multi_az", "promotes a replica, and there is none; give replicas: 1 or more"
        elif not misplaced and self.multi_az and len(azs := self.home_azs(geography)) < 2:
            yield "multi_az", f"needs a second AZ, and there is only {listed(azs)}"
        if self.reads == "replicas" and not self.replicas:
            yield "reads", "there are no replicas to read from; give some, or read from the primary"
        if self.hit_ratio is not None and (self.replicas or self.used_as == "store"):
            what = "replicas" if self.replicas else "used_as"
            yield what, "a cache with a fixed hit_ratio remembers nothing that could be copied or lost; leave one of the two out"
        yield from ((f"failover.{field}", message) for field, message in self.failover.check())
