"""Message queues of a plan in the world's tables: the queues themselves, who consumes each, and what each instance consumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Function, Queue
from engine.kernel import layout as L

if TYPE_CHECKING:
    from engine.plan import Plan


def sizes(plan: Plan) -> list[tuple[str, int, int]]:
    """(what, how many there are, how many fit) of everything made here."""
    takers = sum(plan.nodes[plan.edges[e].callee].count for n in plan.queues() for e in plan.nodes[n].calls)
    rows = len(plan.queues()) + len(plan.topics())
    return [("message queues and topics", rows, L.N_QUEUE), ("pairs of queue and consuming instance", takers, L.N_TAKER)]


def queues(plan: Plan, s: np.void) -> None:
    """Fill the tables of message queues; instances and edges are there already."""
    s["free_message"] = s["hungry_head"] = -1
    s["edges"]["queue"][: len(plan.edges)] = s["edges"]["taker"][: len(plan.edges)] = -1
    index = {plan.nodes[n].id: q for q, n in enumerate(plan.queues())}
    pulls: dict[int, list[tuple[int, int]]] = {}
    at = 0
    for q, n in enumerate(plan.queues()):
        node, row = plan.nodes[n], s["queues"][q]
        behaviour = node.behaviour
        assert isinstance(behaviour, Queue)
        s["nodes"][n]["queue"], row["inst"] = q, node.first
        for name in ("oldest", "newest", "fresh_head", "fresh_tail", "back_head", "back_tail", "hidden_head", "hidden_tail", "keep_at"):
            row[name] = -1
        row["visibility"], row["batch"], row["fifo"] = L.ticks(behaviour.visibility_timeout_s), behaviour.batch, behaviour.fifo
        row["max_receives"] = behaviour.max_receives or 0
        row["dead_letter"] = -1 if behaviour.dead_letter is None else index[behaviour.dead_letter]
        longest_s = L.FOREVER / L.TICKS_PER_S
        row["retention"] = L.ticks(behaviour.retention_s) if behaviour.retention_s < longest_s else 0
        row["first_taker"] = at
        for e in node.calls:
            s["edges"][e]["queue"] = q
            for i in plan.instances_of(plan.edges[e].callee):
                s["takers"][at] = np.array((e, i, plan.edges[e].pollers.start, 0), L.taker_dt)
                if isinstance(plan.nodes[plan.edges[e].callee].behaviour, Function):
                    s["edges"][e]["taker"] = at
                pulls.setdefault(i, []).append((q, e))
                at += 1
        row["n_takers"] = at - row["first_taker"]
    s["n_queue"], s["n_taker"], s["n_pull"] = len(index), at, at
    at = 0
    for i, found in pulls.items():
        s["inst"][i]["first_pull"], s["inst"][i]["n_pulls"] = at, len(found)
        for pair in found:
            s["pulls"][at] = np.array(pair, L.pull_dt)
            at += 1


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
