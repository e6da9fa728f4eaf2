"""Families of random systems: each makes a plan from a seed and a length, and a fault that fits it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from engine.plan import Plan, PlanFault
from engine.validation.plans import random_fault, random_plan
from engine.validation.plans_balancers import random_balancer_plan, random_zonal_plan, shift
from engine.validation.plans_caches import random_cache_fault, random_plan_of_caches, random_plan_of_herds
from engine.validation.plans_edges import random_edge_plan
from engine.validation.plans_elastic import random_elastic_plan
from engine.validation.plans_in_step import random_plan_in_step
from engine.validation.plans_lifecycle import (
    random_change,
    random_changed_plan,
    random_group_fault,
    random_group_plan,
    random_withdrawn_plan,
    withdrawal,
)  # fmt: skip
from engine.validation.plans_mappings import mapping_fault, random_mapping_plan
from engine.validation.plans_network import random_network_plan, random_rough_queue_plan
from engine.validation.plans_queues import random_queue_fault, random_queue_plan
from engine.validation.plans_resolver import empty_answer, random_many_plan, random_resolver_plan
from engine.validation.plans_sessions import random_session_plan
from engine.validation.plans_shards import random_plan_of_origins, random_plan_of_shards, random_shard_fault
from engine.validation.plans_stores import (
    random_plan_of_quorums,
    random_plan_of_regions,
    random_plan_of_stores,
    random_region_fault,
    random_store_fault,
)  # fmt: skip
from engine.validation.plans_streams import random_stream_plan, stream_fault
from engine.validation.plans_topics import random_topic_plan, topic_fault
from engine.validation.plans_writers import random_plan_of_writers, random_writer_fault


@dataclass(frozen=True, slots=True)
class Family:
    """``plan(seed, duration_s)``; ``some_fault(r, plan, duration_s)``."""

    name: str
    plan: Callable[[int, float], Plan]
    some_fault: Callable[[random.Random, Plan, float], PlanFault]

    def fault(self, r: random.Random, plan: Plan, start_s: float, end_s: float) -> PlanFault:
        """Any fault of this family, then."""
        return replace(self.some_fault(r, plan, plan.duration_s), start_s=start_s, end_s=end_s)


def changing(kind: str) -> Callable[[random.Random, Plan, float], PlanFault]:
    """One kind of change."""
    return lambda r, plan, _: random_change(r, plan, (kind,))


FAMILIES = (
    Family("balancer, tiers and a store", random_plan, random_fault),
    Family("every policy of a call", random_edge_plan, random_fault),
    Family("everything in one tick", random_plan_in_step, random_fault),
    Family("shapes, limiters, functions", random_elastic_plan, random_fault),
    Family("caches", random_plan_of_caches, lambda r, plan, _: random_cache_fault(r, plan)),
    Family("caches that coalesce", random_plan_of_herds, partial(random_fault, store=False)),
    Family("caches with two origins", random_plan_of_origins, partial(random_fault, store=False)),
    Family("shards with replicas", random_plan_of_shards, lambda r, plan, _: random_shard_fault(r, plan)),
    Family("partitions and replicas", random_plan_of_stores, random_store_fault),
    Family("quorums", random_plan_of_quorums, random_store_fault),
    Family("stores in two Regions", random_plan_of_regions, lambda r, plan, _: random_region_fault(r, plan)),
    Family("tables written everywhere", random_plan_of_writers, lambda r, plan, _: random_writer_fault(r, plan)),
    Family("message queues", random_queue_plan, random_queue_fault),
    Family("a rough network", random_network_plan, random_fault),
    Family("queues over a rough network", random_rough_queue_plan, random_queue_fault),
    Family("names and resolvers", random_resolver_plan, empty_answer),
    Family("names with many answers", random_many_plan, partial(random_fault, store=False)),
    Family("flows, weights, slow start", random_balancer_plan, random_fault),
    Family("balancers with a node in each zone", random_zonal_plan, shift),
    Family("targets that come and go", lambda seed, _: random_withdrawn_plan(seed), lambda r, plan, _: withdrawal(r, plan)),
    Family("groups that change their size", random_group_plan, lambda r, plan, _: random_group_fault(r, plan)),
    Family("changes in operation", random_changed_plan, lambda r, plan, _: random_change(r, plan)),
    Family("processes that hang", partial(random_changed_plan, kinds=("hang",)), changing("hang")),
    Family("versions that go out in batches", partial(random_changed_plan, kinds=("deployment",)), changing("deployment")),
    Family("callers whose policies change", partial(random_changed_plan, kinds=("retries",)), changing("retries")),
    Family("users who come back", lambda seed, _: random_session_plan(seed), partial(random_fault, store=False)),
    Family("topics", random_topic_plan, topic_fault),
    Family("functions on queues", random_mapping_plan, mapping_fault),
    Family("streams", random_stream_plan, stream_fault),
)
