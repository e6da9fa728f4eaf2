"""The vocabulary of document fields: strict models, quantities that carry their unit and source, and one-of values."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST_S = 86_400.0  # a day: the longest run and the longest timeout a document may ask for
TAG = "~"  # marks union branches in pydantic's error locations, so that they can be told from the document's own keys

# Letters, digits and . _ - only: "->" and "[" separate the parts of an edge or of an instance (`web->orders`, `web[2]`).
Id = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*$", max_length=80)]


class Strict(BaseModel):
    """A part of the document: unknown fields, text instead of numbers, NaN and infinities are refused; never changed in place."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False,
                              validate_default=True)  # fmt: skip

    later: ClassVar[tuple[str, ...]] = ()  # fields of the document format that this version does not have


def quantity(
    default: Any,
    unit: str,
    help: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    source: str | None = None,
    assumption: str | None = None,
    label: str | None = None,
    widget: str | None = None,
    alias: str | None = None,
    max_length: int | None = None,
    min_length: int | None = None,
    later: tuple[str, ...] = (),
    start: Any = None,
    likely: tuple[float, float] | None = None,
    sums_to: float | None = None,
) -> Any:
    """A field with unit, help and provenance: ``source`` names where the default was read, ``assumption`` says why we chose it.

    ``default`` may be ``...`` for a required field. ``widget`` names an editor the type alone does not tell (region, regions, az, azs,
    any_azs, pairs, node:<behaviour>).
    ``later``: words of the document format that this version does not run. ``start``: what an editor begins with in a required field.
    ``likely``: where an assumed value may well lie, from and to, so that a person can try both ends.
    ``sums_to``: what the values of this field add up to over all entries of the list it is in.
    """
    extra: dict[str, Any] = {"unit": unit, "label": label, "widget": widget, "later": list(later), "start": start,
             "likely": list(likely or ()), "sums_to": sums_to, "source": source or assumption,
             "confidence": "sourced" if source else "assumption" if assumption else None}  # fmt: skip
    bounds: dict[str, Any] = {"ge": ge, "gt": gt, "le": le, "lt": lt, "max_length": max_length, "min_length": min_length}
    return Field(
        default,
        description=help,
        alias=alias,
        json_schema_extra={k: v for k, v in extra.items() if v not in (None, "", [])},
        **{k: v for k, v in bounds.items() if v is not None},
    )


def first_field(model: type[BaseModel]) -> str:
    """The key that tells this form from its alternatives: the name of the model's first field."""
    name, info = next(iter(model.model_fields.items()))
    return info.alias or name


class OneOf:
    """Marks a union whose branches are told apart by their first key, e.g. ``{constant: s}`` or ``{exponential: s}``.

    A branch is a `Strict` model, a plain number (key ``number``) or a bare word (a `Literal`). ``later`` names branches of the
    document format that this version does not run; they are answered with a sentence of their own.
    """

    def __init__(self, what: str, *, labels: Mapping[str, str] | None = None, later: Iterable[str] = ()) -> None:
        self.what = what
        self.labels = dict(labels or {})
        self.later = tuple(later)

    @staticmethod
    def branches(union: Any) -> dict[str, Any]:
        """Key → branch type, in the order of the union."""
        found: dict[str, Any] = {}
        for branch in get_args(union) or (union,):
            if get_origin(branch) is Literal:
                found |= {word: Literal[word] for word in get_args(branch)}
            elif isinstance(branch, type) and issubclass(branch, BaseModel):
                found[first_field(branch)] = branch
            else:
                found["number"] = branch
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        branches = self.branches(source)
        choices = {TAG + key: handler.generate_schema(branch) for key, branch in branches.items()}
        union = core_schema.tagged_union_schema(choices, discriminator=lambda value: TAG + self.key_of(value, branches))
        return core_schema.no_info_before_validator_function(lambda value: self._check(value, branches), union)

    def key_of(self, value: Any, branches: Mapping[str, Any]) -> str:
        """Key of the branch a value belongs to; '' when it belongs to none or to several."""
        if isinstance(value, BaseModel):
            return first_field(type(value))
        models = [key for key, branch in branches.items() if isinstance(branch, type) and issubclass(branch, BaseModel)]
        if isinstance(value, dict):
            named = models if len(models) == 1 else [key for key in models if key in value]
            return named[0] if len(named) == 1 else ""
        if isinstance(value, str):
            return value if value in branches and value not in models else ""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "number" if is_number and "number" in branches else ""

    def _check(self, value: Any, branches: Mapping[str, Any]) -> Any:
        if self.key_of(value, branches):
            return value
        raise PydanticCustomError("one_of", "{sentence}", {"sentence": self._sentence(value, branches)})

    def _sentence(self, value: Any, branches: Mapping[str, Any]) -> str:
        keys = list(value) if isinstance(value, dict) else [value] if isinstance(value, str) else []
        later = [key for key in keys if key in self.later]
        if later:
            return f"{self.what} {later[0]!r} is not available in this version; available are {listed(branches)}"
        forms = " or ".join(self._form(key, branch) for key, branch in branches.items())
        if isinstance(value, dict) and sum(key in branches for key in value) > 1:
            return f"says {listed(k for k in value if k in branches)} at once; give only one of {forms}"
        hint = f"; {number_hint(value)}" if isinstance(value, str) and number_hint(value) else ""
        return f"must be {forms}, not {shown(value)}{hint}"

    @staticmethod
    def _form(key: str, branch: Any) -> str:
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            inner = [f"{info.alias or name}: …" for name, info in branch.model_fields.items()]
            return "{" + ", ".join(inner) + "}"
        return "a number" if key == "number" else f"`{key}`"


class OneKindOf:
    """Marks a base class as standing for its kinds: the field ``kind`` tells which. Unknown kinds are answered by the checks."""

    def __init__(self, kinds: Mapping[str, type[BaseModel]]) -> None:
        self.kinds = kinds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {TAG + kind: handler.generate_schema(cls) for kind, cls in self.kinds.items()}
        return core_schema.tagged_union_schema(choices, discriminator=self._tag_of)

    @staticmethod
    def _tag_of(value: Any) -> str | None:
        kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
        return TAG + kind if isinstance(kind, str) else None


def shown(value: Any, length: int = 60) -> str:
    """A value as a person would have written it, cut to ``length`` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def listed(words: Iterable[object], at_most: int = 12) -> str:
    """Words joined by commas, each once, the tail counted instead of named when there are many."""
    names = list(dict.fromkeys(str(word) for word in words))
    extra = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return (", ".join(names[:at_most]) + extra) or "(none)"


def close_to(word: object, known: Iterable[object]) -> str:
    """`` (did you mean 'web'?)`` when a known name is near, else an empty string."""
    text, names = str(word), [str(k) for k in known]
    if len(names) > 100:  # comparing costs up to 0.1 ms a pair: among many, only names that could be this one with a slip
        names = [name for name in names if abs(len(name) - len(text)) <= 2 and name[:1] == text[:1]][:50]
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


def spoken(number: float) -> str:
    """A number as people read it: 86,400 and 0.25, never 8.64e+04."""
    return f"{int(number):,}" if float(number).is_integer() else f"{number:,.12g}"


LONGEST_PLAIN = 20  # digits and signs; a longer number is easier to read with an exponent


def number_hint(text: str) -> str:
    """What to write instead when a text looks like a number: YAML 1.1 reads ``1e3`` as text, and units are not written; else ''."""
    found = re.fullmatch(r"\s*([-+]?[\d_]*\.?[\d_]+(?:[eE][-+]?\d{1,3})?)\s*(s|ms|%)?\s*", text)
    try:
        number = Decimal(found[1].replace("_", "")) if found else None
    except InvalidOperation:
        number = None
    if number is None or found is None or not math.isfinite(float(number)):
        return ""
    number = number.scaleb({"ms": -3, "%": -2}.get(found[2], 0))
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"this is text; write it as the number {plain if len(plain) <= LONGEST_PLAIN else _with_exponent(float(number))}"


def _with_exponent(number: float) -> str:
    """The form that YAML 1.1 reads as a number: before an exponent it wants a point."""
    mantissa, e, exponent = repr(number).partition("e")
    return mantissa + (".0" if e and "." not in mantissa else "") + e + exponent
