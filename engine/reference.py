"""The reference of every component, made from its class: what it is, its fields and their sources, its limits, and how it fails."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import yaml

from engine.catalogue import catalogue, kind_entry
from engine.components import COMPONENTS, Component
from engine.components.connections import why_not
from engine.faults import FAULTS
from engine.fields import spoken

Field = dict[str, Any]
HEAD = ("field", "default", "unit", "allowed", "meaning", "source")
PLACES = {
    "outside": "Outside every Region: no place fault reaches it.",
    "region": "In a Region as a whole: the first one unless `region` says otherwise. In a single AZ of `azs` it goes with that AZ.",
    "azs": "In Availability Zones: `azs` says which, and instances are spread evenly over them.",
    "az": "In one Availability Zone: the first of `azs`, or of its Region.",
}
SPANS = "In a Region as a whole, kept up in several of its AZs by its provider: the first Region unless `region` says otherwise."
UNPLACED = {"azs": " Without a word: all AZs of the first Region.", "az": " Without a word: the first AZ of the first Region."}


def flat(fields: list[Field], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """(path, field) of every field that holds a value, through groups and the options of one-of values."""
    for field in fields:
        path = f"{prefix}{field.get('label') or field['name']}"
        yield path, field
        yield from flat(field.get("fields") or [], f"{path} › ")
        for option in field.get("options") or []:
            yield from flat(option.get("fields") or [], f"{path} › ")


def rows(fields: list[Field]) -> list[dict[str, str]]:
    """One row per field, nested ones under "outer › inner", each with where its default comes from."""
    return [_row(path, field) for path, field in flat(fields)]


def _row(path: str, field: Field) -> dict[str, str]:
    values = (path, _default(field), str(field.get("unit") or ""), allowed(field), str(field.get("help") or ""), origin(field))
    return dict(zip(HEAD, values, strict=True))


def origin(field: Field) -> str:
    """Where a default comes from: its source, or that it is an assumption, with the range it may well lie in."""
    source = str(field.get("source") or "")
    if field.get("confidence") != "assumption":
        return source
    likely = field.get("likely")
    unit = f" {field['unit']}" if field.get("unit") else ""
    return f"assumption: {source}" + (f" (likely {spoken(likely[0])} to {spoken(likely[1])}{unit})" if likely else "")


def _default(field: Field) -> str:
    value = field.get("default")
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return spoken(value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_default({'default': inner})}" for key, inner in value.items())
    return str(value)


def allowed(field: Field) -> str:
    """The range or the choices in words: "0 … 1", "over 0", "a | b"."""
    if field.get("choices"):
        return " | ".join(str(c) for c in field["choices"])
    if field.get("options"):
        return " | ".join(str(o.get("label") or o["key"]) for o in field["options"])
    low, high = field.get("min"), field.get("max")
    over = "over " if field.get("exclusive_min") else ""
    if low is not None and high is not None:
        return f"{over}{spoken(low)} … {spoken(high)}"
    if low is not None:
        return f"{over or '≥ '}{spoken(low)}"
    return f"≤ {spoken(high)}" if high is not None else ""


def limit_rows(cls: type[Component]) -> list[dict[str, str]]:
    """One row per limit of the real service."""
    return [
        {"limit": limit.what, "beyond it": limit.answer, "here": limit.here or "not simulated", "source": limit.source or "assumption"}
        for limit in cls.limits
    ]


def losses(cls: type[Component]) -> list[tuple[str, str]]:
    """(what is lost, what that does to it)."""
    return [("an AZ", cls.az_loss), ("a Region", cls.region_loss), ("the control plane", cls.control_loss)]


def place(cls: type[Component]) -> str:
    """Where it sits, in a sentence or two."""
    if getattr(cls, "spans_azs", False):
        return SPANS
    return PLACES[cls.placement] + (UNPLACED.get(cls.unplaced, "") if cls.placement == "azs" else "")


def neighbours(cls: type[Component]) -> tuple[list[str], list[str], dict[str, list[str]], dict[str, list[str]]]:
    """Labels of the kinds it may call and that may call it; then, both ways, each reason to refuse with the kinds it is given to."""
    calls = {other.label: why_not(cls, other) for other in COMPONENTS.values()}
    called = {other.label: why_not(other, cls) for other in COMPONENTS.values()}
    return _fine(calls), _fine(called), _refused(calls), _refused(called)


def _fine(reasons: dict[str, str | None]) -> list[str]:
    return [label for label, reason in reasons.items() if reason is None]


def _refused(reasons: dict[str, str | None]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for label, reason in reasons.items():
        if reason is not None:
            grouped.setdefault(reason[0].upper() + reason[1:] + ".", []).append(label)
    return grouped


def fault_labels(cls: type[Component]) -> list[str]:
    """Faults that can happen to a node of this kind."""
    return [FAULTS[kind].label for kind in kind_entry(cls)["faults"]]


def example(cls: type[Component]) -> str:
    """A node of this kind as the palette makes it, in YAML."""
    kind = cls.model_fields["kind"].default
    node = {"id": kind.replace("_", "-"), "kind": kind, **cls.create}
    return str(yaml.safe_dump(node, sort_keys=False, default_flow_style=True, width=500))


def prose(cls: type[Component]) -> str:
    """What it is, in whole sentences."""
    return f"{cls.summary} {' '.join(inspect.getdoc(cls).split())}"  # type: ignore[union-attr]  # every component has a docstring


def markdown(cls: type[Component]) -> str:
    """The page of one kind."""
    calls, called, refused, refused_by = neighbours(cls)
    entry = kind_entry(cls)
    parts = [
        f"# {cls.label}", f"`kind: {entry['kind']}` · {cls.category} · simulated as a {cls.behaviour}", prose(cls),
        "```yaml\n" + example(cls) + "```",
        "## Where it sits", place(cls),
        "## Fields", _table(rows(entry["fields"])),
        "## When things fail", _table([{"loss of": what, "what happens": then} for what, then in losses(cls)]),
        *(["## Limits", _table(limit_rows(cls))] if cls.limits else []),
        *(["## Left out", cls.left_out] if cls.left_out else []),
        "## Connections", f"It may call: {', '.join(calls) or 'nothing'}.", f"It may be called by: {', '.join(called) or 'nobody'}.",
        *_refusals("It cannot call", refused), *_refusals("It cannot be called by", refused_by),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _refusals(lead: str, refused: dict[str, list[str]]) -> list[str]:
    lines = [f"- {lead} {', '.join(labels)}: {reason[0].lower()}{reason[1:]}" for reason, labels in refused.items()]
    return ["\n".join(lines)] if lines else []


def _table(entries: list[dict[str, str]]) -> str:
    if not entries:
        return "None."
    head = list(entries[0])
    lines = [head, ["---"] * len(head), *([entry[key].replace("|", "\\|") for key in head] for entry in entries)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def pages() -> dict[str, str]:
    """File name → text of every page below ``docs/components``, the index included."""
    index = ["# Components", "Made from the classes in `engine/components` by `make reference`; in the app on the page *Components*."]
    for category in catalogue()["categories"]:
        of = [(kind, cls) for kind, cls in COMPONENTS.items() if cls.category == category]
        index += [f"## {category}", "\n".join(f"- [{cls.label}]({kind}.md): {cls.summary}" for kind, cls in of)]
    return {"README.md": "\n\n".join(index) + "\n", **{f"{kind}.md": markdown(cls) for kind, cls in COMPONENTS.items()}}
