"""Clients as the kernel knows them: when requests begin, and what they are about."""

from __future__ import annotations

import numpy as np

from engine.behaviours import Source
from engine.document.problem import too_large
from engine.kernel import layout as L
from engine.kernel.rng import stream_key
from engine.plan import Plan
from engine.series import hist_bin_s


def clients(plan: Plan, s: np.void) -> None:
    """Write down rates, classes and keys of all clients."""
    sources = plan.sources()
    s["n_source"], s["hist_bin"] = len(sources), hist_bin_s(plan)
    names = plan.classes()
    s["n_class"], s["write_kind"] = len(names), plan.write_kind()
    at = shares = 0
    for i, n in enumerate(sources):
        node, behaviour = plan.nodes[n], source(plan, n)
        row = s["sources"][i]
        row["key"], row["inst"] = stream_key(plan.seed, "source", node.id), node.first
        row["even"], row["batch"] = behaviour.arrivals == "even", behaviour.batch
        row["users"], row["think"], row["surge"] = behaviour.users, behaviour.think_s * L.TICKS_PER_S, 1.0
        row["first_seg"] = row["seg"] = at
        row["n_seg"] = len(behaviour.segments)
        s["nodes"][n]["first_source"] = i
        shares = _subjects(s, row, behaviour, names, shares)
        if at + len(behaviour.segments) > L.N_SEGMENT:
            raise too_large(f"the rates have more than {L.N_SEGMENT:,} steps in all; one run holds no more")
        passed, before_s, rate = 0.0, 0.0, 0.0
        for start_s, rate_per_s in behaviour.segments:
            passed += rate * (start_s - before_s)
            before_s, rate = start_s, rate_per_s / behaviour.batch
            s["segments"][at] = np.array((start_s, passed, rate), L.segment_dt)
            at += 1
        row["period"], row["cycle"] = behaviour.repeat_s, 0.0
        if behaviour.repeat_s:
            row["cycle"] = passed + rate * (behaviour.repeat_s - before_s)
    s["n_segment"] = at


def source(plan: Plan, n: int) -> Source:
    """The behaviour of a clients node."""
    behaviour = plan.nodes[n].behaviour
    assert isinstance(behaviour, Source)
    return behaviour


def _subjects(s: np.void, row: np.void, source: Source, names: tuple[str, ...], first: int) -> int:
    """The classes and keys a source mixes."""
    until = 0.0
    for k, (name, share) in enumerate(source.classes):
        until += share
        s["classes"][first + k] = np.array((until, names.index(name)), L.class_dt)
    row["first_class"], row["n_class"] = first, len(source.classes)
    if source.keys:
        row["n_keys"], row["zipf"] = source.keys.count, source.keys.zipf
    row["mixed"] = bool(source.classes or source.keys)
    s["n_share"] = first + len(source.classes)
    return first + len(source.classes)
