"""Advice on the drawing as the canvas shows it, looked for once per reading."""

from __future__ import annotations

import logging
from typing import Any

from engine import advise
from ui.store import Store

MOST = 100  # the worst; nobody reads more, and the canvas gets them all with every change


def of(store: Store) -> list[dict[str, Any]]:
    """Findings about the drawing on the canvas; none while it has problems, because they would be about an older one."""
    scenario = store.scenario
    if scenario is None or store.problems:
        return []
    if store.advised is None or store.advised[0] is not scenario:
        try:
            found = [finding.as_dict() for finding in advise(scenario)[:MOST]]
        except Exception:  # a rule that fails must not take the canvas with it
            logging.getLogger(__name__).exception("A rule of advice failed on %r.", scenario.title)
            found = []
        store.advised = (scenario, found)
    return store.advised[1]
