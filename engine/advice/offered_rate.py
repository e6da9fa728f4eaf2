"""A quota, or a capacity, below what the clients ask for at their peak, with everything in order."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from engine.advice.base import Finding, Rule, per_s, seconds, share
from engine.advice.design import Design
from engine.advice.static_stability import FULL, TIGHT
from engine.behaviours import Cache, Function, Limiter, Queue, Store


class OfferedRate(Rule):
    """Compares the rate that reaches a node with its tokens per second, its environments or its slots."""

    id = "quota_below_rate"
    title = "Less capacity than is asked for"
    practice = "REL01-BP03"
    category = "EXCESSIVE_LOAD"
    preset, variant = "serverless-spike", "reserved"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.reached:
            behaviour = design.nodes[id].behaviour
            if isinstance(behaviour, Limiter | Cache | Queue) and behaviour.rate_per_s is not None:
                yield from self._tokens(design, id, behaviour.rate_per_s, "rate_per_s")
            else:
                if isinstance(behaviour, Store):
                    places = len(behaviour.azs) - behaviour.witness if behaviour.many_writers else 1
                    if behaviour.rate_per_s is not None:
                        yield from self._tokens(design, id, behaviour.rate_per_s * behaviour.partitions * places, "")
                    if behaviour.table_rate_per_s is not None:
                        yield from self._tokens(design, id, behaviour.table_rate_per_s * places, "capacity_per_s", places)
                yield from self._slots(design, id)

    def _tokens(self, design: Design, id: str, quota: float, field: str, places: int = 1) -> Iterator[Finding]:
        """``field`` gives each of so many ``places`` its part of the quota."""
        rate = design.demand().rate_per_s[id]
        if rate <= quota:
            return
        throttled = f"it lets {quota:,.4g} through: {share(1 - quota / rate)} are throttled"
        why = f"{per_s(rate)} reach {design.name(id)} at the peak and {throttled}."
        raised = float(f"{math.ceil(rate / TIGHT / places):.15g}")
        if design.has_field(id, "high_throughput"):
            advice = "Set high_throughput: then the limit is that of each message group."
            yield self.finding("high", why, advice, (id,), change={"nodes": {id: {"high_throughput": True}}})
        elif not field or not design.has_field(id, field):
            yield self.finding("high", why, f"Give it a quota of {raised:,.0f} requests/s, or more partitions.", (id,))
        else:
            change = {"nodes": {id: {field: raised}}}
            yield self.finding("high", why, f"Set {field} to {raised:,.0f}, or shed the rest on purpose.", (id,), change=change)

    def _slots(self, design: Design, id: str) -> Iterator[Finding]:
        demand, behaviour = design.demand(), design.nodes[id].behaviour
        scaling = getattr(behaviour, "autoscaling", None)
        there = len(design.present(id))
        load = demand.load(id) * (there / max(there, scaling.most) if scaling and scaling.metric else 1.0)
        if load < FULL:
            return
        slots, hold_s = demand.slots(id), demand.hold_s[id]
        why = (f"{per_s(demand.rate_per_s[id])} × {seconds(hold_s)} keep {demand.rate_per_s[id] * hold_s:,.0f} slots of {design.name(id)} "
               f"busy and there are {slots:,.0f}: {share(load)}.")  # fmt: skip
        fields = self._more(design, id, demand.rate_per_s[id] * hold_s / TIGHT)
        advice = "Set " + ", ".join(f"{k} to {v:,}" for k, v in fields.items()) + "." if fields else "Give it more slots, or less to do."
        change = {"nodes": {id: fields}} if fields and not scaling else None
        yield self.finding("high", why, advice, (id,), change=change)

    @staticmethod
    def _more(design: Design, id: str, slots: float) -> dict[str, Any]:
        """The field that gives it so many slots."""
        behaviour, component = design.nodes[id].behaviour, design.component(id)
        if isinstance(behaviour, Function):
            quota = "reserved_concurrency" if getattr(component, "reserved_concurrency", None) else "concurrency_quota"
            return {quota: math.ceil(slots)} if design.has_field(id, quota) else {}
        if design.has_field(id, "instances"):
            return {"instances": math.ceil(slots / behaviour.concurrency)}  # type: ignore[union-attr]
        per_member = math.ceil(slots / getattr(behaviour, "partitions", 1))
        return {"concurrency": per_member} if design.has_field(id, "concurrency") else {}


