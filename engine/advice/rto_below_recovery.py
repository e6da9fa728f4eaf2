"""A promised recovery time that the clocks of the design cannot keep."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Change, Finding, Rule, named, seconds
from engine.advice.design import Design
from engine.advice.recovery_time import steps
from engine.behaviours import Balancer


class RtoBelowRecovery(Rule):
    """For every AZ, and every Region that can be spared: detection + decision + promotion + TTL, against the stated RTO."""

    id = "rto_below_recovery"
    title = "The stated RTO cannot be met"
    practice = "REL13-BP01"
    category = "MISCONFIGURATION_AND_BUGS"
    preset = "dns-failover"

    def find(self, design: Design) -> Iterator[Finding]:
        rto_s = design.scenario.objectives.rto_s
        if rto_s is None:
            return
        worst: dict[str, Finding] = {}
        for place, lost in {**design.domains, **design.regions}.items():
            clients = [s for s in design.broken(lost) if design.does(s) == "source"]
            if clients:
                if place in design.domains:
                    yield self._never(design, place, lost, clients, rto_s)
                continue
            for step in steps(design, lost):
                if step.takes_s > rto_s + 1e-9 and step.node not in worst:
                    worst[step.node] = self._slow(design, place, step.node, step.takes_s, step.sum, rto_s)
        yield from worst.values()

    def _never(self, design: Design, place: str, lost: frozenset[int], clients: list[str], rto_s: float) -> Finding:
        gone = tuple(id for id in design.nodes if design.broken(lost.intersection(design.present(id))))
        whose = named(design.names(clients))
        why = (f"The objective is an RTO of {seconds(rto_s)}. When {place} is lost, requests of {whose} succeed again only when it is "
               "back, and nobody knows when.")  # fmt: skip
        return self.finding("high", why, f"Let something take over outside {place}, or state no RTO for the loss of an AZ.", gone)

    def _slow(self, design: Design, place: str, id: str, takes_s: float, sum_: str, rto_s: float) -> Finding:
        takes = f"{design.name(id)} takes up to {seconds(takes_s)}: {sum_}"
        why = f"The objective is an RTO of {seconds(rto_s)}; when {place} is lost, {takes}."
        change, advice = _faster(design, id, rto_s)
        advice = advice or f"Make these clocks faster, or state an RTO of {seconds(takes_s)} or more."
        return self.finding("medium", why, advice, (id,), change=change)


def _faster(design: Design, id: str, rto_s: float) -> tuple[Change, str]:
    """Probes of a balancer that are quick enough, if there are any; nothing for clocks that are not ours to set."""
    behaviour, component = design.nodes[id].behaviour, design.component(id)
    if not isinstance(behaviour, Balancer) or behaviour.health_check is None:
        return {}, ""
    said = component.health_check  # type: ignore[attr-defined]
    interval_s = int((rto_s - said.timeout_s) / said.unhealthy)
    least = next((m.ge for m in type(said).model_fields["interval_s"].metadata if hasattr(m, "ge")), 1)
    if interval_s < max(least, said.timeout_s):
        return {}, ""
    fields = said.model_dump(mode="json", exclude_unset=True) | {"interval_s": interval_s}
    return {"nodes": {id: {"health_check": fields}}}, f"Set health_check.interval_s to {interval_s}, or state a longer RTO."
