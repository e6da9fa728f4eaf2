"""An AZ that stops everything although no single tier is confined to it: a cut of several nodes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, named
from engine.advice.design import Design
from engine.advice.single_point_of_failure import spread
from engine.advice.survival import impact


class AzTakesAll(Rule):
    """For each AZ: what sits there is taken away at once. A cut that one node alone explains is told by other rules."""

    id = "az_takes_all"
    title = "An AZ that everything depends on"
    practice = "REL10-BP01"
    category = "SHARED_FATE"
    preset = "two-halves-crossed"

    def find(self, design: Design) -> Iterator[Finding]:
        for az, lost in design.domains.items():
            gone = [id for id in design.nodes if lost.intersection(design.present(id))]
            alone = {s for id in gone for s in design.broken(lost.intersection(design.present(id)))}
            stopped = [s for s in design.broken(lost) if s not in alone]
            if stopped:
                yield self._finding(design, az, lost, gone, stopped)

    def _finding(self, design: Design, az: str, lost: frozenset[int], gone: list[str], stopped: list[str]) -> Finding:
        whole = [id for id in gone if lost.issuperset(design.present(id))]
        severity, whom = impact(design, stopped)
        why = (f"{az} takes {named(design.names(whole or gone))} with it. Each of them could be spared, without all of them "
               f"{whom}: what is left needs what is gone.")  # fmt: skip
        other = design.other_az(az)
        cure = next((id for id in whole if not design.broken(lost.difference(design.present(id)))), None)
        if cure is None or other is None:
            return self.finding(severity, why, "Let each AZ hold all that its part of the requests needs.", tuple(whole or gone))
        advice = f"Spread {design.name(cure)} over {az} and {other}; or let each AZ hold all that its part of the requests needs."
        return self.finding(severity, why, advice, tuple(whole), change={"nodes": {cure: spread(design, cure, az, other)}})
