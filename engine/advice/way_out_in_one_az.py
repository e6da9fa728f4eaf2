"""One gateway to the internet, in one AZ, for servers in others."""

from __future__ import annotations

from collections.abc import Iterator

from engine.advice.base import Finding, Rule, named
from engine.advice.design import Design


class WayOutInOneAz(Rule):
    """A node that can be zonal or regional is zonal, and somebody in another AZ calls it: a NAT gateway, unless its mode is regional."""

    id = "way_out_in_one_az"
    title = "The way out is in one AZ"
    practice = "REL02-BP01"
    category = "SHARED_FATE"
    preset = "nat-in-one-az"

    def find(self, design: Design) -> Iterator[Finding]:
        for id in design.nodes:
            if getattr(design.component(id), "mode", None) != "zonal":
                continue
            az = design.azs_of(id)[0]
            others = sorted({place for edge in design.callers[id] for place in design.azs_of(design.caller(edge))} - {az})
            if others:
                who = named(design.names(sorted({design.caller(edge) for edge in design.callers[id]})))
                why = (f"{design.name(id)} is in {az}; {who} in {named(others)} go out through it too. When {az} is lost nobody gets "
                       "out, and until then what they send there is billed as traffic between AZs.")  # fmt: skip
                region = design.scenario.geography.region_of[az]
                advice = "Set mode: regional, or draw one per AZ and its callers."
                change = {"nodes": {id: {"mode": "regional", "azs": None, "region": region}}}
                yield self.finding("high", why, advice, (id,), change=change)
