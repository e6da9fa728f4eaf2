"""Balancers in the world: a list of targets for each of their instances, and how it chooses among them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.behaviours import Balancer, Station
from engine.kernel import layout as L
from engine.kernel.rng import stream_key
from engine.plan import Plan, PlanNode

ALGORITHMS = {
    "round_robin": L.ROUND_ROBIN, "least_outstanding": L.LEAST_OUTSTANDING, "random": L.RANDOM, "power_of_two": L.POWER_OF_TWO,
    "flow_hash": L.FLOW_HASH, "weighted": L.WEIGHTED,
}  # fmt: skip
WARMING = {"round_robin": L.SLOW_TURNS, "random": L.WEIGHTED}  # with a slow start


def list_targets(plan: Plan, s: np.void, pool: np.void, targets: int, rows: Iterable[tuple[int, int, int]]) -> int:
    """Give a pool its targets, (edge, instance, resolve edge or −1) each, from its first row on. Returns the first row after them."""
    for e, i, via in rows:
        target = s["targets"][targets]
        target["inst"], target["edge"], target["healthy"], target["weight"] = i, e, 1, plan.edges[e].weight
        s["via"][targets] = via + 1
        target["listed"] = s["inst"]["registered"][i]
        if target["listed"]:
            s["healthy"][pool["first"] + pool["n_healthy"]] = targets
            pool["n_healthy"] += 1
        targets += 1
    pool["count"] = targets - pool["first"]
    return targets


def pools_of(plan: Plan, s: np.void, node: PlanNode, behaviour: Balancer, targets: int, pools: int) -> tuple[int, int]:
    """One pool per instance of a balancer, over all its edges. Returns the numbers of targets and pools so far."""
    b = plan.instances[node.first].node
    for here in plan.instances_of(b):
        pool = s["pools"][pools]
        pool["first"] = targets
        rows = [(e, i, -1) for e in node.calls for i in plan.instances_of(plan.edges[e].callee) if plan.sends_to(b, here, i)]
        targets = list_targets(plan, s, pool, targets, rows)
        s["targets"]["watched"][pool["first"] : targets] = behaviour.autoshift is not None
        pool["edge"], pool["balances"], pool["nodes"] = node.calls[0], 1, node.first + 1 if node.count > 1 else 0
        pool["policy"], pool["ramp"] = ALGORITHMS[behaviour.algorithm], L.ticks(behaviour.slow_start_s)
        if pool["ramp"]:
            pool["policy"] = WARMING.get(behaviour.algorithm, pool["policy"])
        pool["connections"], pool["salt"] = behaviour.connections, stream_key(plan.seed, "flows", node.id)
        pools += 1
    return targets, pools


def probe_programs(plan: Plan, s: np.void, steps: int) -> int:
    """Work and no calls, for the deep health checks of services. Returns the number of steps so far."""
    deep = [b for b in plan.balancers() if (check := plan.nodes[b].behaviour.health_check) and check.deep]  # type: ignore[union-attr]
    targets = dict.fromkeys(plan.edges[e].callee for b in deep for e in plan.nodes[b].calls)
    for n in targets:
        if isinstance(plan.nodes[n].behaviour, Station):
            work, end = s["steps"][steps], s["steps"][steps + 1]
            work["op"], work["dist"], work["holds"], work["on_ok"] = L.OP_SERVE, n, 1, steps + 1
            end["op"], end["status"], end["holds"], end["local"] = L.OP_RETURN, L.OK, L.OF_PROBE, 1
            s["inst"]["probe_pc"][list(plan.instances_of(n))] = steps
            steps += 2
    return steps
