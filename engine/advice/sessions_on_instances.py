"""What is known of a user lives on one instance, and dies with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import networkx as nx

from engine.advice.base import Finding, Rule, amount, named, share
from engine.advice.design import Design
from engine.behaviours import Balancer, Source, Station

TABLE_TIMEOUT_S = 0.2  # assumption: a table answers in single milliseconds, and what takes longer is tried again by the user


def keeps(design: Design, id: str) -> bool:
    """Whether sessions live on its instances."""
    behaviour = design.nodes[id].behaviour
    return isinstance(behaviour, Station) and behaviour.keeps_sessions


class SessionsOnInstances(Rule):
    """Counts the sessions that die with an instance and with an AZ, all users alike. Stickiness that nothing needs is told too."""

    id = "sessions_on_instances"
    title = "Sessions that die with their instance"
    practice = "REL05-BP06"
    category = "SHARED_FATE"
    preset, variant = "sessions-on-the-instance", "on-the-instance"

    def find(self, design: Design) -> Iterator[Finding]:
        for id, node in design.nodes.items():
            if keeps(design, id):
                yield self._kept(design, id)
            elif isinstance(node.behaviour, Balancer) and node.behaviour.stickiness_s > 0:
                targets = [design.callee(edge) for edge in design.calls[id]]
                if not any(keeps(design, target) or design.does(target) != "station" for target in targets):
                    yield self._needless(design, id, targets)

    def _kept(self, design: Design, id: str) -> Finding:
        count = len(design.present(id))
        sessions, part = self._sessions(design, id), 1 / max(1, count)
        shares = {az: len(lost.intersection(design.present(id))) * part for az, lost in design.domains.items()}
        az = max(shares, key=lambda az: shares[az], default="")
        why = f"Of {amount(sessions, 'session')} of {design.name(id)}" if sessions else f"Of the sessions of {design.name(id)}"
        why += f" {self._many(sessions, part)} die with an instance" if count > 1 else " all die with its only instance"
        if count > 1 and az and shares[az] > part + 1e-9:
            why += f" and {self._many(sessions, shares[az])} with {az}"
        why += "; who is behind them has to log in again."
        front = [design.caller(edge) for edge in design.callers[id]]
        sticky = [b for b in front if getattr(design.nodes[b].behaviour, "stickiness_s", 0) > 0]
        loose = count > 1 and len(sticky) < len(front)
        if loose:
            why += f" Nothing sends a user back: {share(1 - part)} of the requests find no session."
        else:
            why += " A new instance gets only new users." if count > 1 else ""
        return self._cure(design, id, "high" if loose else "medium", why, sticky)

    def _cure(self, design: Design, id: str, severity: Any, why: str, sticky: list[str]) -> Finding:
        """Sessions go where any instance finds them, and no user is bound to one of those any more."""
        nodes: dict[str, Any] = {id: {"session_state": None}}
        for b in sticky:
            if not any(keeps(design, design.callee(e)) for e in design.calls[b] if design.callee(e) != id):
                nodes[b] = self._loosened(design, b)
        there = [design.callee(edge) for edge in design.calls[id] if design.does(design.callee(edge)) in ("store", "cache")]
        edges: dict[str, Any] = {}
        home = f"{id}-sessions"
        if there:
            where = named(design.names(there))
        else:
            where, region = "a table", design.place(design.present(id)[0]).region
            nodes[home] = {"kind": "dynamodb"} | ({"region": region} if region else {})
            edges[f"{id}->{home}"] = {"timeout_s": TABLE_TIMEOUT_S}
        advice = f"Keep sessions in {where}, where every instance finds them: session_state: outside on {id}"
        advice += f", no stickiness on {named([b for b in nodes if b in sticky])}." if set(nodes) & set(sticky) else "."
        change = {"nodes": nodes} | ({"edges": edges} if edges else {})
        return self.finding(severity, why, advice, (id, *sticky), change=change)

    def _needless(self, design: Design, id: str, targets: list[str]) -> Finding:
        why = (f"{design.name(id)} sends users back to the instance that answered them before, and {named(design.names(targets))} "
               f"keep{'s' * (len(targets) == 1)} nothing of them there: a new instance gets only new users, for nothing.")  # fmt: skip
        return self.finding("low", why, f"Switch stickiness off on {id}.", (id,), change={"nodes": {id: self._loosened(design, id)}})

    @staticmethod
    def _loosened(design: Design, id: str) -> dict[str, Any]:
        return {"stickiness": None} if getattr(design.component(id), "stickiness", False) else {"stickiness_s": None}

    @staticmethod
    def _sessions(design: Design, id: str) -> int:
        """Of all clients whose requests may come here."""
        sources = [design.nodes[a].behaviour for a in nx.ancestors(design.graph, id)]
        return sum(source.session_count for source in sources if isinstance(source, Source))

    @staticmethod
    def _many(sessions: int, part: float) -> str:
        return f"about {round(sessions * part):,}" if sessions else share(part)
