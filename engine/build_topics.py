"""Topics of a plan in the world's tables: their subscriptions, and their archives as queues without consumers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.behaviours import Topic
from engine.build_detached import detached_steps
from engine.kernel import layout as L

if TYPE_CHECKING:
    from engine.plan import Plan


def sizes(plan: Plan) -> list[tuple[str, int, int]]:
    """(what, how many there are, how many fit) of everything made here."""
    subscriptions = sum(len(plan.nodes[n].calls) for n in plan.topics())
    return [("topics", len(plan.topics()), L.N_TOPIC), ("subscriptions", subscriptions, L.N_SUB)]


def topics(plan: Plan, s: np.void) -> None:
    """Fill the tables of topics; programs and queues are there already."""
    s["parked_head"] = s["parked_tail"] = -1
    names = plan.classes()
    queue = {plan.nodes[n].id: q for q, n in enumerate(plan.queues())}
    pools = {int(s["pools"][p]["edge"]): p for p in range(int(s["n_pool"]))}
    at = 0
    for t, n in enumerate(plan.topics()):
        node, row = plan.nodes[n], s["topics"][t]
        assert isinstance(node.behaviour, Topic)
        s["nodes"][n]["queue"], row["inst"], row["first_sub"], row["n_subs"] = t, node.first, at, len(node.calls)
        row["archive"] = _archive(s, node.first, node.behaviour.archive_s) if node.behaviour.archive_s else -1
        for e in node.calls:
            edge, sub = plan.edges[e], s["subs"][at]
            sub["topic"], sub["pc"] = t, detached_steps(s, pools[e], at)
            sub["mask"] = sum(1 << names.index(name) for name in edge.only if name in names) if edge.only else -1
            sub["dead_letter"] = -1 if edge.dead_letter is None else queue[edge.dead_letter]
            at += 1
    s["n_topic"], s["n_sub"] = len(plan.topics()), at


def _archive(s: np.void, inst: int, keep_s: float) -> int:
    q = int(s["n_queue"])
    row = s["queues"][q]
    for name in ("oldest", "newest", "fresh_head", "fresh_tail", "back_head", "back_tail", "hidden_head", "hidden_tail", "keep_at"):
        row[name] = -1
    row["next_reader"] = -1
    row["inst"], row["dead_letter"], row["retention"], row["batch"] = inst, -1, L.ticks(keep_s), 1
    s["n_queue"] = q + 1
    return q
