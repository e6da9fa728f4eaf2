"""Advice from the drawing alone, before any run: every rule is one file, found by itself. It never blocks a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.advice.base import SEVERITIES, Finding, Rule
from engine.advice.design import Design
from engine.found import found

if TYPE_CHECKING:
    from engine.document import Scenario

__all__ = ["RULES", "SEVERITIES", "Finding", "Rule", "advise"]

RULES: dict[str, Rule] = {cls.id: cls() for cls in sorted((c for c in found(__name__, Rule) if c is not Rule), key=lambda c: c.id)}


def advise(scenario: Scenario) -> list[Finding]:
    """What the drawing shows that may hurt, the worst first; the order of the document's nodes has no say in it."""
    design = Design(scenario)
    findings = [finding for rule in RULES.values() for finding in rule.find(design)]
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.nodes, f.edges, f.why))
