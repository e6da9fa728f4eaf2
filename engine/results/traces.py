"""Traces of followed requests as a table: every hop and every attempt, with instance, times, outcome and cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.kernel.layout import CAUSE_BITS, TICKS_PER_S
from engine.outcomes import OUTCOMES
from engine.plan import Plan
from engine.series import SPAN

if TYPE_CHECKING:
    import pandas as pd

HEDGE = 128  # added to the number of an attempt for its hedge
GIVEN_UP = ("superseded", "abandoned")
TIMES = ("sent", "arrived", "started", "finished", "answered")
COLUMNS = (
    "trace", "span", "parent", "node", "instance", "edge", "attempt", "hedge", *(f"{t}_s" for t in TIMES), "answer", "outcome", "cause",
    "cause_at",
)  # fmt: skip


def frame(plan: Plan, spans: np.ndarray) -> pd.DataFrame:
    """One row per attempt, in the order they were begun; the request itself comes first and has no parent.

    ``answer`` is what the callee answered, ``outcome`` what the caller saw: an outcome, or ``superseded`` by a faster hedge, ``abandoned``
    with its caller, ``open`` at the end. ``cause`` and ``cause_at`` (an edge) are the first cause of a failure. Times are seconds; NaN
    where something did not happen.
    """
    import pandas as pd

    c = dict(zip(SPAN, spans.T)) if len(spans) else {name: np.zeros(0, np.int64) for name in SPAN}
    words, edge_ids = np.array([*OUTCOMES, ""], object), np.array([*(e.id for e in plan.edges), ""], object)
    names = np.array([*(f"{plan.nodes[i.node].id}[{i.index}]" for i in plan.instances), ""], object)
    owner = np.array([*(plan.nodes[i.node].id for i in plan.instances), ""], object)
    failed = (c["first"] >= 0) & np.where(c["parent"] < 0, c["seen"] > 0, c["outcome"] != 0)
    first = np.where(failed, c["first"], -1)
    return pd.DataFrame(
        {
            "trace": c["root"], "span": np.arange(len(spans)),
            "parent": pd.array([p if p >= 0 else None for p in c["parent"].tolist()], "Int64"),
            "node": owner[c["inst"]], "instance": names[c["inst"]], "edge": edge_ids[c["edge"]],
            "attempt": c["tries"] % HEDGE + 1, "hedge": c["tries"] >= HEDGE,
            **{f"{name}_s": np.where(c[name] < 0, np.nan, c[name] / TICKS_PER_S) for name in TIMES},
            "answer": words[np.where(c["parent"] < 0, c["seen"], c["outcome"])], "outcome": seen(c),
            "cause": words[np.where(first < 0, -1, first & ((1 << CAUSE_BITS) - 1))],
            "cause_at": edge_ids[np.where(first < 0, -1, first >> CAUSE_BITS)],
        },
        columns=list(COLUMNS),
    )  # fmt: skip


def seen(c: dict[str, np.ndarray]) -> np.ndarray:
    """What the caller of each attempt saw, in words."""
    calls = list(zip(c["parent"].tolist(), c["pc"].tolist(), (c["tries"] % HEDGE).tolist()))
    ok = {call for call, saw in zip(calls, c["seen"].tolist()) if saw == 0 and call[0] >= 0}
    found = np.array([*OUTCOMES, ""], object)[c["seen"]]
    for r in np.flatnonzero(c["seen"] < 0):
        parent = int(c["parent"][r])
        if calls[r] in ok:
            found[r] = GIVEN_UP[0]
        else:
            over = parent >= 0 and (c["answered"][parent] >= 0 or c["finished"][parent] >= 0 or found[parent] in GIVEN_UP)
            found[r] = GIVEN_UP[1] if over else "open"
    return found
