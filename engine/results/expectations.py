"""What a document expects of its run, judged; and what is wrong with an expectation before any run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.plan import Plan
from engine.results import totals
from engine.results.metrics import Metrics, known, names
from engine.results.numbers import fields_of, number


@dataclass(frozen=True)
class Wanted:
    """One expectation with its metric resolved: ``scope`` says of what, ``item`` of which one (None: of all)."""

    scope: str  # requests, node, edge or fault
    name: str
    item: int | None
    faults: list[str] | None
    from_s: float | None
    to_s: float | None


class Unjudgeable(ValueError):
    """The expectation cannot be understood; ``field`` is the one to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def problems(plan: Plan, expect: Sequence[Any], path: str = "expect") -> list[tuple[str, str]]:
    """(path, what is wrong and what would be right) of every expectation that could not be judged on a run of this plan."""
    found = []
    for index, item in enumerate(expect):
        try:
            resolve(plan, fields_of(item))
        except Unjudgeable as problem:
            found.append((f"{path}[{index}].{problem.field}", str(problem)))
    return found


def judge(plan: Plan, expect: Sequence[Any], metrics: Metrics) -> list[dict[str, Any]]:
    """Each expectation as the document has it, with ``value``, ``pass`` and, when it does not hold, ``reason``."""
    return [_judge(plan, fields_of(item), metrics) for item in expect]


def _judge(plan: Plan, item: dict[str, Any], metrics: Metrics) -> dict[str, Any]:
    try:
        value, reason = measure(plan, resolve(plan, item), metrics)
    except Unjudgeable as problem:
        value, reason = None, str(problem)
    return item | {"value": value} | verdict(value, reason, item.get("at_least"), item.get("at_most"))


def verdict(value: float | None, reason: str | None, at_least: float | None, at_most: float | None) -> dict[str, Any]:
    """``pass``, and ``reason`` when not: a value that is missing never passes."""
    if value is None:
        return {"pass": False, "reason": reason or "there is no value"}
    if at_least is not None and value < at_least:
        return {"pass": False, "reason": f"{value:.6g} is less than {at_least:g}"}
    if at_most is not None and value > at_most:
        return {"pass": False, "reason": f"{value:.6g} is more than {at_most:g}"}
    return {"pass": True}


class Item(Protocol):
    """A node, edge or fault, as far as it can be named; a fault also has a kind and a target."""

    @property
    def id(self) -> str: ...


class Fault(Item, Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def target(self) -> str: ...


class Design(Protocol):
    """What metrics can belong to: a plan, or the names of a document that is not sound enough to have one."""

    @property
    def nodes(self) -> Sequence[Item]: ...
    @property
    def edges(self) -> Sequence[Item]: ...
    @property
    def faults(self) -> Sequence[Fault]: ...
    def sources(self) -> list[int]: ...


def resolve(plan: Design, item: dict[str, Any]) -> Wanted:
    """Find what an expectation asks for; raises `Unjudgeable` with the possible names."""
    item = _without_path(item)
    name = str(item["metric"])
    node, edge, fault = (item.get(k) for k in ("node", "edge", "fault"))
    if sum(x is not None for x in (node, edge, fault)) > 1:
        raise Unjudgeable("metric", "belongs to a node, an edge or a fault: name one of them only")
    window = (item.get("from_s"), item.get("to_s"))
    if node is not None:
        index = _index("node", node, [n.id for n in plan.nodes])
        if index in plan.sources() and known("requests", name):
            return Wanted("requests", name, plan.sources().index(index), None, *window)
        return Wanted("node", _known("node", name, f"node {node}"), index, None, *window)
    if edge is not None:
        index = _index("edge", edge, [e.id for e in plan.edges])
        return Wanted("edge", _known("edge", name, f"edge {edge}"), index, None, *window)
    if fault is not None or known("fault", name):
        return Wanted("fault", _known("fault", name, "a fault"), None, _faults(plan, name, fault), *window)
    for scope in ("node", "edge"):
        if known(scope, name) and not known("requests", name):
            ids = [n.id for n in plan.nodes] if scope == "node" else [e.id for e in plan.edges]
            raise Unjudgeable(scope, f"{name} belongs to {'an' if scope == 'edge' else 'a'} {scope}: say which of {', '.join(ids)}")
    return Wanted("requests", _known("requests", name, "all requests"), None, None, *window)


def _without_path(item: dict[str, Any]) -> dict[str, Any]:
    """Turn a path into the summary (``latency_s.p99``, ``nodes.web.utilisation``) into a metric and what it belongs to."""
    name = str(item.get("metric", ""))
    head, _, rest = name.partition(".")
    if head == "requests":
        return item | {"metric": rest}
    if head == "latency_s":
        return item | {"metric": f"{rest}_s"}
    for scope, key in (("nodes", "node"), ("edges", "edge"), ("faults", "fault")):
        if head == scope:
            owner, metric = _split(rest)
            return item | {key: owner, "metric": metric}
    return item


def _split(rest: str) -> tuple[str, str]:
    """``web.failed.timeout`` → ("web", "failed.timeout")."""
    parts = rest.split(".")
    tail = 2 if len(parts) > 2 and parts[-2] in ("failed", "lost_requests", "phases") else 1
    return ".".join(parts[:-tail]), ".".join(parts[-tail:])


def _known(scope: str, name: str, of_what: str) -> str:
    if not known(scope, name):
        raise Unjudgeable("metric", f"there is no metric {name!r} of {of_what}; there are {', '.join(names(scope))}")
    return name


def _index(what: str, wanted: str, ids: list[str]) -> int:
    if wanted not in ids:
        raise Unjudgeable(what, f"there is no {what} {wanted!r}; there are {', '.join(ids) or 'none'}")
    return ids.index(wanted)


def _faults(plan: Design, name: str, wanted: str | None) -> list[str] | None:
    """Ids of the faults meant: by id, else by kind or target; None for all there are."""
    if wanted is None and plan.faults:
        return None
    if wanted is None:
        raise Unjudgeable("fault", f"{name} belongs to a fault, and the document has none")
    by_id = [f.id for f in plan.faults if f.id == wanted]
    found = by_id or [f.id for f in plan.faults if wanted in (f.kind, f.target)]
    if not found:
        raise Unjudgeable("fault", f"there is no fault {wanted!r}; there are {', '.join(f.id for f in plan.faults) or 'none'}")
    return found


def measure(plan: Plan, wanted: Wanted, metrics: Metrics) -> tuple[float | None, str | None]:
    """The value, or None and why there is none."""
    if wanted.scope == "fault":
        value = metrics.of_faults(wanted.name, wanted.faults)
        return number(value), None if value is not None else _why_not(plan, wanted, metrics)
    rows = None if wanted.from_s is None and wanted.to_s is None else totals.window(plan, metrics.series, wanted.from_s, wanted.to_s)
    if rows is not None and rows.start >= rows.stop:
        return None, f"no full second lies in that window; the run reached {metrics.series.reached_s} s"
    if wanted.scope == "requests":
        value = metrics.of_requests(wanted.name, wanted.item, rows)
    else:
        assert wanted.item is not None
        of = metrics.of_node if wanted.scope == "node" else metrics.of_edge
        value = of(wanted.name, wanted.item, rows)
    return (number(value), None) if value is not None else (None, "nothing happened in that window that it could be computed from")


def _why_not(plan: Plan, wanted: Wanted, metrics: Metrics) -> str:
    started = {f["id"]: f for f in metrics.faults}
    for fault in plan.faults:
        if wanted.faults is not None and fault.id not in wanted.faults:
            continue
        if fault.id not in started:
            return f"{fault.id} starts at {fault.start_s:g} s and the run ended at {metrics.series.reached_s} s"
        if started[fault.id].get(wanted.name) is None:
            return f"{fault.id}: {started[fault.id]['told']}"
    return "the document has no fault that it could belong to"
