"""How long it takes until everybody has noticed and somebody has taken over, from the clocks in the drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.advice.base import seconds
from engine.advice.survival import heirs, works
from engine.behaviours import Balancer, HealthCheck, Resolver, Store

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
        elif store := design.nodes[id].store:
            found += _promoted(design, id, store, lost)
        if isinstance(behaviour, Balancer) and design.nodes[id].count > 1 and lost.intersection(design.present(id)):
            noticed = _detected(id, behaviour.node_check)
            found.append(Step(id, noticed.takes_s + behaviour.ttl_s, f"{noticed.sum} of its node + TTL {seconds(behaviour.ttl_s)}"))
    return sorted(found, key=lambda step: (-step.takes_s, step.node))


def _detected(id: str, check: HealthCheck) -> Step:
    """At worst a probe has just succeeded: so many intervals, and the last probe's timeout."""
    takes_s = check.unhealthy * check.interval_s + check.timeout_s
    return Step(id, takes_s, f"detection {check.unhealthy} × {seconds(check.interval_s)} + {seconds(check.timeout_s)}")


def _promoted(design: Design, id: str, store: Store, lost: frozenset[int]) -> list[Step]:
    first, members = design.nodes[id].first, len(store.azs)
    roles = {(i - first) % members for i in lost if first <= i < first + members * store.partitions}
    primary = next((i for i in range(first, first + members * store.partitions, members) if i in lost), first)
    near = any(design.place(i).region == design.place(primary).region for i in heirs(design, store, primary, lost))
    clocks = store.failover if near or store.abroad is None or 0 not in roles else store.abroad
    if clocks is None:
        return []
    detect_s = clocks.misses * clocks.monitor_interval_s + clocks.monitor_timeout_s
    detect = f"detection {clocks.misses} × {seconds(clocks.monitor_interval_s)} + {seconds(clocks.monitor_timeout_s)}"
    if 0 in roles:
        rest_s = clocks.decide_s + clocks.promote_s + clocks.propagate_ttl_s
        rest = f" + decision {seconds(clocks.decide_s)} + promotion {seconds(clocks.promote_s)} + TTL {seconds(clocks.propagate_ttl_s)}"
        return [Step(id, detect_s + rest_s, detect + rest)]
    if store.write_quorum == 1 and roles.intersection(range(1, members - store.replicas)):
        return [Step(id, detect_s, detect + " until writes go on without the standby")]
    return []


def replication_lag_s(design: Design, id: str, lost: frozenset[int]) -> float:
    """Age of what the replica that would be promoted lacks, in seconds; 0 when somebody has every write or nobody is promoted."""
    node, store = design.nodes[id], design.plan.store(design.plan.node_index(id))
    left = heirs(design, store, node.first, lost) if node.first in lost else []
    replicas = range(node.first + len(store.azs) - store.replicas, node.first + len(store.azs))
    if store.many_writers and store.write_quorum > 1:
        return 0.0
    here = design.place(node.first).region
    at_home = any(design.place(i).region == here for i in left)
    if not left or any(i not in replicas for i in left) or ((store.shared or store.write_quorum > 1) and at_home):
        return 0.0
    if store.apply_per_s is not None and design.demand().writes_per_s(id) / store.partitions > store.apply_per_s:
        return math.inf
    places = design.plan.instances
    way_s = min(float(design.plan.one_way_s[places[node.first].place, places[i].place]) for i in left)
    return way_s + store.replica_lag_s + (1 / store.apply_per_s if store.apply_per_s else 0.0)
