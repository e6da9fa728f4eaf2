"""Caches in the world: their memories, the programs of those that read through, and how a service asks one before it asks a store."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Cache, Station
from engine.build_stores import keys
from engine.kernel import layout as L
from engine.plan import UNLIMITED, Plan, PlanNode

Step = dict[str, int]
LOOKUP, FILL, DROP = 0, 4, 7  # where the programs of a cache that is only asked begin, one per verb
GOOD, BAD = -1, -2  # jumps to the two returns of a program


def memories(plan: Plan, s: np.void) -> None:
    """A memory for every cache instance, empty."""
    n_keys = keys(plan)
    s["inst"]["memory"][: len(plan.instances)] = -1
    for m, i in enumerate(plan.memories()):
        cache, row = plan.nodes[plan.instances[i].node].behaviour, s["memories"][m]
        assert isinstance(cache, Cache)
        row["first"], row["head"], row["tail"] = m * n_keys, -1, -1
        row["capacity"] = UNLIMITED if cache.capacity is None else cache.capacity
        row["ttl"] = 0 if cache.ttl_s is None else L.ticks(cache.ttl_s)
        fetches = bool(plan.nodes[plan.instances[i].node].calls)  # else it only does what it is asked
        row["revalidate"], row["flush_after"] = L.ticks(fetches * cache.stale_while_revalidate_s), L.ticks(cache.flush_interval_s)
        row["backlogs"] = -1
        if fetches and cache.writes == "back":
            row["backlogs"] = s["n_backlog"]
            s["n_backlog"] += n_keys
        row["grace"] = L.ticks(cache.stale_if_error_s)
        row["hit_ratio"] = -1.0 if cache.hit_ratio is None else cache.hit_ratio
        shards = plan.nodes[plan.instances[i].node].store
        s["inst"]["memory"][i : i + (len(shards.azs) if shards else 1)] = m
        row["keeps"] = cache.keeps
        row["fetches"] = -1
        if fetches and (cache.coalesce or cache.stale_while_revalidate_s):
            row["fetches"] = s["n_fetch"]
            s["n_fetch"] += n_keys
    s["n_memory"], s["n_entry"] = len(plan.memories()), len(plan.memories()) * n_keys


def count_entries(plan: Plan) -> int:
    """Keys times cache instances."""
    return len(plan.memories()) * keys(plan)


SECOND_LOCAL = 2  # the second origin's place in a program, for its draws; 2 is that of the look-up, which has none of a call


def with_second(cache: Cache, pools: list[int], second: int) -> list[Step]:
    """Steps of a cache with a group of two origins: a read whose call to the first has failed makes one to the second."""
    steps = program(cache, pools)
    assert len(pools) == 1 and not (cache.coalesce or cache.stale_while_revalidate_s or cache.writes == "back")
    first, last, at = steps[3], steps[3]["on_fail"], len(steps)
    first["on_fail"] = at
    return [
        *steps,
        {"op": int(L.OP_WRITES), "on_ok": at + 1, "on_fail": last},
        {"op": int(L.OP_CALL), "pool": second, "on_ok": first["on_ok"], "on_fail": last, "local": SECOND_LOCAL},
    ]


def program(cache: Cache, pools: list[int]) -> list[Step]:
    """Steps of a cache that reads through: look up, call, keep. Jumps count from the first step."""
    serve = {"op": int(L.OP_SERVE), "on_ok": 1}
    calls, fetch = len(pools), 3
    after = 3 + calls  # a write from here on is kept or dropped
    stale, last = {"op": int(L.OP_STALE), "on_ok": GOOD, "on_fail": BAD}, after + 3
    waiting: list[Step] = []  # behind all others, so that the draws of the calls are the same with and without it
    if cache.coalesce:
        waiting, fetch = [{"op": int(L.OP_COALESCE), "on_ok": 3, "on_miss": GOOD, "on_fail": last}], last + 1
    later = last + 1 + len(waiting)
    refreshing = refresh(pools, later) if cache.stale_while_revalidate_s else []
    flushing, write = [], 3
    if cache.writes == "back":
        write = later + len(refreshing)
        flushing = [{"op": int(L.OP_KEEP), "on_ok": GOOD, "on_fail": 3}, *flush(pools, write + 1)]
    return [
        serve,
        {"op": int(L.OP_WRITES), "entry": int(cache.writes == "back"), "on_ok": 2, "on_fail": write},
        {"op": int(L.OP_LOOKUP), "on_ok": GOOD, "on_fail": fetch},
        *({"op": int(L.OP_CALL), "pool": pool, "on_ok": 4 + k, "on_fail": last} for k, pool in enumerate(pools)),
        {"op": int(L.OP_WRITES), "on_ok": after + 1, "on_fail": after + 1 if cache.writes != "around" else after + 2},
        {"op": int(L.OP_FILL), "on_ok": GOOD},
        {"op": int(L.OP_DROP), "on_ok": GOOD},
        stale,
        *waiting,
        *refreshing,
        *flushing,
    ]


def refresh(pools: list[int], first: int) -> list[Step]:
    """Steps of a fetch nobody asked for, the first of them at ``first``: call, keep, end. Its draws are those of a request's fetch."""
    end = first + len(pools) + 2
    return [
        *({"op": int(L.OP_CALL), "pool": pool, "on_ok": first + 1 + k, "on_fail": end - 1, "local": 3 + k} for k, pool in enumerate(pools)),
        {"op": int(L.OP_FILL), "on_ok": end},
        {"op": int(L.OP_GIVE_UP), "on_ok": end},
        {"op": int(L.OP_OVER)},
    ]


def flush(pools: list[int], first: int) -> list[Step]:
    """Steps of a flush, the first of them at ``first``: wait, take along what there is, call, note the outcome, end."""
    call = first + 2
    good = call + len(pools)
    return [
        {"op": int(L.OP_SERVE), "on_ok": first + 1},
        {"op": int(L.OP_CARRY), "on_ok": call, "on_fail": good + 2},
        *({"op": int(L.OP_CALL), "pool": pool, "on_ok": call + 1 + k, "on_fail": good + 1, "local": 3 + k} for k, pool in enumerate(pools)),
        {"op": int(L.OP_FLUSHED), "on_ok": good + 2},
        {"op": int(L.OP_FLUSHED), "on_ok": good + 2, "status": int(L.ERROR)},
        {"op": int(L.OP_OVER)},
    ]


def verbs() -> list[Step]:
    """Steps of a cache that is only asked: three programs one after the other, each of which ends well."""
    back = {"op": int(L.OP_RETURN)}
    return [
        {"op": int(L.OP_SERVE), "on_ok": 1}, {"op": int(L.OP_LOOKUP), "on_ok": 3, "on_fail": 2}, {"op": int(L.OP_MISS), "on_ok": 3}, back,
        {"op": int(L.OP_SERVE), "on_ok": 5, "entry": FILL}, {"op": int(L.OP_FILL), "on_ok": 6}, back,
        {"op": int(L.OP_SERVE), "on_ok": 8}, {"op": int(L.OP_DROP), "on_ok": 9}, back,
    ]  # fmt: skip


def use() -> list[Step]:
    """Steps of a cache that keeps what there is nowhere else: a write stays, a read is answered whether its key is there or not."""
    return [
        {"op": int(L.OP_SERVE), "on_ok": 1}, {"op": int(L.OP_WRITES), "entry": 1, "on_ok": 2, "on_fail": 3},
        {"op": int(L.OP_LOOKUP), "on_ok": GOOD, "on_fail": GOOD}, {"op": int(L.OP_FILL), "on_ok": GOOD},
    ]  # fmt: skip


def asked_first(cache: int, store: int, first: int) -> list[Step]:
    """Steps of a call that a cache may save, the first of them at ``first``: the cache's pool and the pool of what it remembers."""
    call, end = int(L.OP_CALL), first + 7
    return [
        {"op": int(L.OP_WRITES), "on_ok": first + 1, "on_fail": first + 5},
        {"op": call, "pool": cache, "entry": LOOKUP, "on_ok": end, "on_miss": first + 2, "on_fail": first + 4},
        {"op": call, "pool": store, "on_ok": first + 3, "on_fail": BAD},
        {"op": call, "pool": cache, "entry": FILL, "on_ok": end, "on_fail": end},
        {"op": call, "pool": store, "on_ok": end, "on_fail": BAD},  # the cache did not answer: nothing is kept
        {"op": call, "pool": store, "on_ok": first + 6, "on_fail": BAD},
        {"op": call, "pool": cache, "entry": DROP, "on_ok": end, "on_fail": end},
    ]


def is_asked_first(plan: Plan, node: PlanNode) -> bool:
    """Whether a service has a call that a cache may save."""
    return any(plan.edges[e].lookup >= 0 for e in node.calls)


def steps_of(plan: Plan, node: PlanNode, pools: list[int]) -> list[Step] | None:
    """The program of a node that has to do with caches, without its two returns; None for every other."""
    behaviour = node.behaviour
    if isinstance(behaviour, Cache) and behaviour.second:
        others = [pool for e, pool in zip(node.calls, pools, strict=True) if plan.nodes[plan.edges[e].callee].id != behaviour.second]
        return with_second(behaviour, others, next(pool for pool in pools if pool not in others))
    if isinstance(behaviour, Cache):
        return program(behaviour, pools) if node.calls else use() if behaviour.keeps else verbs()
    if not is_asked_first(plan, node):
        return None
    pool_of = dict(zip(node.calls, pools, strict=True))
    caches = {plan.edges[e].lookup for e in node.calls}
    steps: list[Step] = [{"op": int(L.OP_SERVE), "on_ok": 1}]
    if not _holds(node):
        steps.append({"op": int(L.OP_RELEASE), "on_ok": 2})
    for e in node.calls:
        at = len(steps)
        if plan.edges[e].lookup >= 0:
            steps += asked_first(pool_of[plan.edges[e].lookup], pool_of[e], at)
        elif e not in caches:
            steps.append({"op": int(L.OP_CALL), "pool": pool_of[e], "on_ok": at + 1, "on_fail": BAD})
    return steps


def _holds(node: PlanNode) -> bool:
    return not isinstance(node.behaviour, Station) or node.behaviour.holds_slot


def write(s: np.void, n: int, first: int, steps: list[Step], node: PlanNode) -> int:
    """Write a program at ``first`` with its two returns after it; where the next program begins."""
    jumps = {GOOD: first + len(steps), BAD: first + len(steps) + 1}
    for k, step in enumerate(steps):
        row = s["steps"][first + k]
        row["op"], row["pool"], row["dist"], row["entry"] = step["op"], step.get("pool", -1), n, step.get("entry", 0)
        row["local"] = step.get("local", 0 if step["op"] == L.OP_SERVE else k)  # the work of a verb is drawn like any other
        for jump in ("on_ok", "on_fail", "on_miss"):
            to = step.get(jump, step.get("on_ok", GOOD))
            row[jump] = jumps[to] if to < 0 else first + to
        row["status"], row["holds"] = step.get("status", L.OK), _holds(node)
    behaviour = node.behaviour
    if isinstance(behaviour, Cache) and node.calls:
        later = first + 7 + len(node.calls) + behaviour.coalesce  # behind what requests do
        s["nodes"][n]["refresh"] = later
        s["nodes"][n]["flush"] = later + (len(node.calls) + 3 if behaviour.stale_while_revalidate_s else 0) + 1
    for at, status in ((jumps[GOOD], L.OK), (jumps[BAD], L.ERROR)):
        row = s["steps"][at]
        row["op"], row["status"], row["holds"], row["local"] = L.OP_RETURN, status, _holds(node), at - first
    return first + len(steps) + 2
