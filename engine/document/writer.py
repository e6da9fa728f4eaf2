"""Documents as YAML for people: one line per node or edge where it fits, sections apart, in canonical key order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

WIDTH = 140
ONE_LINE_ITEMS = {"reading", "regions", "nodes", "edges", "faults", "expect"}
ONE_LINE = {"patterns", "network", "objectives", "layout"}


class _Flow(dict[str, Any]):
    """A mapping to be written between braces."""


class _Writer(yaml.SafeDumper):
    """Plain data only; never writes aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)  # items of a list are indented below their key


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    """Quoted where YAML would take one of Unicode's rarer line breaks for the end of a line and fold it into a space."""
    style = '"' if any(end in text for end in "\x85\u2028\u2029") else None
    node: yaml.ScalarNode = writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Writer.add_representer(str, _text)
_Writer.add_representer(_Flow, lambda writer, data: writer.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True))


def dumps(document: dict[str, Any]) -> str:
    """YAML that `loads` reads back to an equal document."""
    return "".join(_sections(document))


def _sections(document: dict[str, Any]) -> Iterator[str]:
    for key, value in document.items():
        shaped = _shaped(key, value)
        gap = "\n" if isinstance(value, list | dict) and key != "patterns" else ""
        yield gap + yaml.dump({key: shaped}, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=False)


def _shaped(key: str, value: Any) -> Any:
    """The section with the mappings marked that go on one line."""
    if key in ONE_LINE_ITEMS and isinstance(value, list):
        return [_flow(item) for item in value]
    if key == "variants" and isinstance(value, list):
        return [{k: _shaped_in_variant(k, v) for k, v in item.items()} for item in value]
    return _flow(value) if key in ONE_LINE else value


def _shaped_in_variant(key: str, value: Any) -> Any:
    return _flow(value) if key == "change" else _shaped(key, value)


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        return _Flow({key: _flow(item) for key, item in value.items()})
    return _FlowList(_flow(item) for item in value) if isinstance(value, list) else value


class _FlowList(list[Any]):
    """A list to be written between brackets."""


_Writer.add_representer(_FlowList, lambda writer, data: writer.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True))
