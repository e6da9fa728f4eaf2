"""From pydantic's errors to sentences with a path by ids, the offending value and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.components import COMPONENTS
from engine.components import NOT_YET as COMPONENTS_NOT_YET
from engine.document.migrations import current_version
from engine.document.scenario import Scenario
from engine.faults import FAULTS
from engine.fields import TAG, OneKindOf, close_to, first_field, listed, number_hint, shown, spoken

TYPES = {
    "float_type": "a number", "int_type": "a whole number", "bool_type": "true or false", "string_type": "text", "list_type": "a list",
    "tuple_type": "a list", "dict_type": "a mapping", "model_type": "a mapping",
}  # fmt: skip
UNITS = {"s": " of seconds", "1/s": " per second"}
BOUNDS = {
    "greater_than": ("gt", "more than"), "greater_than_equal": ("ge", "at least"), "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}  # fmt: skip
WRITE: dict[tuple[Any, ...], str] = {
    ("faultline",): f"`faultline: {current_version()}` as the first line",
    ("nodes",): "what there is, e.g. `nodes: [{id: web, kind: service}]`",
}
KINDS: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "nodes": (COMPONENTS, COMPONENTS_NOT_YET),
    "faults": (FAULTS, ()),
}


def path_of(loc: Sequence[Any], data: Any) -> str:
    """`nodes.web.instances`: items of lists by their id, edges by their ends, anything else by its number."""
    path, at = "", data
    for key in (k for k in loc if not (isinstance(k, str) and k.startswith(TAG))):
        at = _step(at, key)
        name = _name_of(at) if isinstance(key, int) else str(key)
        path += f"[{key}]" if name is None else f".{name}" if path else name
    return path


def _step(at: Any, key: Any) -> Any:
    if isinstance(at, dict):
        return at.get(key)
    return at[key] if isinstance(at, list | tuple) and isinstance(key, int) and -len(at) <= key < len(at) else None


def _name_of(item: Any) -> str | None:
    """How an item of a list is called by people: its id, or "from->to"."""
    if not isinstance(item, dict):
        return None
    if isinstance(item.get("id"), str) and item["id"]:
        return shown_id(item["id"])
    if isinstance(item.get("from"), str) and isinstance(item.get("to"), str):
        return shown_id(f"{item['from']}->{item['to']}")
    return None


def shown_id(id: str) -> str:
    """An id in a path; very long ones are cut."""
    return id if len(id) <= 80 else id[:79] + "…"


def sentence(error: Mapping[str, Any], data: Any) -> str:
    """What one of pydantic's errors means to a person."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    models, info = _walk(error["loc"], data)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _wrong_kind(str(error["loc"][0]), value)
    if kind == "extra_forbidden":
        known = [f.alias or name for model in models for name, f in model.model_fields.items()]
        name = str(error["loc"][-1])
        if any(name in getattr(model, "later", ()) for model in models):
            return f"is not available in this version; the fields are {listed(dict.fromkeys(known), 30)}"
        return f"there is no field {name!r} here{close_to(name, known)}; the fields are {listed(dict.fromkeys(known), 30)}"
    if kind == "missing":
        return _missing(error["loc"], info)
    if kind in TYPES:
        return _wrong_type(TYPES[kind], value, info)
    if kind in BOUNDS:
        key, words = BOUNDS[kind]
        return f"must be {words} {spoken(context[key])}, not {shown(value)}"
    return _other(kind, value, context, info) or f"{error['msg'][0].lower() + error['msg'][1:]}, not {shown(value)}"


def _missing(loc: Sequence[Any], info: FieldInfo | None) -> str:
    """What to write, for the two sections every document has; what it means, for any other field."""
    if tuple(loc) in WRITE:
        return f"is missing; write {WRITE[tuple(loc)]}"
    meaning = info.description.rstrip(".") if info and info.description else ""
    return f"is missing: {meaning[0].lower() + meaning[1:]}" if meaning else "is missing"


def _wrong_type(wanted: str, value: Any, info: FieldInfo | None) -> str:
    """Says what was expected; a number written as text gets a hint how to write it."""
    hint = number_hint(value) if isinstance(value, str) and "number" in wanted else ""
    if wanted == "text" and isinstance(value, bool):
        hint = "YAML reads yes, no, on and off as truth values; put the word in quotes"
    elif wanted == "text" and isinstance(value, int | float):
        hint = "put it in quotes"
    unit = UNITS.get(str(_extra(info).get("unit")), "") if "number" in wanted else ""
    return f"must be {wanted}{unit}, not {shown(value)}" + (f"; {hint}" if hint else "")


def _other(kind: str, value: Any, context: Mapping[str, Any], info: FieldInfo | None) -> str | None:
    if kind == "one_of":
        return str(context["sentence"])
    if kind == "finite_number":
        return f"must be a finite number, not {shown(value)}"
    if kind == "literal_error":
        return _wrong_word(value, info, context)
    if kind == "string_pattern_mismatch":
        return f"must consist of letters, digits, '-', '_' and '.', beginning with a letter or digit, not {shown(value)}"
    if kind in ("string_too_long", "string_too_short"):
        return f"must have {_length(context, 'character')}, not {len(value):,}"
    if kind in ("too_long", "too_short"):
        return f"must have {_length(context, 'entry')}, not {context.get('actual_length', len(value))}"
    return None


def _length(context: Mapping[str, Any], unit: str) -> str:
    words, number = ("at most", context["max_length"]) if "max_length" in context else ("at least", context["min_length"])
    plural = unit if number == 1 else f"{unit}s".replace("ys", "ies")
    return f"{words} {number:,} {plural}"


def _wrong_word(value: Any, info: FieldInfo | None, context: Mapping[str, Any]) -> str:
    words = list(get_args(info.annotation)) if info else []
    if len(words) == 1 and get_args(words[0]):  # a list of them
        words = list(get_args(words[0]))
    if value in (_extra(info).get("later") or ()):
        return f"{value!r} is not available in this version; available are {listed(words)}"
    known = listed(words, 20) if words else context.get("expected", "another word")
    return f"must be {'one of ' if len(words) != 1 else ''}{known}, not {shown(value)}{close_to(value, words)}"


def _wrong_kind(section: str, value: Any) -> str:
    """Unknown, missing or not yet available kind of a node or fault."""
    kinds, later = KINDS[section]
    if not isinstance(value, dict):
        return f"must be a mapping with `kind` and more, not {shown(value)}"
    kind = value.get("kind")
    if kind is None:
        return f"`kind` is missing; the kinds are {listed(kinds, 40)}"
    if isinstance(kind, str) and kind in later:
        return f"kind {kind!r} is not available in this version; available are {listed(kinds, 40)}"
    return f"there is no kind {shown(kind)}{close_to(kind, [*kinds, *later])}; the kinds are {listed(kinds, 40)}"


def _extra(info: FieldInfo | None) -> dict[str, Any]:
    return info.json_schema_extra if info and isinstance(info.json_schema_extra, dict) else {}


def _walk(loc: Sequence[Any], data: Any) -> tuple[list[type[BaseModel]], FieldInfo | None]:
    """The models whose fields the last key of a location could name, and that field's description."""
    models: list[type[BaseModel]] = [Scenario]
    inside: list[type[BaseModel]] = [Scenario]
    info: FieldInfo | None = None
    for key in loc:
        if isinstance(key, str) and key.startswith(TAG):
            inside = [m for m in inside if key[1:] in (first_field(m), m.model_fields["kind"].default if "kind" in m.model_fields else "")]
        elif isinstance(key, str):
            models = inside or models
            info = next((f for m in models for name, f in m.model_fields.items() if key == (f.alias or name)), None)
            inside = list(_models_in(info.annotation, info.metadata)) if info else []
    return models, info


def _models_in(annotation: Any, metadata: Iterable[Any] = ()) -> Iterable[type[BaseModel]]:
    """Every model class an annotation mentions, a base class standing for its kinds."""
    for mark in [*metadata, *getattr(annotation, "__metadata__", ())]:
        if isinstance(mark, OneKindOf):
            yield from mark.kinds.values()
            return
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
