"""What every mark is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.events import Event
from engine.plan import Plan
from engine.results.columns import PerSecond
from engine.series import Series
from ui.bins import How

Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """A run as far as it has come: its series cut to the seconds reached."""

    plan: Plan
    series: Series
    columns: PerSecond
    log: Sequence[Event] = ()

    @property
    def rows(self) -> int:
        return len(self.series.edge_calls)


@dataclass(frozen=True)
class Mark:
    """One value a second of a node, an edge ("web->orders"), an instance ("orders[2]") or a place; ``how``: seconds put together."""

    item: str
    field: str
    values: np.ndarray  # [seconds]
    how: How = "last"


def instance_name(plan: Plan, i: int) -> str:
    """``web[2]``."""
    instance = plan.instances[i]
    return f"{plan.nodes[instance.node].id}[{instance.index}]"


def stepwise(rows: int, first: float, changes: Sequence[tuple[float, float]]) -> np.ndarray:
    """A value that changes at instants (t_s, value), in order, as it is at the end of each second."""
    values = np.full(rows, first, np.float64)
    for t_s, value in changes:
        values[int(t_s) :] = value
    return values
