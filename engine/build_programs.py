"""What every node does for a request, as steps the kernel interprets, with the pools its calls choose from and its service times."""

from __future__ import annotations

import numpy as np

from engine import build_balancers as balancers
from engine import build_caches as caches
from engine import build_resolvers as resolvers
from engine import build_stores as stores
from engine.behaviours import Balancer, Cache, Distribution, Function, Limiter, Queue, Resolver, Station, Store, Topic
from engine.document.problem import too_large
from engine.kernel import layout as L
from engine.plan import Plan, PlanNode
from engine.quantiles import table


def programs(plan: Plan, s: np.void) -> None:
    """Write down the program of every node."""
    s["n_node"] = s["n_dist"] = len(plan.nodes)
    steps = pools = targets = tables = 0
    for n, node in enumerate(plan.nodes):
        row = s["nodes"][n]
        row["pc"], row["first"], row["count"], row["first_source"] = steps, node.first, node.count, -1
        row["passes"] = isinstance(node.behaviour, Balancer | Limiter)
        targets, pools, calls = _pools(plan, s, node, targets, pools)
        program = caches.steps_of(plan, node, calls)
        steps = _steps(s, node, n, steps, calls) if program is None else caches.write(s, n, steps, program, node)
        behaviour = node.behaviour
        if isinstance(behaviour, Station | Store | Function):
            tables = _distribution(s, n, behaviour.service, tables)
        if isinstance(behaviour, Function):
            steps, tables = _cold_start(s, node, behaviour, steps, tables)
    steps = balancers.probe_programs(plan, s, steps)
    if tables > L.N_TABLE:
        raise too_large(f"the document has {tables} different service times that need a table; one run holds at most {L.N_TABLE}")
    s["n_step"], s["n_pool"], s["n_target"], s["n_table"] = steps, pools, targets, tables


def _pools(plan: Plan, s: np.void, node: PlanNode, targets: int, pools: int) -> tuple[int, int, list[int]]:
    """The choices a node has: a balancer picks among all instances behind all its edges, every other node makes its calls one by one."""
    behaviour = node.behaviour
    if isinstance(behaviour, Queue):
        return targets, pools, []  # its consumers ask it
    if isinstance(behaviour, Balancer):
        return *balancers.pools_of(plan, s, node, behaviour, targets, pools), [pools]
    made = []
    for e in node.calls:
        row = s["pools"][pools]
        row["first"], row["edge"] = targets, e
        callee = plan.nodes[plan.edges[e].callee]
        row["policy"] = L.RESOLVED if isinstance(callee.behaviour, Resolver) or plan.is_named(plan.edges[e].callee) else L.RANDOM
        if isinstance(callee.behaviour, Store | Cache):
            row["policy"] = L.PRIMARY
            callers = [plan.asked_first(plan.edges[e].callee, node.first + k) for k in range(node.count)]
            stores.addresses(s, row, callee, callers, plan.eventual(e))
            s["edges"]["pool"][e] = pools
        targets = balancers.list_targets(plan, s, row, targets, ((e, i, via) for i, via in resolvers.rows(plan, e)))
        made.append(pools)
        pools += 1
    return targets, pools, made


def _steps(s: np.void, node: PlanNode, n: int, first: int, calls: list[int]) -> int:
    behaviour = node.behaviour
    if isinstance(behaviour, Queue | Topic):
        if first >= L.N_STEP:
            raise too_large(f"the document's services have more than {L.N_STEP:,} steps in all; one run holds no more")
        s["steps"][first]["op"] = L.OP_STORE if isinstance(behaviour, Queue) else L.OP_ANNOUNCE
        return first + 1
    holds = not (isinstance(behaviour, Station) and not behaviour.holds_slot and calls)
    ops: list[tuple[int, int]] = []  # (operation, pool)
    if isinstance(behaviour, Station | Store | Function):
        ops.append((int(L.OP_SERVE), -1))
    if isinstance(behaviour, Store) and (stores.standbys(behaviour) > 0 or max(behaviour.write_quorum, behaviour.read_quorum) > 1):
        ops.append((int(L.OP_SYNC), -1))
    if not holds:
        ops.append((int(L.OP_RELEASE), -1))
    local = len(ops)  # of the first call
    forks = isinstance(behaviour, Station) and behaviour.parallel and len(calls) > 1
    ops += [(int(L.OP_FORK), len(calls))] if forks else []
    ops += [(int(L.OP_CALL), pool) for pool in calls]
    ops += [(int(L.OP_END), -1)] * 2 if forks else []
    if first + len(ops) + 3 > L.N_STEP:
        raise too_large(f"the document's services have more than {L.N_STEP:,} steps in all; one run holds no more")
    good, bad = first + len(ops), first + len(ops) + 1
    for k, (op, pool) in enumerate(ops):
        row = s["steps"][first + k]
        row["holds"] = holds or op not in (L.OP_CALL, L.OP_FORK)  # whether a slot is to be freed when the work is cancelled at this step
        row["op"], row["pool"], row["dist"], row["local"], row["on_ok"], row["on_fail"] = op, pool, n, k, first + k + 1, bad
        row["on_miss"] = row["on_ok"]
    if forks:
        steps = s["steps"][first + local : good]
        steps["on_ok"], steps["on_miss"], steps["on_fail"] = good - 2, good - 2, good - 1  # where a parallel call ends
        steps["local"][1:-2] = np.arange(local, local + len(calls))  # the draws of calls one after the other
        steps["on_ok"][0], steps["on_fail"][0] = good, bad
        steps["status"][-2:] = L.OK, L.ERROR
    for at, status in ((good, L.OK), (bad, L.ERROR)):
        row = s["steps"][at]
        row["op"], row["status"], row["holds"], row["local"] = L.OP_RETURN, status, holds, at - first
    return bad + 1


def _cold_start(s: np.void, node: PlanNode, behaviour: Function, steps: int, tables: int) -> tuple[int, int]:
    """One more step, before the first, for requests that get a new environment."""
    row, dist = s["steps"][steps], int(s["n_dist"])
    s["n_dist"] += 1
    row["op"], row["dist"], row["local"] = L.OP_SERVE, dist, L.COLD_LOCAL
    row["on_ok"] = row["on_fail"] = s["nodes"]["pc"][s["inst"]["node"][node.first]]
    s["inst"]["cold_pc"][node.first] = steps
    return steps + 1, _distribution(s, dist, behaviour.cold_start, tables)


def _distribution(s: np.void, n: int, service: Distribution, tables: int) -> int:
    row = s["dists"][n]
    row["scale"] = service.scale_s * L.TICKS_PER_S
    row["kind"] = {"constant": L.CONSTANT, "exponential": L.EXPONENTIAL, "pareto": L.POWER}.get(service.kind, L.TABLE)
    if service.kind == "pareto":
        row["power"] = -1.0 / service.shape
    if row["kind"] != L.TABLE:
        return tables
    if tables < L.N_TABLE:
        row["table"] = tables
        s["tables"][tables] = table(service)
    return tables + 1
