"""A cache that is asked about nothing in particular."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from engine.advice.base import Finding, Rule, named, per_s
from engine.advice.design import Design
from engine.behaviours import Cache, Source

KEYS = {"count": 10_000, "zipf": 1.0}  # assumption: the catalogue of a small shop, as `keys` says by itself


class CacheFindsNothing(Rule):
    """A cache remembers by key. Requests of clients without `keys` have none, and miss it for ever; a fixed hit ratio needs none."""

    id = "cache_finds_nothing"
    title = "A cache that finds nothing"
    practice = "REL05-BP01"
    category = "EXCESSIVE_LOAD"
    preset, variant = "cache-aside-under-load", "all-different"

    def find(self, design: Design) -> Iterator[Finding]:
        for id, node in design.nodes.items():
            cache = node.behaviour
            if not isinstance(cache, Cache) or cache.hit_ratio is not None or cache.keeps:
                continue
            clients = {a: design.nodes[a].behaviour for a in nx.ancestors(design.graph, id) if design.does(a) == "source"}
            without = sorted(a for a, source in clients.items() if isinstance(source, Source) and source.keys is None)
            if without and len(without) == len(clients):
                yield self._finding(design, id, without)

    def _finding(self, design: Design, id: str, clients: list[str]) -> Finding:
        why = (f"Requests of {named(design.names(clients))} are about nothing in particular, so {design.name(id)} finds none of what it is "
               f"asked for: {per_s(design.demand().rate_per_s[id])} come for nothing.")  # fmt: skip
        said = f"keys: {{count: {KEYS['count']}, zipf: {KEYS['zipf']:g}}}"
        change = {"nodes": {client: {"keys": dict(KEYS)} for client in clients}}
        advice = f"Set {said} on {named(clients)}, or give {id} a fixed hit ratio."
        return self.finding("medium", why, advice, (id, *clients), change=change)
