"""Everything the canvas needs to know about kinds, fields, faults and connections, as plain JSON-able data derived from the classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine.components import COMPONENTS, TIERS, Component
from engine.components.base import CATEGORIES
from engine.components.connections import why_not
from engine.document.edges import Edge
from engine.faults import FAULTS, Fault
from engine.fields import OneOf

Plain = dict[str, Any]

NOT_FIELDS = {"id", "kind"}  # a node's identity has its own place in the inspector
NOT_FAULT_FIELDS = {"id", "kind", "target", "between", "at_s", "for_s"}  # said by pointing at something and at a time
NOT_EDGE_FIELDS = {"caller", "callee", "kind"}
SCALARS = {int: "integer", float: "number", bool: "boolean", str: "text"}
UNIT_ENDINGS = ("_per_s", "_s")


@cache
def catalogue() -> Plain:
    """Kinds, faults, the fields of edges, which connections are refused and why, and the tiers from top to bottom."""
    return {
        "kinds": [kind_entry(cls) for cls in COMPONENTS.values()],
        "faults": [fault_entry(cls) for cls in FAULTS.values()],
        "edge_fields": fields_of(Edge, NOT_EDGE_FIELDS),
        "refuse": refusals(),
        "tiers": list(TIERS),
        "categories": [c for c in CATEGORIES if any(cls.category == c for cls in COMPONENTS.values())],
    }


def kind_entry(cls: type[Component]) -> Plain:
    """A kind as the palette and the inspector show it."""
    return {
        "kind": cls.model_fields["kind"].default,
        "label": cls.label,
        "category": cls.category,
        "glyph": cls.glyph,
        "placement": cls.placement,
        "unplaced": cls.unplaced,
        "tier": cls.tier,
        "fields": fields_of(cls, NOT_FIELDS | cls.hidden | {"azs" if cls.placement == "region" else "region"}),
        "faults": [
            kind
            for kind, fault in FAULTS.items()
            if (fault.behaviours or fault.kinds) and fault.fits(cls.behaviour, cls.model_fields["kind"].default)
        ],
        "summary": cls.summary,
        "losses": [["AZ loss", cls.az_loss], ["Region loss", cls.region_loss], ["Control plane down", cls.control_loss]],
        "limits": [asdict(limit) for limit in cls.limits],
        "left_out": cls.left_out,
        "behaviour": cls.behaviour,
        "create": cls.create,
    }


def fault_entry(cls: type[Fault]) -> Plain:
    """A fault as the context menus show it."""
    return {
        "kind": cls.model_fields["kind"].default,
        "label": cls.label,
        "sentence": cls.summary,
        "targets": list(cls.targets),
        "behaviours": list(cls.behaviours),
        "library": cls.library,
        "group": cls.group,
        "default_for_s": cls.default_for_s,
        "fields": fields_of(cls, NOT_FAULT_FIELDS),
    }


def refusals() -> dict[str, dict[str, str]]:
    """From kind → to kind → why the one cannot call the other, as a sentence; pairs that can are left out."""
    table: dict[str, dict[str, str]] = {}
    for caller, calls in COMPONENTS.items():
        for callee, called in COMPONENTS.items():
            reason = why_not(calls, called)
            if reason:
                table.setdefault(caller, {})[callee] = reason[0].upper() + reason[1:] + "."
    return table


def fields_of(model: type[BaseModel], without: set[str] = frozenset()) -> list[Plain]:  # type: ignore[assignment]
    """The fields of a model in their order; a choice of one is none."""
    entries = [field_entry(info.alias or name, info) for name, info in model.model_fields.items() if name not in without]
    return [entry for entry in entries if len(entry.get("choices", "…more")) > 1]


def field_entry(name: str, info: FieldInfo) -> Plain:
    """One field: what it is called, its type, bounds, unit, default and where that comes from; ``likely`` is the range of an assumption.

    A required field has no ``default``; ``start`` is then what an editor may begin with.
    """
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    entry: Plain = {"name": name, "label": extra.get("label") or label_of(name), "unit": extra.get("unit") or ""}
    entry |= {"help": info.description or "", "source": extra.get("source"), "confidence": extra.get("confidence"), "nullable": False}
    entry |= {key: extra[key] for key in ("start", "likely", "sums_to") if key in extra}
    entry |= {"default": plain(info.default)} if info.default is not PydanticUndefined else {}
    return entry | shape(info.annotation, [*info.metadata], extra.get("widget"))


def label_of(name: str) -> str:
    """``queue_capacity`` → "Queue capacity", ``timeout_s`` → "Timeout": the unit stands beside it anyway."""
    for ending in UNIT_ENDINGS:
        name = name.removesuffix(ending)
    return (name[:1].upper() + name[1:]).replace("_", " ")


def shape(annotation: Any, metadata: list[Any], widget: Any = None) -> Plain:
    """Type, bounds and parts of a value. Optional values are ``nullable``."""
    annotation, inner = unwrapped(annotation)
    metadata = [*metadata, *inner]
    marks = [mark for mark in metadata if isinstance(mark, OneOf)]
    members = [] if marks else [part for part in get_args(annotation) if get_origin(annotation) in (Union, UnionType)]
    if NoneType in members:
        rest = [part for part in members if part is not NoneType]
        return {**shape(rest[0] if len(rest) == 1 else Union[tuple(rest)], metadata, widget), "nullable": True}  # noqa: UP007
    if marks:
        return {"type": "oneof", "options": list(options(annotation, marks[0]))}
    if widget:
        name, _, of = widget.partition(":")
        return {"type": name, **({"of": of} if of else {})}
    if get_origin(annotation) is Literal:
        return {"type": "choice", "choices": list(get_args(annotation))}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {"type": "group", "fields": fields_of(annotation)}
    if get_origin(annotation) in (list, tuple):
        return {**listing(get_args(annotation)), **lengths(metadata)}
    return {"type": SCALARS.get(annotation, "text"), **bounds(metadata)}


def listing(parts: tuple[Any, ...]) -> Plain:
    """A list: of groups, of numbers (``count`` of them where that is fixed) or of words."""
    first, metadata = unwrapped(parts[0])
    if isinstance(first, type) and issubclass(first, BaseModel):
        return {"type": "list", "fields": fields_of(first)}
    if first in (int, float):
        return {"type": "numbers", **bounds(metadata), **({"count": len(parts)} if len(parts) > 1 else {})}
    return {"type": "words"}


def lengths(metadata: list[Any]) -> Plain:
    """Fewest and most entries of a list."""
    found: Plain = {}
    for mark in metadata:
        if isinstance(mark, annotated_types.MinLen):
            found["least"] = mark.min_length
        elif isinstance(mark, annotated_types.MaxLen):
            found["most"] = mark.max_length
    return found


def unwrapped(annotation: Any) -> tuple[Any, list[Any]]:
    """``Annotated[T, …]`` as T and its metadata."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return inner, [m for mark in metadata for m in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    return annotation, []


def bounds(metadata: list[Any]) -> Plain:
    """Smallest and largest value; ``exclusive_min`` and ``exclusive_max`` say that the bound itself is not allowed."""
    found: Plain = {}
    for mark in metadata:
        if isinstance(mark, annotated_types.Ge):
            found["min"] = mark.ge
        elif isinstance(mark, annotated_types.Gt):
            found |= {"min": mark.gt, "exclusive_min": True}
        elif isinstance(mark, annotated_types.Le):
            found["max"] = mark.le
        elif isinstance(mark, annotated_types.Lt):
            found |= {"max": mark.lt, "exclusive_max": True}
    return found


def options(union: Any, mark: OneOf) -> Iterator[Plain]:
    """The ways to write a one-of value: with fields, as a bare value, or as a bare word."""
    for key, branch in mark.branches(union).items():
        option: Plain = {"key": key, "label": mark.labels.get(key, label_of(key))}
        bare, metadata = unwrapped(branch)
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            option["fields"] = fields_of(bare)
        elif key == "number":
            option["scalar"] = {
                "name": "value",
                "label": option["label"],
                "unit": "",
                "help": "",
                "nullable": False,
                **shape(bare, metadata),
            }
        yield option


def plain(value: Any) -> Any:
    """A default as the document would write it."""
    if isinstance(value, BaseModel):
        return {k: plain(v) for k, v in value.model_dump(mode="json", by_alias=True).items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
