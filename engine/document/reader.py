"""From bytes or text to plain data, safely: the text may come from anybody, and whatever is wrong with it is said in one sentence."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from engine.document.limits import DEEPEST, LONGEST_TEXT, MOST_ALIASES, MOST_VALUES
from engine.document.problem import Problem, ScenarioError
from engine.fields import shown

BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}
SIGNATURES = (
    (b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"), (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"), (b"\x1f\x8b", "gzip-compressed data"), (b"%PDF", "a PDF"), (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"), (b"\x7fELF", "a program"), (b"MZ", "a program"),
)  # fmt: skip
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The text is no document at all; the message says why and where."""


class _Loader(BaseLoader):  # the C loader where libyaml is there, else the Python one
    """Safe YAML without dates (they stay text) and without silently overwritten keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if node.flow_style:
            node.value = _with_whole_sentences(node.value)
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise Unreadable(f"line {line}: names must be text; put {shown(key)} in quotes")
            if key in seen:
                raise Unreadable(f"line {line}: {key!r} is given twice in one place, first in line {seen[key]}; give it once")
            seen[key] = line
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _with_whole_sentences(pairs: list[tuple[yaml.Node, yaml.Node]]) -> list[tuple[yaml.Node, yaml.Node]]:
    """Put together what a comma tore apart: in ``{because: first this, then that}`` YAML sees a text and an empty key `then that`."""
    whole: list[tuple[yaml.Node, yaml.Node]] = []
    for key, value in pairs:
        torn = isinstance(key.value, str) and " " in key.value and not key.style and value.value == "" and not value.style
        last = whole[-1][1] if whole else None
        if torn and isinstance(last, yaml.ScalarNode) and not last.style and last.tag == "tag:yaml.org,2002:str":
            last.value += f", {key.value}"
        else:
            whole.append((key, value))
    return whole


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge")]
    for first, resolvers in BaseLoader.yaml_implicit_resolvers.items()
}


def read(source: str | bytes) -> dict[str, Any]:
    """The document as a mapping; `ScenarioError`-ready sentences as `Unreadable` for anything else."""
    text = decoded(source) if isinstance(source, bytes) else source.removeprefix("\ufeff")
    if len(text) > LONGEST_TEXT:
        raise Unreadable(f"the text is {len(text):,} characters long; at most {LONGEST_TEXT:,} are read")
    if not text.strip():
        raise Unreadable("the document is empty; it needs at least `faultline: 1` and `nodes:`")
    return mapping_at_top(_json(text) if text.lstrip().startswith("{") else _yaml(text))


def decoded(raw: bytes) -> str:
    """Bytes as text; says what they are when they are no UTF-8 text."""
    for start, what in SIGNATURES:
        if raw.startswith(start):
            raise Unreadable(f"this is no scenario document: it is {what}; a document is YAML or JSON text")
    if raw.startswith(UTF16_MARKS):
        raise Unreadable("this is no UTF-8 text but UTF-16; save the document as UTF-8")
    if len(raw) > LONGEST_TEXT:
        raise Unreadable(f"the file is {len(raw):,} bytes long; at most {LONGEST_TEXT:,} are read")
    if b"\0" in raw[:4096]:
        raise Unreadable(f"this is no scenario document: byte {raw.index(0)} is zero, so it is no text; a document is YAML or JSON text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        byte = f"byte {error.start} (0x{raw[error.start]:02x}, in line {line})"
        raise Unreadable(f"{byte} is not UTF-8; save the document as UTF-8") from None


def mapping_at_top(data: Any) -> dict[str, Any]:
    """The data itself when it is a mapping."""
    if isinstance(data, dict):
        return data
    what = {list: "a list", str: "text", bool: "a truth value", type(None): "nothing"}.get(type(data), "a number")
    raise Unreadable(f"this is no scenario document: it is {what}; a document is a mapping that begins with `faultline: 1`")


def _json(text: str) -> Any:
    """JSON, or YAML in JSON's braces when it is not quite JSON."""
    if _nesting(text) > DEEPEST:
        raise Unreadable(f"the document is nested more than {DEEPEST} levels deep")
    try:
        return json.loads(text, object_pairs_hook=_no_twins, parse_constant=float)
    except json.JSONDecodeError as error:
        if not text.rstrip().endswith("}") or '"' in text.split(":", 1)[0]:
            raise Unreadable(f"line {error.lineno}, column {error.colno}: this is not valid JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"this is not valid JSON: {_without_python(error)}") from None
    return _yaml(text)


def _nesting(text: str) -> int:
    """Deepest nesting of brackets outside quoted text."""
    deepest = depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unreadable(f"{key!r} is given twice in one place; give it once")
        found[key] = value
    return found


def _yaml(text: str) -> Any:
    try:
        _look_through(text)
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise Unreadable(f"{where}this is not valid YAML: {error.problem or error.context}{_usual_reason(error)}") from None
    except yaml.reader.ReaderError as error:
        character = error.character if isinstance(error.character, int) else ord(error.character[:1])
        raise Unreadable(f"character {error.position} (U+{character:04X}) cannot be in a document") from None
    except yaml.YAMLError as error:
        raise Unreadable(f"this is not valid YAML: {error}") from None
    except (ValueError, OverflowError, RecursionError) as error:  # e.g. a number of thousands of digits
        raise Unreadable(f"this is not valid YAML: {_without_python(error)}") from None


def _without_python(error: Exception) -> str:
    """The reason without advice meant for programmers."""
    return "a number has far too many digits" if "digits" in str(error) else str(error)


def _usual_reason(error: yaml.MarkedYAMLError) -> str:
    """What usually lies behind libyaml's terse wording."""
    said = f"{error.context} {error.problem}"
    if "cannot start any token" in said:
        return "; indent with spaces, not tabs, and put text with special characters in quotes"
    if "mapping values are not allowed" in said:
        return "; perhaps a text with a colon needs quotes, or the indentation is off"
    if "did not find expected" in said:
        return "; perhaps a bracket, a comma or the indentation is off here or in the line before"
    return ""


def _look_through(text: str) -> None:
    """Refuse bombs before anything is built: aliases, depth, sheer number of values, foreign types."""
    depth = values = aliases = 0
    for event in yaml.parse(text, Loader=BaseLoader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MOST_ALIASES:
                raise Unreadable(f"line {line}: YAML aliases (*{event.anchor}) are not read; write the value out")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            values += 1
            if values > MOST_VALUES:
                raise Unreadable(f"line {line}: the document has more than {MOST_VALUES:,} values")
            if event.tag not in (None, "!") and event.tag not in CORE_TAGS:
                raise Unreadable(f"line {line}: the YAML tag {event.tag} is not read; write plain values")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable(f"line {line}: the document is nested more than {DEEPEST} levels deep")


Odd = tuple[tuple[Any, ...], str]  # location, what is wrong there


def oddities(data: Any, at_most: int = 200) -> Iterator[Odd]:
    """Values that plain data cannot have: NaN, infinities, names that are no text. `Unreadable` when it is too deep or too much."""
    stack: list[tuple[tuple[Any, ...], Any]] = [((), data)]
    values = found = 0
    while stack and found < at_most:
        loc, value = stack.pop()
        values += 1
        if values > MOST_VALUES:
            raise Unreadable(f"the document has more than {MOST_VALUES:,} values")
        if len(loc) > DEEPEST:
            raise Unreadable(f"the document is nested more than {DEEPEST} levels deep")
        if said := _oddity(value):
            yield loc, said
            found += 1
        if isinstance(value, dict):
            stack.extend(((*loc, key), item) for key, item in reversed(value.items()) if _is_name(key))
        elif isinstance(value, list | tuple):
            stack.extend(((*loc, i), value[i]) for i in reversed(range(len(value))))


def _oddity(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return f"must be a finite number, not {'NaN' if math.isnan(value) else 'infinity' if value > 0 else '-infinity'}"
    if isinstance(value, int) and abs(value) > 10**300:
        return "is too large a number"
    if isinstance(value, str) and not _encodable(value):
        return "has characters that cannot be saved as UTF-8 (half of a surrogate pair)"
    if isinstance(value, dict):
        odd = [key for key in value if not _is_name(key)]
        return f"names must be text; put {shown(odd[0])} in quotes" if odd else None
    known = value is None or isinstance(value, bool | int | float | str | list | tuple)
    return None if known else f"must be plain data (text, numbers, lists, mappings), not {type(value).__name__}"


def without_oddities(value: Any) -> Any:
    """The same data with nothing in place of what is odd, so that the rest of it can be looked at; numbers stay, fields refuse them."""
    if isinstance(value, dict):
        return {key: without_oddities(item) for key, item in value.items() if _is_name(key)}
    if isinstance(value, list | tuple):
        return [without_oddities(item) for item in value]
    return value if isinstance(value, float) or not _oddity(value) else None


def _is_name(key: Any) -> bool:
    return isinstance(key, str) and _encodable(key)


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def unreadable(error: Unreadable, name: str) -> ScenarioError:
    """The same, as the error the public functions raise."""
    return ScenarioError([Problem("", str(error))], name)
