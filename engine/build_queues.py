"""Message queues of a plan in the world's tables: the queues themselves, who consumes each, and what each instance consumes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Function
from engine.kernel import layout as L
from engine.kernel.rng import stream_key

if TYPE_CHECKING:
    from engine.plan import Plan


def sizes(plan: Plan) -> list[tuple[str, int, int]]:
    """(what, how many there are, how many fit) of everything made here."""
    takers = sum(plan.nodes[plan.edges[e].callee].count for n in plan.queues() for e in plan.nodes[n].calls)
    rows = len(plan.readers()) + len(plan.topics())
    shards = sum(plan.queue(n).shards for n in plan.queues())
    return [
        ("shards", shards, L.N_SHARD), ("message queues, readers of streams and topics", rows, L.N_QUEUE),
        ("pairs of queue and consuming instance", takers, L.N_TAKER),
    ]  # fmt: skip


def queues(plan: Plan, s: np.void) -> None:
    """Fill the tables of message queues; instances and edges are there already."""
    s["free_message"] = s["hungry_head"] = -1
    s["edges"]["queue"][: len(plan.edges)] = s["edges"]["taker"][: len(plan.edges)] = -1
    index = {plan.nodes[n].id: q for q, n in enumerate(plan.queues())}
    pulls: dict[int, list[tuple[int, int]]] = {}
    at = 0
    latest: dict[int, int] = {}  # row of the last reader of each node so far
    for q, (n, edges) in enumerate(plan.readers()):
        node, row, behaviour = plan.nodes[n], s["queues"][q], plan.queue(n)
        if n in latest:
            s["queues"][latest[n]]["next_reader"], row["reader"] = q, s["queues"][latest[n]]["reader"] + 1
        else:
            s["nodes"][n]["queue"] = q
        latest[n] = q
        row["inst"], row["next_reader"] = node.first, -1
        _shards(plan, s, n, row)
        for name in ("oldest", "newest", "fresh_head", "fresh_tail", "back_head", "back_tail", "hidden_head", "hidden_tail", "keep_at"):
            row[name] = -1
        row["visibility"], row["batch"] = L.ticks(behaviour.visibility_timeout_s), behaviour.batch
        row["fifo"] = behaviour.fifo or behaviour.shards > 0
        row["max_receives"] = behaviour.max_receives or 0
        row["most_hidden"] = L.N_MESSAGES if behaviour.in_flight is None else behaviour.in_flight
        row["dead_letter"] = -1 if behaviour.dead_letter is None else index[behaviour.dead_letter]
        longest_s = L.FOREVER / L.TICKS_PER_S
        row["retention"] = L.ticks(behaviour.retention_s) if behaviour.retention_s < longest_s else 0
        row["first_taker"] = at
        for e in edges:
            s["edges"][e]["queue"] = q
            for i in plan.instances_of(plan.edges[e].callee):
                s["takers"][at] = np.array((e, i, plan.edges[e].pollers.start, 0), L.taker_dt)
                if isinstance(plan.nodes[plan.edges[e].callee].behaviour, Function):
                    s["edges"][e]["taker"] = at
                pulls.setdefault(i, []).append((q, e))
                at += 1
        row["n_takers"] = at - row["first_taker"]
    s["n_queue"], s["n_taker"], s["n_pull"] = len(plan.readers()), at, at
    at = 0
    for i, found in pulls.items():
        s["inst"][i]["first_pull"], s["inst"][i]["n_pulls"] = at, len(found)
        for pair in found:
            s["pulls"][at] = np.array(pair, L.pull_dt)
            at += 1


def _shards(plan: Plan, s: np.void, n: int, row: np.void) -> None:
    """A stream's shards belong to its first reader: they are written once."""
    behaviour, node = plan.queue(n), plan.nodes[n]
    row["shards"], row["bisect"], row["salt"] = behaviour.shards, behaviour.bisect, stream_key(plan.seed, "shards", node.id)
    if not behaviour.shards or row["reader"]:
        return
    first, s["n_shard"] = int(s["n_shard"]), int(s["n_shard"]) + behaviour.shards
    row["first_shard"] = first
    row["records_per_s"], row["kb_per_s"] = behaviour.records_per_s, behaviour.kb_per_s
    if math.isfinite(behaviour.records_per_s) or math.isfinite(behaviour.kb_per_s):
        s["inst"][node.first]["gate"] = L.SHARDED
        row["records_per_s"], row["kb_per_s"] = min(behaviour.records_per_s, 1e12), min(behaviour.kb_per_s, 1e12)
        s["shards"]["records"][first : first + behaviour.shards] = row["records_per_s"]
        s["shards"]["kb"][first : first + behaviour.shards] = row["kb_per_s"]


def accounts(plan: Plan, s: np.void) -> None:
    """Functions that share the environments of an account, each account a list of them."""
    s["inst"]["account"][: len(plan.instances)] = s["inst"]["next_function"][: len(plan.instances)] = -1
    for a, (most, functions) in enumerate(plan.accounts):
        s["accounts"][a]["most"], s["accounts"][a]["first"] = most, -1
        for n in functions:
            i = plan.nodes[n].first
            s["inst"][i]["account"], s["inst"][i]["next_function"] = a, s["accounts"][a]["first"]
            s["accounts"][a]["first"] = i
    s["n_account"] = len(plan.accounts)
