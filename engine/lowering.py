"""From names to indices: a scenario becomes the plan the kernel and the oracle run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Behaviour
from engine.document.checks import size_problem
from engine.document.problem import Problem, ScenarioError
from engine.faults.base import Reach
from engine.fields import LONGEST_S
from engine.geography import OUTSIDE, Geography
from engine.plan import UNLIMITED, Place, Plan, PlanEdge, PlanFault, PlanInstance, PlanNode

if TYPE_CHECKING:
    from engine.components import Component
    from engine.document import Scenario
    from engine.document.network import Network
    from engine.faults.base import Fault
    from engine.live import Live
    from engine.topology import Topology


def lower(scenario: Scenario, seed: int | None = None, duration_s: float | None = None) -> Plan:
    """The plan of a run; ``seed`` and ``duration_s`` replace the document's. `ScenarioError` when the replacements cannot be."""
    duration = scenario.duration_s if duration_s is None else float(duration_s)
    _check_replacements(scenario, seed, duration)
    places = places_of(scenario.geography)
    nodes, instances = _nodes(scenario, {place.id: i for i, place in enumerate(places)})
    return Plan(
        title=scenario.title,
        seed=scenario.seed if seed is None else seed,
        duration_s=duration,
        warmup_s=scenario.warmup_s,
        places=places,
        one_way_s=one_way_s(places, scenario.network),
        nodes=nodes,
        edges=_edges(scenario),
        instances=instances,
        faults=_faults(scenario, places, nodes),
        accounts=_accounts(scenario),
        jitter=scenario.network.jitter,
    )


def _check_replacements(scenario: Scenario, seed: int | None, duration_s: float) -> None:
    problems = []
    if seed is not None and not 0 <= seed < 2**63:
        problems.append(Problem("seed", f"must be a whole number from 0 to 2⁶³ − 1, not {seed}"))
    if not 0 < duration_s <= LONGEST_S:
        problems.append(Problem("duration_s", f"must be more than 0 and at most {LONGEST_S:,.0f} s, not {duration_s:g} s"))
    elif duration_s <= scenario.warmup_s:
        problems.append(Problem("duration_s", f"must be longer than the warm-up, {scenario.warmup_s:g} s, not {duration_s:g} s"))
    elif message := size_problem(scenario, duration_s):
        problems.append(Problem("duration_s", message))
    if problems:
        raise ScenarioError(problems, scenario.title)


def places_of(geography: Geography) -> tuple[Place, ...]:
    """Outside, then all Regions, then all AZs."""
    regions = [Place(r.id, "region", r.id) for r in geography.regions]
    return (Place(OUTSIDE, "outside", None), *regions, *(Place(az, "az", geography.region_of[az]) for az in geography.azs))


def one_way_s(places: tuple[Place, ...], network: Network) -> np.ndarray:
    """Half the round trip between any two places: float64 [place, place], symmetric."""
    return np.array([[_round_trip_s(a, b, network) / 2 for b in places] for a in places])


def _round_trip_s(a: Place, b: Place, network: Network) -> float:
    """A regional endpoint may sit in any AZ, so the way to it is one between AZs, also within the Region itself."""
    if a.region is None or b.region is None:
        return 0.0 if a.region is b.region else network.client_s
    if a.region != b.region:
        return network.between_s(a.region, b.region)
    return network.same_az_s if a.id == b.id and a.kind == "az" else network.cross_az_s


def _nodes(scenario: Scenario, place_index: dict[str, int]) -> tuple[tuple[PlanNode, ...], tuple[PlanInstance, ...]]:
    calls: dict[str, list[int]] = {node.id: [] for node in scenario.nodes}
    for index, edge in enumerate(scenario.edges):
        calls[edge.caller].append(index)
    nodes: list[PlanNode] = []
    instances: list[PlanInstance] = []
    for number, node in enumerate(scenario.nodes):
        behaviour = node.lower(scenario.geography)
        sits = [place_index[place] for place in node.sits(scenario.geography)]
        nodes.append(_node(node, behaviour, len(instances), len(sits), tuple(calls[node.id])))
        instances += [_instance(behaviour, number, i, place) for i, place in enumerate(sits)]
    return tuple(nodes), tuple(instances)


def _node(node: Component, behaviour: Behaviour, first: int, count: int, calls: tuple[int, ...]) -> PlanNode:
    return PlanNode(node.id, node.kind, node.shown_name, behaviour, first, count, calls)


def _instance(behaviour: Behaviour, node: int, index: int, place: int) -> PlanInstance:
    """Stations and stores have slots and a queue; the others pass on, or keep, whatever comes."""
    if behaviour.behaviour in ("source", "balancer", "limiter", "queue", "resolver", "topic"):
        return PlanInstance(node, index, place, UNLIMITED, UNLIMITED)
    capacity = behaviour.queue_capacity  # type: ignore[union-attr]  # every other behaviour has one
    return PlanInstance(node, index, place, behaviour.concurrency, UNLIMITED if capacity is None else capacity)  # type: ignore[union-attr]


def _edges(scenario: Scenario) -> tuple[PlanEdge, ...]:
    number = {node.id: i for i, node in enumerate(scenario.nodes)}
    node = {node.id: node for node in scenario.nodes}
    edge = {e.id: i for i, e in enumerate(scenario.edges)}
    lookups = [edge[f"{e.caller}->{e.cache}"] if e.cache else -1 for e in scenario.edges]
    return tuple(
        PlanEdge(
            e.id, number[e.caller], number[e.callee],
            node[e.caller].treat(
                e.policy(node[e.caller].call_timeout_s, node[e.callee].legacy_retries), e.model_fields_set, node[e.callee]
            ),
            lookup, e.request_kb, e.response_kb,
            e.weight_or_one, tuple(e.locations or ()), e.pollers(node[e.caller].readers_at_once()), tuple(e.filter or ()), e.dead_letter,
        )
        for e, lookup in zip(scenario.edges, lookups, strict=True)
    )


def _accounts(scenario: Scenario) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """For each Region in which functions could use more environments than the account has: how many those without a reservation share."""
    found = []
    for region in scenario.geography.regions:
        every = [(n, node.environments(scenario.geography)) for n, node in enumerate(scenario.nodes)]
        pools = [(n, pool) for n, pool in every if pool and pool[0] == region.id]
        left = region.account_concurrency - sum(reserved for _, (_, _, reserved) in pools)
        sharing = [(n, most) for n, (_, most, reserved) in pools if not reserved]
        if sum(most for _, most in sharing) > left:
            found.append((left, tuple(n for n, _ in sharing)))
    return tuple(found)


def _faults(scenario: Scenario, places: tuple[Place, ...], nodes: tuple[PlanNode, ...]) -> tuple[PlanFault, ...]:
    place_index = {place.id: i for i, place in enumerate(places)}
    first, number = {node.id: node.first for node in nodes}, {node.id: n for n, node in enumerate(nodes)}
    edge_index = {edge.id: i for i, edge in enumerate(scenario.edges)}
    plan_faults = []
    for id, fault in zip(scenario.fault_ids(), scenario.faults, strict=True):
        reach = reach_of(fault, scenario.topology, first, edge_index, place_index)
        apply, action = partial(_apply, fault, reach), fault.action(scenario.topology, number)
        what = (id, fault.kind, fault.shown_target, fault.at_s, fault.end_s, fault.sentence())
        plan_faults.append(PlanFault(*what, apply, action, fault.moments_s(), fault.until_s))
    return tuple(plan_faults)


def _apply(fault: Fault, reach: Reach, live: Live) -> None:
    fault.apply(live, reach)


def reach_of(fault: Fault, topology: Topology, first: dict[str, int], edge_index: dict[str, int], place_index: dict[str, int]) -> Reach:
    """A fault's target as indices: ``first`` instance per node, numbers of edges and places."""
    paths = sorted((place_index[a], place_index[b]) for a, b in fault.paths(topology.geography))
    if not fault.target:
        return Reach(paths=paths)
    target = topology.resolve(fault.target)
    if target.kind == "edge":
        return Reach(edges=[edge_index[target.id]])
    if target.kind == "instance":
        return Reach(instances=[first[target.id] + (target.index or 0)])
    if target.kind == "node":
        count = len(topology.sits[target.id])
        into = [index for id, index in edge_index.items() if id.split("->")[1] == target.id]
        made = [index for id, index in edge_index.items() if id.split("->")[0] == target.id]
        return Reach(list(range(first[target.id], first[target.id] + count)), into, made)
    inside = topology.inside(target.id)
    if fault.kinds:
        inside = {id: indices for id, indices in inside.items() if topology.nodes[id].kind in fault.kinds}
    by_kind: dict[str, list[int]] = {}
    for id, indices in inside.items():
        by_kind.setdefault(topology.nodes[id].kind, []).extend(first[id] + i for i in indices)
    return Reach(instances=[first[id] + i for id, indices in inside.items() for i in indices], paths=paths, by_kind=by_kind)
