"""What still works when instances are gone, once everybody has noticed: the graph of calls with "all of these" and "one of these"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from engine.advice.base import Severity, named
from engine.behaviours import Store

if TYPE_CHECKING:
    from engine.advice.design import Design
    from engine.plan import PlanNode


def works(design: Design, lost: frozenset[int]) -> set[str]:
    """Nodes that answer. A balancer and a resolver need one target, everybody else all they call; what is made good by a fallback, a
    cache that is asked first and the consumers of a queue are not needed."""
    hit = {design.plan.nodes[design.plan.instances[i].node].id for i in lost}
    affected = hit.union(*(nx.ancestors(design.graph, id) for id in hit)) if lost else set(design.nodes)
    fine = design.fine - affected if lost else set()
    for id in [id for id in reversed(design.order) if id in affected]:
        if _alive(design, design.nodes[id], lost) and _has_what_it_needs(design, id, fine):
            fine.add(id)
    return fine


def _has_what_it_needs(design: Design, id: str, fine: set[str]) -> bool:
    calls = design.calls[id]
    if design.does(id) in ("balancer", "resolver"):
        return any(design.callee(edge) in fine for edge in calls)
    if design.does(id) in ("queue", "topic"):
        return True
    if getattr(design.nodes[id].behaviour, "second", None):
        return any(design.callee(edge) in fine for edge in calls)
    asides = {edge.lookup for edge in calls if edge.lookup >= 0}
    needed = [edge for edge in calls if edge.policy.fallback < 1 and design.edge_index[edge.id] not in asides]
    return all(design.callee(edge) in fine for edge in needed)


def _alive(design: Design, node: PlanNode, lost: frozenset[int]) -> bool:
    if lost.isdisjoint(range(node.first, node.first + node.count)):
        return True
    if store := node.store:
        members = len(store.azs)
        return all(_takes_writes(design, store, node.first + k, lost) for k in range(0, node.count, members))
    return any(i not in lost for i in design.present(node.id))


def _takes_writes(design: Design, store: Store, first: int, lost: frozenset[int]) -> bool:
    """Whether the partition whose members begin with ``first`` has, or gets, somebody who acknowledges writes."""
    members = range(first, first + len(store.azs))
    if sum(i not in lost for i in members) < store.write_quorum:
        return False
    if first in lost:
        return bool(heirs(design, store, first, lost))
    synchronous = members[: len(members) - store.replicas] if store.write_quorum == 1 else members[:1]
    return store.failover is not None or lost.isdisjoint(synchronous)  # else nobody decides that a silent standby is lost


def heirs(design: Design, store: Store, first: int, lost: frozenset[int]) -> list[int]:
    """Members that may be promoted when the primary, ``first``, is gone: those at home, and without any those a person promotes abroad."""
    left = [i for i in range(first + 1, first + len(store.azs)) if i not in lost]
    if store.many_writers:
        return left
    here = design.place(first).region
    near = [i for i in left if store.abroad is None or design.place(i).region == here]
    if store.failover is not None and near:
        return near
    return [i for i in left if design.place(i).region != here] if store.abroad is not None else []


def broken(design: Design, lost: frozenset[int]) -> list[str]:
    """Clients of which no request succeeds, and queues with consumers none of which works."""
    fine = works(design, lost)
    clients = [id for id in design.nodes if design.does(id) == "source" and id not in fine]
    queues = [id for id in design.nodes if design.does(id) == "queue" and design.calls[id]]
    return clients + [id for id in queues if not any(design.callee(edge) in fine for edge in design.calls[id])]


def impact(design: Design, stopped: list[str]) -> tuple[Severity, str]:
    """How bad that is, and whom it hits, as a clause. A queue keeps what nobody works on."""
    clients = [id for id in stopped if design.does(id) == "source"]
    if clients:
        return "high", f"no request of {named(design.names(clients))} succeeds"
    return "medium", f"nobody works on {named(design.names(stopped))}"
