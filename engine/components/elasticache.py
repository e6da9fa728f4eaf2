"""Amazon ElastiCache: shards in memory, each key on one of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from engine.components.base import Limit, quantity
from engine.components.cache import Cache
from engine.components.values import Constant, ServiceTime
from engine.fields import LONGEST_S

GUIDE = "ElastiCache user guide"


class ElastiCache(Cache):
    """Memcached, or shards of Valkey or Redis without replicas: a node that dies takes its part of the keys with it."""

    kind: Literal["elasticache"] = "elasticache"  # type: ignore[assignment]  # a cache of another kind
    label: ClassVar = "ElastiCache"
    category: ClassVar = "Caches"
    glyph: ClassVar = "cache"
    summary: ClassVar = "Keys in memory, spread over nodes by their hash; a node that dies forgets all it had."
    unplaced: ClassVar = "az"
    one_region: ClassVar = True
    az_loss: ClassVar = "Nodes in the AZ fall silent and come back empty: the store behind is asked for their keys until they are warm."
    region_loss: ClassVar = "All nodes fall silent; they come back empty."
    control_loss: ClassVar = "Nodes serve as before; none is replaced or added."
    create: ClassVar = {"ttl_s": 300}
    limits: ClassVar = (
        Limit("Memory of the node type", "evictions, least recently used first", "capacity, in keys of one node", GUIDE),
        Limit("65,000 connections to a node", "ERR max number of clients reached"),
    )  # fmt: skip
    left_out: ClassVar = ("Replicas and their promotion: with them a Multi-AZ shard is back in 15 to 60 s with all but the last writes. "
                          "Serverless scaling.")  # fmt: skip

    instances: int = quantity(1, "", "Cache nodes or shards; each key is kept by the one it hashes to.", ge=1, le=500, label="Nodes",
                              likely=(1, 20), assumption="the smallest cluster")  # fmt: skip
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
