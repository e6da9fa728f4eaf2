"""Sessions in the world: how many each client has, who remembers where they were, and on which instances they live."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Balancer, Source
from engine.kernel import layout as L
from engine.kernel.sessions import STICKS
from engine.plan import Plan

FOR_EVER = 2 * L.FOREVER  # a cookie that does not expire


def count(plan: Plan) -> int:
    """Sessions of all clients."""
    return sum(source.session_count for source in _sources(plan))


def sizes(plan: Plan) -> list[tuple[str, int, int]]:
    """What the document needs of the tables, and what there is."""
    nodes, sticky = len({plan.instances[i].node for i in plan.keepers()}), len(plan.sticky())
    return [("sessions times services that keep them, or times sticky balancers", max(nodes, sticky) * count(plan), L.N_HOME)]


def sessions(plan: Plan, s: np.void) -> None:
    """Nobody has been anywhere yet."""
    first = 0
    for row, source in zip(s["sources"], _sources(plan)):
        row["first_session"] = first if source.session_count else -1
        if source.sessions:
            row["n_sessions"], row["session_zipf"] = source.sessions.count, source.sessions.zipf
        first += source.session_count
    s["n_session"] = first
    for k, b in enumerate(plan.sticky() if first else []):
        behaviour = plan.nodes[b].behaviour
        assert isinstance(behaviour, Balancer)
        edges = plan.nodes[b].calls
        pools = s["pools"][: s["n_pool"]]
        mine = np.flatnonzero((pools["balances"] > 0) & np.isin(pools["edge"], edges))
        pools["sticky"][mine] = min(L.ticks(behaviour.stickiness_s), FOR_EVER) if behaviour.stickiness_s < 1e9 else FOR_EVER
        pools["cookies"][mine] = k * first
        for pool in pools[mine]:
            s["targets"]["watched"][pool["first"] : pool["first"] + pool["count"]] |= STICKS
        s["n_cookie"] = (k + 1) * first
    tables = {n: t * first for t, n in enumerate(dict.fromkeys(plan.instances[i].node for i in plan.keepers()))}
    for k, i in enumerate(plan.keepers()):
        s["inst"]["keeper"][i] = k + 1
        s["keepers"]["first"][k] = tables[plan.instances[i].node]
    s["n_keeper"], s["n_home"] = len(plan.keepers()), len(tables) * first


def _sources(plan: Plan) -> list[Source]:
    found = [plan.nodes[n].behaviour for n in plan.sources()]
    return [source for source in found if isinstance(source, Source)]
