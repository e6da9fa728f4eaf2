"""Writes that nobody else has when the Region that took them is lost: missing as long as it is away, and back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.build_stores import partitions
from engine.kernel import writers
from engine.kernel.layout import ALIVE

if TYPE_CHECKING:
    from engine.control.conductor import Conductor


def logs(c: Conductor) -> dict[int, int]:
    """Members of tables with many writers, by the number of their log."""
    found: dict[int, int] = {}
    k = 0
    for n, p in partitions(c.plan):
        store, first = c.plan.store(n), c.plan.nodes[n].first
        size = len(store.azs)
        if store.many_writers:
            found |= {k + member: first + p * size + member for member in range(size)}
        k += size if store.many_writers else 1
    return found


def book_stranded(c: Conductor, members: dict[int, int], missing: dict[int, int]) -> None:
    """Who died by now has taken its last writes with it; who is back brings them. ``missing``: how many, by the log of who is away."""
    for k, i in members.items():
        id, away = c.plan.nodes[c.plan.instances[i].node].id, c.see(is_away, c, i)
        if away and k not in missing:
            missing[k], since = c.see(count, c, k)
            c.lose_writes(id, missing[k], since)
            if missing[k]:
                c.say("role", id, f"{id}: {missing[k]:,} writes that {c.name(i)} had acknowledged have reached no other Region")
        elif not away and k in missing and (back := missing.pop(k)):
            what = f"{c.name(i)} is back with {back:,} writes that had reached no other Region"
            c.say("role", id, f"{id}: {what}; where a key was written since, the later write wins")


def is_away(c: Conductor, i: int) -> bool:
    """Whether a member is dead."""
    return bool(c.world[0]["inst"]["down"][i] != ALIVE)


def count(c: Conductor, k: int) -> tuple[int, int]:
    """(writes of a log that no other member has, when the first of them was acknowledged)."""
    writes, since = writers.stranded(c.world, k, int(c.env.now))
    return int(writes), int(since)
