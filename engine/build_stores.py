"""Stores in the world: who is what at the start, where callers believe the primaries are, and the logs that replicas follow."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Cache, Source, Store
from engine.kernel import layout as L
from engine.kernel import stores as kernel
from engine.kernel.rng import stream_key
from engine.plan import Plan, PlanNode


def standbys(store: Store) -> int:
    """Synchronous standbys of each partition."""
    return len(store.azs) - 1 - store.replicas


def role_of(store: Store, index: int) -> int:
    """Role of a node's index-th instance at the start; members of a partition are neighbours."""
    member = index % len(store.azs)
    if member == 0 or store.many_writers:
        return int(L.ROLE_PRIMARY)
    return int(L.ROLE_STANDBY if member <= standbys(store) else L.ROLE_REPLICA)


def standby_of(store: Store, index: int, instance: int) -> int:
    """The instance that receives this one's writes synchronously; −1: none."""
    return instance + 1 if index % len(store.azs) == 0 and standbys(store) > 0 else -1


def salt_of(id: str) -> np.uint64:
    """What keys are hashed with: the store's, whatever the seed."""
    return stream_key(0, "partition", id)


def partitions(plan: Plan) -> list[tuple[int, int]]:
    """(node, partition) of every partition with replicas."""
    found = []
    for n in plan.stores():
        store = plan.store(n)
        found += [(n, p) for p in range(store.partitions) if store.replicas]
    return found


def count_logs(plan: Plan) -> int:
    """A log for each of these partitions, with many writers for each member of them."""
    return sum(len(plan.store(n).azs) if plan.store(n).many_writers else 1 for n, _ in partitions(plan))


def count_feeds(plan: Plan) -> int:
    """What each member of a table with many writers receives from each, and the buckets of tables."""
    feeds = sum(len(plan.store(n).azs) ** 2 for n, _ in partitions(plan) if plan.store(n).many_writers)
    return feeds + sum(len(plan.store(n).azs) for n in plan.stores() if plan.store(n).table_rate_per_s)


def count_addresses(plan: Plan) -> int:
    """Pairs of a calling instance and a partition it calls."""
    into = [(plan.nodes[e.caller].count, plan.nodes[e.callee]) for e in plan.edges]
    return sum(callers * parts(callee)[0] for callers, callee in into if isinstance(callee.behaviour, Store | Cache))


def keys(plan: Plan) -> int:
    """Different keys requests can be about; a hot key needs one."""
    counts = [b.keys.count for n in plan.nodes if isinstance(b := n.behaviour, Source) and b.keys]
    return max(counts, default=1)


def count_versions(plan: Plan) -> int:
    """Keys of all stores that need the number of each one's latest write."""
    return keys(plan) * sum(plan.numbers_keys(n) for n in plan.stores())


def parts(callee: PlanNode) -> tuple[int, int]:
    """(partitions, members of each) among which a call is addressed by its key. Each instance of a cache is a partition of its own."""
    return (callee.store.partitions, len(callee.store.azs)) if callee.store else (callee.count, 1)


def addresses(s: np.void, pool: np.void, callee: PlanNode, callers: list[int], eventual: bool) -> None:
    """Every caller instance starts with one member of each partition, the primary (``callers``: which); ``pool["first"]`` is the row of
    the callee's first instance."""
    store, first, (partitions, members) = callee.store, int(s["n_address"]), parts(callee)
    pool["first_address"], pool["partitions"], pool["members"], pool["salt"] = first, partitions, members, salt_of(callee.id)
    pool["read_first"] = -1
    if store and eventual and not store.many_writers:
        pool["read_first"] = 0 if standbys(store) == 0 else members - store.replicas
    rows = int(pool["first"]) + members * np.arange(partitions)
    last = first + len(callers) * partitions
    s["addresses"][first:last] = (rows[None, :] + np.array(callers)[:, None]).ravel()
    s["moved"][first:last] = -1
    s["n_address"] = last


def logs(plan: Plan, s: np.void) -> None:
    """A log for each partition with replicas, with a ring of a size that all of them together can have."""
    found = partitions(plan)
    s["n_log"], s["n_keys"] = count_logs(plan), keys(plan)
    size = min(L.N_SPARE, 1 << ((L.N_RING // 2) // max(1, count_logs(plan))).bit_length() - 1)
    versions: dict[int, int] = {}
    s["inst"]["whose"][: len(plan.instances)] = np.arange(len(plan.instances))
    s["n_row"] = len(plan.instances)
    writers = [(n, p, w) for n, p in found for w in range(len(plan.store(n).azs) if plan.store(n).many_writers else 1)]
    for k, (n, p, writer) in enumerate(writers):
        node, store, row = plan.nodes[n], plan.store(n), s["logs"][k]
        members = len(store.azs)
        first = node.first + p * members
        row["ring"], row["mask"], row["first"], row["members"], row["primary"] = k * size, size - 1, first, members, first
        row["gap"] = 0 if store.apply_per_s is None else round(L.TICKS_PER_S / store.apply_per_s)
        row["partition"], row["partitions"], row["salt"] = p, store.partitions, salt_of(node.id)
        row["need"], row["ask"] = store.write_quorum - 1, store.read_quorum - 1
        row["shared"], row["lag"] = store.shared, L.ticks(store.replica_lag_s)
        row["first_version"] = -1
        if plan.numbers_keys(n):
            row["first_version"] = versions.setdefault(n, len(versions) * keys(plan))
        if store.many_writers:
            feeds(s, k, writer, first)
            continue
        s["inst"]["log"][first : first + members] = k
        s["inst"]["link"][first : first + members] = kernel.LINKED
    s["n_ring"], s["n_version"] = count_logs(plan) * size, len(versions) * keys(plan)


def buckets(plan: Plan, s: np.void) -> None:
    """A row beside the instances for the bucket that all partitions of a table share at one place; `logs` comes first."""
    for n in plan.stores():
        store, node = plan.store(n), plan.nodes[n]
        for member in range(len(store.azs)) if store.table_rate_per_s else ():
            row = s["inst"][int(s["n_row"])]
            row["tokens"] = row["burst"] = store.table_burst
            row["token_rate"] = (store.table_rate_per_s or 0.0) / L.TICKS_PER_S
            row["log"], row["whose"] = -1, node.first + member
            s["inst"]["table"][node.first + member : node.first + node.count : len(store.azs)] = s["n_row"]
            s["n_row"] += 1


def feeds(s: np.void, k: int, writer: int, first: int) -> None:
    """Log k is that of the writer-th member of a partition whose members begin with instance ``first``; everybody else receives it."""
    row, rows, at = s["logs"][k], s["inst"], int(s["n_row"])
    row["many"], row["peer"], row["primary"], row["first"] = 1, k - writer, first + writer, at
    rows["log"][first + writer] = k
    for member in range(int(row["members"])):
        rows["whose"][at + member], rows["log"][at + member], rows["memory"][at + member] = first + member, k, -1
        rows["place"][at + member], rows["node"][at + member] = rows["place"][first + member], rows["node"][first + member]
        rows["role"][at + member] = L.ROLE_NONE if member == writer else L.ROLE_REPLICA
        rows["link"][at + member] = kernel.LINKED
    s["n_row"] = at + int(row["members"])
