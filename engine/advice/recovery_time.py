"""How long it takes until everybody has noticed and somebody has taken over, from the clocks in the drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.advice.base import seconds
from engine.advice.survival import works
from engine.behaviours import Balancer, Failover, HealthCheck, Resolver, Store

if TYPE_CHECKING:
    from engine.advice.design import Design


@dataclass(frozen=True)
class Step:
    """What one node needs after a loss, at worst, and how that adds up."""

    node: str
    takes_s: float
    sum: str


def steps(design: Design, lost: frozenset[int]) -> list[Step]:
    """Every node that has to notice or to take over when these instances are gone, the slowest first. They go on at the same time."""
    fine, found = works(design, lost), []
    for id in design.reached:
        behaviour = design.nodes[id].behaviour
        if isinstance(behaviour, Balancer) and behaviour.health_check and any(
            lost.intersection(design.present(design.callee(e))) for e in design.calls[id]
        ):
            found.append(_detected(id, behaviour.health_check))
        elif isinstance(behaviour, Resolver) and behaviour.health_check and any(design.callee(e) not in fine for e in design.calls[id]):
            noticed = _detected(id, behaviour.health_check)
            found.append(Step(id, noticed.takes_s + behaviour.ttl_s, f"{noticed.sum} + TTL {seconds(behaviour.ttl_s)}"))
        elif isinstance(behaviour, Store) and behaviour.failover is not None:
            found += _promoted(id, design.nodes[id].first, behaviour, behaviour.failover, lost)
    return sorted(found, key=lambda step: (-step.takes_s, step.node))


def _detected(id: str, check: HealthCheck) -> Step:
    """At worst a probe has just succeeded: so many intervals, and the last probe's timeout."""
    takes_s = check.unhealthy * check.interval_s + check.timeout_s
    return Step(id, takes_s, f"detection {check.unhealthy} × {seconds(check.interval_s)} + {seconds(check.timeout_s)}")


def _promoted(id: str, first: int, store: Store, clocks: Failover, lost: frozenset[int]) -> list[Step]:
    members = len(store.azs)
    mine = [i - first for i in lost if first <= i < first + members * store.partitions]
    roles = {k % members for k in mine}
    standbys = range(1, members - store.replicas)
    detect_s = clocks.misses * clocks.monitor_interval_s + clocks.monitor_timeout_s
    detect = f"detection {clocks.misses} × {seconds(clocks.monitor_interval_s)} + {seconds(clocks.monitor_timeout_s)}"
    if 0 in roles:
        rest_s = clocks.decide_s + clocks.promote_s + clocks.propagate_ttl_s
        rest = f" + decision {seconds(clocks.decide_s)} + promotion {seconds(clocks.promote_s)} + TTL {seconds(clocks.propagate_ttl_s)}"
        return [Step(id, detect_s + rest_s, detect + rest)]
    if roles.intersection(standbys):
        return [Step(id, detect_s, detect + " until writes go on without the standby")]
    return []


def replication_lag_s(design: Design, id: str, lost: frozenset[int]) -> float:
    """Age of what the replica that would be promoted lacks, in seconds; 0 when a synchronous standby is left or nobody is promoted."""
    node = design.nodes[id]
    store = node.behaviour
    assert isinstance(store, Store)
    shared = getattr(store, "shared", False) or getattr(store, "write_quorum", 1) > 1
    members = range(node.first, node.first + len(store.azs))
    synchronous, replicas = members[: len(store.azs) - store.replicas], members[len(store.azs) - store.replicas :]
    left = [i for i in replicas if i not in lost]
    if node.first not in lost or store.failover is None or shared or not left or any(i not in lost for i in synchronous):
        return 0.0
    if store.apply_per_s is not None and design.demand().writes_per_s(id) / store.partitions > store.apply_per_s:
        return math.inf
    here = design.plan.instances[node.first].place
    way_s = min(float(design.plan.one_way_s[here, design.plan.instances[i].place]) for i in left)
    return way_s + float(getattr(store, "replica_lag_s", 0.0)) + (1 / store.apply_per_s if store.apply_per_s else 0.0)
