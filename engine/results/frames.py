"""Tidy pandas tables of a run and its files. pandas is imported on first use: the command line rarely needs it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.events import Event
from engine.plan import Plan
from engine.results.columns import Columns, PerSecond

if TYPE_CHECKING:
    import pandas as pd


def tidy(key: str, ids: Sequence[str], columns: Columns) -> pd.DataFrame:
    """One row per second and item: columns t_s, ``key``, then one per series. [T, K] arrays, row-major."""
    import pandas as pd

    rows = len(next(iter(columns.values())))
    frame = {"t_s": np.repeat(np.arange(rows), len(ids)), key: pd.Categorical(list(ids) * rows, categories=list(dict.fromkeys(ids)))}
    return pd.DataFrame(frame | {name: values.reshape(-1) for name, values in columns.items()})


def nodes(plan: Plan, per_second: PerSecond) -> pd.DataFrame:
    """t_s, node, arrived_per_s, completed_per_s, … health (0 ok, 1 strained, 2 failing, 3 down)."""
    return tidy("node", [n.id for n in plan.nodes], per_second.nodes)


def edges(plan: Plan, per_second: PerSecond) -> pd.DataFrame:
    """t_s, edge, calls_per_s, attempts_per_s, retries_per_s, ok_per_s, failed_per_s, one column per cause, percentiles."""
    return tidy("edge", [e.id for e in plan.edges], per_second.edges)


def instances(plan: Plan, per_second: PerSecond) -> pd.DataFrame:
    """t_s, instance ("web[2]"), node, place, then the series; state 0 up, 1 refused, 2 black hole."""
    frame = tidy("instance", [f"{plan.nodes[i.node].id}[{i.index}]" for i in plan.instances], per_second.instances)
    rows = len(frame) // max(1, len(plan.instances))
    frame.insert(2, "node", [plan.nodes[i.node].id for i in plan.instances] * rows)
    frame.insert(3, "place", [plan.places[i.place].id for i in plan.instances] * rows)
    return frame


def requests(plan: Plan, per_second: PerSecond) -> pd.DataFrame:
    """t_s (when the requests started), node (the clients), started_per_s, ok_per_s, failed_per_s, …, percentiles."""
    return tidy("node", [plan.nodes[n].id for n in plan.sources()], per_second.requests)


def events(log: Sequence[Event]) -> pd.DataFrame:
    """t_s, kind, node, text, and for phases: phase, from_s, to_s."""
    import pandas as pd

    phase = ("phase", "from_s", "to_s")
    rows = [(e.t_s, e.kind, e.node, e.text, *(e.data.get(key) for key in phase)) for e in log]
    return pd.DataFrame(rows, columns=["t_s", "kind", "node", "text", *phase])


def write(folder: Path, plan: Plan, per_second: PerSecond, log: Sequence[Event], summary: dict[str, Any]) -> None:
    """``frames.parquet`` (t_s, scope, id, metric, value; NaN left out), ``events.csv`` and ``summary.json`` in a folder."""
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    tables = [
        _long("requests", requests(plan, per_second), "node"),
        _long("node", nodes(plan, per_second), "node"),
        _long("edge", edges(plan, per_second), "edge"),
        _long("instance", instances(plan, per_second).drop(columns=["node", "place"]), "instance"),
    ]
    frame = pd.concat(tables, ignore_index=True)
    for name in ("scope", "id", "metric"):
        frame[name] = frame[name].astype("category")
    frame.to_parquet(folder / "frames.parquet", index=False)
    events(log).to_csv(folder / "events.csv", index=False)
    (folder / "summary.json").write_text(json.dumps(summary, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _long(scope: str, frame: pd.DataFrame, key: str) -> pd.DataFrame:
    frame = frame.rename(columns={key: "id"}).astype({"id": "object"})
    long = frame.melt(["t_s", "id"], var_name="metric", value_name="value").dropna(subset=["value"])
    long.insert(1, "scope", scope)
    return long
