"""Read YAML with line numbers: a file as plain data that still knows the line of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML without libyaml: the results are the same, about ten times slower.
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

from open311.catalog.faults import Fault

Where = tuple[str | int, ...]
"""The path of a value: keys of mappings and positions in lists, from the top of the file."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Loader(_SafeLoader):
    """Reads ``yes``, ``no``, ``on``, ``17:00`` and ``2026-05-01`` as text (YAML 1.2, core schema).

    YAML 1.1 would read them as booleans, the number 1020 and a date, and Norway in a list of country codes as false.
    """


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?[0-9]+\.[0-9]+$"), list("-0123456789"))


@dataclass(frozen=True)
class Source:
    """A YAML file that was read: its path inside the city's directory, its data, and the line of every value."""

    name: str
    data: Any
    lines: Mapping[Where, int]

    def fault(self, where: Where, reason: str) -> Fault:
        """Return a fault at a value; if the value is missing, at the nearest one around it."""
        near = where
        while near and near not in self.lines:
            near = near[:-1]
        keys = [step for step in where if isinstance(step, str)]
        return Fault(self.name, self.lines.get(near, 1), f"{keys[-1]}: {reason}" if keys else reason)

    def entries(self, key: str) -> Iterator[tuple[Where, dict[str, Any]]]:
        """Yield the mappings in the list under a top-level key; anything of another shape is left to the schema."""
        items = self.data.get(key) if isinstance(self.data, dict) else None
        for position, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, dict):
                yield (key, position), item


def read_source(path: Path, name: str) -> tuple[Source | None, list[Fault]]:
    """Read a YAML file; return it, or None if it cannot be read at all, and its faults."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None, [Fault(name, 1, "the file is missing")]
    except (OSError, UnicodeDecodeError) as fault:
        return None, [Fault(name, 1, f"the file cannot be read: {fault}")]
    if found := _NOT_IN_XML.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return None, [Fault(name, line, f"the character U+{ord(found[0]):04X} cannot be published")]
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        return None, [Fault(name, mark.line + 1 if mark else 1, f"not YAML: {fault.problem or fault.context}")]
    except yaml.YAMLError as fault:
        return None, [Fault(name, 1, f"not YAML: {fault}")]
    finally:
        loader.dispose()
    if node is None:
        return None, [Fault(name, 1, "the file is empty")]
    walk = _Walk(name)
    data = walk.value(node, ())
    return Source(name, data, walk.lines), walk.faults


@dataclass
class _Walk:
    """Turns YAML nodes into plain data, recording lines, and faults where YAML allows more than a city's files may."""

    name: str
    lines: dict[Where, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, where: Where) -> Any:
        """Return the plain value of a node: text, number, boolean, None, list or dict."""
        self.lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._fault(node, "aliases (*name) are not used here; write the value again")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*where, position)) for position, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(key_node, "a key must be a word")
                continue
            key = key_node.value.strip()
            if key in found:
                self._fault(key_node, f"the key {key!r} stands here twice")
                continue
            self.lines[(*where, key)] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, (*where, key))
        return found

    def _scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        text: str = node.value
        match node.tag.rpartition(":")[2]:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return text == "true"
            case "null":
                return None
            case "str":
                if found := _NOT_IN_XML.search(text):
                    self._fault(node, f"the character U+{ord(found[0]):04X} cannot be published")
                return text.strip()
            case tag:
                self._fault(node, f"the tag {tag!r} is not used here")
                return None

    def _fault(self, node: yaml.Node, reason: str) -> None:
        self.faults.append(Fault(self.name, node.start_mark.line + 1, reason))
