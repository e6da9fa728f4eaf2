"""From a plan to a world: every name is an index by now, here every unit becomes the kernel's (ticks, codes, tables)."""

from __future__ import annotations

import math

import numpy as np

from engine import build_balancers as balancers
from engine import build_caches as caches
from engine import build_queues, build_sessions, build_topics
from engine import build_resolvers as resolvers
from engine import build_stores as stores
from engine.behaviours import (
    Backoff,
    Balancer,
    Behaviour,
    Breaker,
    Cache,
    Distribution,
    Function,
    Limiter,
    Queue,
    Resolver,
    Source,
    Station,
    Store,
    Topic,
    shed_from,
)  # fmt: skip
from engine.document.problem import too_large
from engine.kernel import layout as L
from engine.kernel.rng import stream_key
from engine.plan import UNLIMITED, Plan, PlanNode
from engine.quantiles import table
from engine.resolving import views
from engine.series import hist_bin_s

JITTERS = {"none": L.EXP_NONE, "full": L.EXP_FULL, "equal": L.EXP_EQUAL, "decorrelated": L.EXP_DECORRELATED}
FOREVER_WAIT = 1e18  # an absent cap, in ticks
TRACES = 300  # requests followed in a run, evenly over its time


def build_world(plan: Plan, world: np.ndarray | None = None) -> np.ndarray:
    """A world at time zero. ``world``: a fresh one to fill, else one is made. Raises `ScenarioError` when it does not fit."""
    world = L.new_world() if world is None else world
    s = world[0]
    _check_sizes(plan)
    s["free"] = s["free_call"] = s["ready_head"] = s["ready_tail"] = -1
    s["limit"] = L.MOST_FRAMES
    s["warmup"] = L.ticks(plan.warmup_s)
    _network(plan, s)
    _instances(plan, s)
    _edges(plan, s)
    _programs(plan, s)
    _sources(plan, s)
    resolvers.build(plan, s)
    stores.logs(plan, s)
    stores.buckets(plan, s)
    caches.memories(plan, s)
    build_queues.queues(plan, s)
    build_queues.accounts(plan, s)
    build_topics.topics(plan, s)
    build_sessions.sessions(plan, s)
    s["sample_gap"] = max(1, L.ticks(plan.duration_s) // TRACES)
    return world


def _check_sizes(plan: Plan) -> None:
    sites = sum(plan.nodes[e.caller].count for e in plan.edges)
    own = len(plan.beliefs()) - len(plan.targets())  # lists of balancers with several nodes
    rows = own + sum(len(resolvers.rows(plan, e)) for e in range(len(plan.edges)))
    wires = len(np.unique(plan.one_way_s))
    for what, have, most in (
        ("instances", len(plan.instances), L.N_INST), ("edges", len(plan.edges), L.N_EDGE), ("nodes", len(plan.nodes), L.N_NODE),
        ("places", len(plan.places), L.N_PLACE), ("pairs of edge and calling instance", sites, L.N_SITE),
        ("pairs of edge and called instance", rows, L.N_TARGET), ("distinct network delays", wires, L.N_WIRE),
        ("client nodes", len(plan.sources()), L.N_SOURCE),
        ("callers of resolvers and of balancers with several nodes", len(views(plan)) + len(plan.named()), L.N_VIEW),
        ("targets of one resolver", max((len(plan.nodes[n].calls) for n in plan.resolvers()), default=0), L.N_RECORD),
        ("environments of functions", plan.most_environments(), L.N_IDLE),
        ("classes of requests", len(plan.classes()), L.N_CLASS),
        ("partitions with replicas", stores.count_logs(plan), L.N_LOG),
        ("pairs of members of tables with many writers, and limits of tables", stores.count_feeds(plan), L.N_FEED),
        ("pairs of partition and calling instance", stores.count_addresses(plan), L.N_ADDRESS),
        ("keys times stores whose replicas are read", stores.count_versions(plan), L.N_VERSION),
        ("cache instances", len(plan.memories()), L.N_MEMORY),
        ("keys times cache instances", caches.count_entries(plan), L.N_ENTRY),
        ("shares of classes", sum(len(_source(plan, n).classes) for n in plan.sources()), L.N_SHARE),
        ("seconds times client nodes", math.ceil(plan.duration_s) * len(plan.sources()), L.N_START),
        ("users", sum(_source(plan, n).users for n in plan.sources()), L.MOST_FRAMES),
        *build_queues.sizes(plan),
        *build_topics.sizes(plan),
        *build_sessions.sizes(plan),
    ):  # fmt: skip
        if have > most:
            raise too_large(f"the document needs {have:,} {what}; one run holds at most {most:,}")


def _network(plan: Plan, s: np.void) -> None:
    n = len(plan.places)
    s["n_place"] = n
    delays = np.rint(plan.one_way_s * L.TICKS_PER_S).astype(np.int64)
    distinct, index = np.unique(delays, return_inverse=True)
    s["lat"][:n, :n] = delays
    s["wire_of"][:n, :n] = index.reshape(n, n)
    s["hop_of"][:n, :n] = [[plan.hop(a, b) for b in range(n)] for a in range(n)]
    s["jitter"] = plan.jitter
    s["rough"] = plan.jitter > 0
    s["n_wire"] = len(distinct)
    wires = s["wires"]
    wires["delay"][: len(distinct)] = distinct
    wires["head"][: len(distinct)] = wires["tail"][: len(distinct)] = -1


def _instances(plan: Plan, s: np.void) -> None:
    s["n_inst"] = len(plan.instances)
    for i, instance in enumerate(plan.instances):
        row = s["inst"][i]
        behaviour = plan.nodes[instance.node].behaviour
        row["node"], row["place"], row["slots"], row["capacity"] = instance.node, instance.place, instance.slots, instance.queue_capacity
        row["head"] = row["tail"] = row["standby"] = row["stall_head"] = row["log"] = row["cold_pc"] = -1
        row["slow"] = row["strain"] = row["chill"] = 1.0
        row["registered"] = row["enrolled"] = 1
        row["durable"] = isinstance(behaviour, Queue | Topic)
        if isinstance(behaviour, Station | Store | Function):
            row["mean_work"] = behaviour.service.mean_s * L.TICKS_PER_S
        _gate(s, behaviour, row, instance.index)
        if store := plan.nodes[instance.node].store:
            row["role"], row["standby"] = stores.role_of(store, instance.index), stores.standby_of(store, instance.index, i)


def _gate(s: np.void, behaviour: Behaviour, row: np.void, index: int) -> None:
    """What stands before an instance's slots; and whether there is an instance at all."""
    if isinstance(behaviour, Limiter | Store | Cache | Queue) and behaviour.rate_per_s is not None:
        row["gate"] = L.LIMITS
        row["tokens"] = row["burst"] = behaviour.burst
        row["token_rate"] = behaviour.rate_per_s / L.TICKS_PER_S
    elif isinstance(behaviour, Function):
        row["gate"], row["provisioned"], row["keep"] = L.ON_DEMAND, behaviour.provisioned, L.ticks(behaviour.keep_alive_s)
        row["tokens"] = row["burst"] = behaviour.scaling_per_10_s
        row["token_rate"] = behaviour.scaling_per_10_s / (10 * L.TICKS_PER_S)
        row["first_idle"] = s["n_idle"]
        s["n_idle"] += behaviour.concurrency
    elif isinstance(behaviour, Station):
        row["lifo"] = behaviour.lifo
        if behaviour.autoscaling and index >= behaviour.autoscaling.initial:
            row["absent"], row["down"], row["registered"], row["enrolled"] = 1, L.DEAD_REFUSED, 0, 0
        if behaviour.shed_above is not None:
            row["gate"], row["shed"] = L.SHEDS, shed_from(behaviour)


def _edges(plan: Plan, s: np.void) -> None:
    s["n_edge"] = len(plan.edges)
    timers: dict[int, int] = {}
    sites = 0
    for e, edge in enumerate(plan.edges):
        row, policy, caller = s["edges"][e], edge.policy, plan.nodes[edge.caller]
        row["slowest"] = -1
        if not isinstance(caller.behaviour, Queue):  # nobody waits on a consume edge
            row["timeout"] = L.ticks(policy.timeout_s)
            row["timer"] = timers.setdefault(int(row["timeout"]), len(timers))
        row["attempts"] = policy.attempts
        row["bulkhead"] = UNLIMITED if policy.bulkhead is None else policy.bulkhead
        row["budget"] = -1.0 if policy.retry_budget is None else policy.retry_budget
        row["tokens"] = L.BUDGET_TOKENS
        row["cancel"], row["fallback"], row["idempotent"] = policy.cancel, policy.fallback, policy.idempotent
        row["tracked"] = policy.attempts > 1 or policy.hedge_s is not None
        row["kb"] = edge.request_kb
        row["eventual"] = plan.eventual(e)
        row["pooled"] = policy.pool_age_s is not None
        if policy.hedge_s is not None:
            row["hedge"] = 1
            row["hedge_timer"] = timers.setdefault(L.ticks(policy.hedge_s), len(timers))
            row["rest_timer"] = timers.setdefault(int(row["timeout"]) - L.ticks(policy.hedge_s), len(timers))
        _backoff(row, policy.backoff)
        row["own_attempts"], row["own_backoff"], row["own_timeout"] = row["attempts"], row["backoff"], row["timeout"]
        _breaker(row, policy.breaker)
        row["first_site"], row["caller_first"] = sites, caller.first
        s["sites"]["rotate"][sites : sites + caller.count] = row["window"]
        sites += caller.count
    s["n_site"] = sites
    if len(timers) + 2 * len(plan.faults) > L.N_TIMER:  # a fault may add some
        raise too_large(f"the document has {len(timers):,} different timeouts; one run holds at most {L.N_TIMER:,}")
    s["n_timer"] = len(timers)
    s["timers"]["delay"][: len(timers)] = list(timers)
    s["timers"]["head"][: len(timers)] = s["timers"]["tail"][: len(timers)] = -1


def _backoff(row: np.void, backoff: Backoff | None) -> None:
    if backoff is None:
        return
    row["backoff"] = L.FIXED if backoff.kind == "fixed" else JITTERS[backoff.jitter]
    row["base_wait"] = backoff.base_s * L.TICKS_PER_S
    row["cap"] = min(backoff.cap_s * L.TICKS_PER_S, FOREVER_WAIT)


def _breaker(row: np.void, breaker: Breaker | None) -> None:
    if breaker is None:
        return
    row["breaker"] = 1
    row["share"], row["minimum"], row["probes"] = breaker.failure_share, breaker.minimum_calls, breaker.probes
    row["window"], row["open_for"] = L.ticks(breaker.window_s / 2), L.ticks(breaker.open_s)


def _programs(plan: Plan, s: np.void) -> None:
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


def _sources(plan: Plan, s: np.void) -> None:
    sources = plan.sources()
    s["n_source"], s["hist_bin"] = len(sources), hist_bin_s(plan)
    names = plan.classes()
    s["n_class"], s["write_kind"] = len(names), plan.write_kind()
    at = shares = 0
    for i, n in enumerate(sources):
        node, behaviour = plan.nodes[n], _source(plan, n)
        row = s["sources"][i]
        row["key"], row["inst"] = stream_key(plan.seed, "source", node.id), node.first
        row["even"], row["batch"] = behaviour.arrivals == "even", behaviour.batch
        row["users"], row["think"], row["surge"] = behaviour.users, behaviour.think_s * L.TICKS_PER_S, 1.0
        row["first_seg"] = row["seg"] = at
        row["n_seg"] = len(behaviour.segments)
        s["nodes"][n]["first_source"] = i
        shares = _subjects(s, row, behaviour, names, shares)
        if at + len(behaviour.segments) > L.N_SEGMENT:
            raise too_large(f"the rates have more than {L.N_SEGMENT:,} steps in all; one run holds no more")
        passed, before_s, rate = 0.0, 0.0, 0.0
        for start_s, rate_per_s in behaviour.segments:
            passed += rate * (start_s - before_s)
            before_s, rate = start_s, rate_per_s / behaviour.batch
            s["segments"][at] = np.array((start_s, passed, rate), L.segment_dt)
            at += 1
        row["period"], row["cycle"] = behaviour.repeat_s, 0.0
        if behaviour.repeat_s:
            row["cycle"] = passed + rate * (behaviour.repeat_s - before_s)
    s["n_segment"] = at


def _source(plan: Plan, n: int) -> Source:
    behaviour = plan.nodes[n].behaviour
    assert isinstance(behaviour, Source)
    return behaviour


def _subjects(s: np.void, row: np.void, source: Source, names: tuple[str, ...], first: int) -> int:
    """The classes and keys a source mixes."""
    until = 0.0
    for k, (name, share) in enumerate(source.classes):
        until += share
        s["classes"][first + k] = np.array((until, names.index(name)), L.class_dt)
    row["first_class"], row["n_class"] = first, len(source.classes)
    if source.keys:
        row["n_keys"], row["zipf"] = source.keys.count, source.keys.zipf
    row["mixed"] = bool(source.classes or source.keys)
    s["n_share"] = first + len(source.classes)
    return first + len(source.classes)
