"""The result of a run, or of as much of it as there is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.events import Event
from engine.plan import Plan
from engine.results import expectations, frames, objectives, provenance, totals, traces
from engine.results.columns import PerSecond
from engine.results.cut import cut
from engine.results.digest import digest
from engine.results.metrics import Metrics
from engine.results.numbers import plain
from engine.results.recovery import recoveries
from engine.series import Series

if TYPE_CHECKING:
    import pandas as pd

    from engine.cost import Estimate


class Result:
    """What a run came to. Everything is computed from the plan, the series and the log when first asked for.

    ``scenario`` is read for ``objectives`` and ``expect`` only. ``stopped`` is ``{"at_s", "why"}`` when the system saturated.
    A result stays as it was when the run goes on.
    """

    def __init__(
        self, scenario: Any, plan: Plan, series: Series, events: Sequence[Event], stopped: dict[str, Any] | None, wall_s: float
    ) -> None:
        self.scenario, self.plan, self.stopped, self.wall_s = scenario, plan, stopped, wall_s
        self.series, self.log = cut(series), list(events)

    @cached_property
    def per_second(self) -> PerSecond:
        """Every per-second column as arrays [T, items]."""
        return PerSecond(self.plan, self.series, objectives.value_of(self._of_scenario("objectives"), "p99_s"))

    @cached_property
    def digest(self) -> str:
        """Fingerprint of series and log; equal documents and seeds give equal digests on one platform."""
        return digest(self.series, self.log)

    @cached_property
    def faults(self) -> list[dict[str, Any]]:
        """One entry per fault: whether it began, RTO, RPO, phases, lost requests."""
        return recoveries(self.plan, self.series, self.log, objectives.value_of(self._of_scenario("objectives"), "availability"))

    @cached_property
    def metrics(self) -> Metrics:
        """Values of every metric `expect:` can name."""
        return Metrics(self.plan, self.series, self.per_second, [f for f in self.faults if f["began"]])

    @cached_property
    def expectations(self) -> list[dict[str, Any]]:
        """The document's ``expect``, each with ``value``, ``pass`` and ``reason``."""
        return plain(expectations.judge(self.plan, self._of_scenario("expect") or (), self.metrics))

    @cached_property
    def objectives(self) -> list[dict[str, Any]]:
        """The document's ``objectives``, each with ``value``, ``pass`` and ``reason``."""
        return plain(objectives.judge(self._of_scenario("objectives"), self.metrics, self.faults))

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What ``run --json`` prints: JSON types only."""
        nodes, edges = totals.nodes(self.plan, self.series), totals.edges(self.plan, self.series)
        summary = {
            "title": self.plan.title,
            "seed": self.plan.seed,
            "duration_s": self.plan.duration_s,
            "warmup_s": self.plan.warmup_s,
            "wall_s": self.wall_s,
            "digest": self.digest,
            "availability": totals.availability(self.series),
            "requests": self._requests(),
            "latency_s": totals.latency_s(self.series),
            "error_budget": totals.error_budget(self.series, objectives.value_of(self._of_scenario("objectives"), "availability")),
            "work": totals.work(self.plan, self.series) | totals.lost_work(nodes, edges),
            "nodes": nodes,
            "edges": edges,
            "traffic": totals.traffic(self.plan, self.series),
            "cost": self.cost.as_dict() if self.cost else None,
            "faults": self.faults,
            "objectives": self.objectives,
            "expectations": self.expectations,
            "provenance": provenance.provenance(self.scenario, self.plan, self.wall_s),
        }
        return plain(summary | ({"stopped": self.stopped} if self.stopped else {}))

    @cached_property
    def cost(self) -> Estimate | None:
        """What the drawing costs in a month that goes on like this run, approximately; None before the first second after the warm-up."""
        from engine.cost import of_run  # here, because only who asks for it needs the prices

        return of_run(self.scenario, self.plan, self.series) if hasattr(self.scenario, "topology") else None

    def _requests(self) -> dict[str, Any]:
        classes = totals.by_class(self.plan, self.series)
        found = totals.requests(self.series) | {"failed_at": totals.failed_at(self.plan, self.series)}
        return found | ({"by_class": classes} if classes else {})

    def holds(self) -> bool:
        """Whether every expectation holds, and every objective where the document enforces them."""
        lines = self.expectations + (self.objectives if objectives.enforced(self._of_scenario("objectives")) else [])
        return all(line["pass"] for line in lines)

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """One row per second and node."""
        return frames.nodes(self.plan, self.per_second)

    @cached_property
    def edges(self) -> pd.DataFrame:
        """One row per second and edge."""
        return frames.edges(self.plan, self.per_second)

    @cached_property
    def instances(self) -> pd.DataFrame:
        """One row per second and instance."""
        return frames.instances(self.plan, self.per_second)

    @cached_property
    def requests(self) -> pd.DataFrame:
        """One row per second and clients node, by the second the requests started in."""
        return frames.requests(self.plan, self.per_second)

    @cached_property
    def events(self) -> pd.DataFrame:
        """The log, one row per event."""
        return frames.events(self.log)

    @cached_property
    def traces(self) -> pd.DataFrame:
        """A few hundred requests from end to end, one row per attempt: where, when, how it ended."""
        return traces.frame(self.plan, self.series.spans)

    def to_json(self) -> str:
        """The summary as JSON text."""
        return json.dumps(self.summary, indent=1, allow_nan=False)

    def write(self, folder: str | Path) -> None:
        """Write frames.parquet, events.csv, traces.csv, summary.json and the document.json that was run into a folder, made if missing."""
        frames.write(Path(folder), self.plan, self.per_second, self.log, self.summary)
        self.traces.to_csv(Path(folder) / "traces.csv", index=False)
        whole = provenance.document(self.scenario)
        if whole is not None:
            (Path(folder) / "document.json").write_text(json.dumps(whole, indent=1), encoding="utf-8")

    def _of_scenario(self, name: str) -> Any:
        return getattr(self.scenario, name, None)
