"""A promised RPO below what an asynchronous replica is behind."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.advice.base import Change, Finding, Rule, seconds
from engine.advice.design import Design
from engine.advice.recovery_time import replication_lag_s
from engine.behaviours import Store


class RpoBelowLag(Rule):
    """For every AZ and Region: when nothing that is left has every acknowledged write, the lag of the replica that is promoted is lost."""

    id = "rpo_below_lag"
    title = "The stated RPO is below the replication lag"
    practice = "REL13-BP02"
    category = "MISCONFIGURATION_AND_BUGS"
    preset = "replica-lag-and-lost-writes"

    def find(self, design: Design) -> Iterator[Finding]:
        rpo_s = design.scenario.objectives.rpo_s
        if rpo_s is None:
            return
        for id in [i for i in design.reached if isinstance(design.nodes[i].behaviour, Store)]:
            lags = [(replication_lag_s(design, id, lost), place) for place, lost in {**design.domains, **design.regions}.items()]
            lag_s, place = max(lags, default=(0.0, ""))
            if lag_s > rpo_s:
                yield self._finding(design, id, place, lag_s, rpo_s)

    def _finding(self, design: Design, id: str, place: str, lag_s: float, rpo_s: float) -> Finding:
        behind = "grows without end: it is asked for more writes than it applies" if math.isinf(lag_s) else f"is {seconds(lag_s)} at best"
        why = (f"The objective is an RPO of {seconds(rpo_s)}. When {place} is lost, {design.name(id)} promotes a replica that follows "
               f"asynchronously; its lag {behind}, and what it lacks is lost.")  # fmt: skip
        home = design.azs_of(id)[0]
        other = design.other_az(home) if place in design.domains else None
        if other and design.has_field(id, "azs") and not design.has_field(id, "multi_az"):
            change: Change = {"nodes": {id: {"azs": [home, other]}}}
            return self.finding("high", why, f"Add a synchronous standby: azs: [{home}, {other}].", (id,), change=change)
        stated = "" if math.isinf(lag_s) else f", or state {seconds(lag_s)} or more"
        return self.finding("high", why, f"Acknowledge writes only when the other place has them{stated}.", (id,))
